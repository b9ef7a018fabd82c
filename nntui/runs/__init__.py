"""The run directory: written by the trainer, followed, listed and compared by everybody else."""
