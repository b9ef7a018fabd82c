"""Curves of a run as arrays: what a plot, a notebook or an export wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from nntui.errors import RunError
from nntui.runs.history import History

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values: TypeAlias = NDArray[np.float64]

OF_STEPS = ("loss", "loss_min", "loss_max", "gradient_norm", "gradient_norm_max", "learning_rate", "seconds")
METRICS = ("accuracy", "r2")
OF_EVALUATIONS = ("train_loss", "val_loss", *METRICS, *(f"val_{name}" for name in METRICS))


def series(history: History, name: str) -> tuple[Values, Values]:
    """Steps and values (float64, equally long) of a curve; both empty if the run doesn't have it.

    `loss` and its like are of the training steps, `train_loss` and `accuracy` of the whole training part, `val_...` of
    the validation part. Raises RunError for a name that no run has.
    """
    import numpy as np

    if name in OF_STEPS:
        points = [(window.last, getattr(window, name)) for window in history.steps]
    elif name in OF_EVALUATIONS:
        split = "validation" if name.startswith("val_") else "train"
        measured = name.removeprefix("val_").removeprefix("train_")
        evaluations = [evaluation for evaluation in history.evaluations if evaluation.split == split]
        if measured == "loss":
            points = [(evaluation.step, evaluation.loss) for evaluation in evaluations]
        else:
            points = [(e.step, e.metrics[measured]) for e in evaluations if measured in e.metrics]
    else:
        raise RunError(f"a run has no curve named {name!r}; there are {', '.join(OF_STEPS + OF_EVALUATIONS)}")
    table = np.array(points, np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
