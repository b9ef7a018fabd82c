"""Training: the loop, what is measured on the way, checkpoints, and the process that runs it all."""
