"""A run as it was last saved, back in a trainer: for whoever wants its network, not more training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nntui.errors import RunError
from nntui.runs.directory import CHECKPOINTS
from nntui.runs.run import EXPERIMENT
from nntui.training.checkpoint import Checkpoints

if TYPE_CHECKING:
    from nntui.training.trainer import Trainer


def as_saved(path: Path, dtype: str = "float32", step: int | None = None) -> Trainer:
    """The trainer of the run in a folder at a checkpoint, the newest by default, on NumPy. Raises RunError if it isn't there."""
    from nntui.experiment import Experiment
    from nntui.training.trainer import Trainer

    checkpoints = Checkpoints(path / CHECKPOINTS)
    saved = checkpoints.latest([]) if step is None else checkpoints.load(step)
    if saved is None:
        raise RunError(f"{path.name} has no checkpoint to begin with: train it first")
    trainer = Trainer(Experiment.from_file(path / EXPERIMENT), "numpy", dtype)
    trainer.load_state(saved.state)
    return trainer
