"""At which steps a run can be looked at. Light: it is asked again and again while a run trains."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nntui.errors import NntuiError
from nntui.runs.directory import CHECKPOINTS
from nntui.training.checkpoint import Checkpoints

if TYPE_CHECKING:
    from nntui.experiment import Experiment


def steps(experiment: Experiment, folder: Path | None) -> list[int]:
    """The steps at which a network can be inspected: its checkpoints, and its start where that needs no training."""
    saved = Checkpoints(folder / CHECKPOINTS).steps() if folder is not None else []
    return saved if saved[:1] == [0] or not starts_at_once(experiment) else [0, *saved]


def starts_at_once(experiment: Experiment) -> bool:
    """Whether the start is known without training another network first."""
    if experiment.start is None or experiment.start.source is None:
        return True
    from nntui.lookup import find

    try:
        return find(experiment.start.source).origin == "run"
    except NntuiError:
        return False


def has_checkpoint(folder: Path, step: int) -> bool:
    """Whether a run has saved this step."""
    return Checkpoints(folder / CHECKPOINTS).path(step).is_file()
