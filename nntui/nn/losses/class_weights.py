"""How much each class counts, so that a rare one isn't drowned by the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from msgspec import Meta

from nntui.errors import ExperimentError
from nntui.nn.losses.base import Target

if TYPE_CHECKING:
    from nntui.backends.operations import Array

Weights: TypeAlias = Literal["balanced"] | tuple[Annotated[float, Meta(ge=0.0)], ...]

ClassWeights: TypeAlias = Annotated[
    Weights | None, Meta(description="how much each class counts, one number per class; balanced: the rarer the more")
]


def check(weights: Weights | None, target: Target) -> None:
    """Raise ExperimentError if these aren't weights of the target's classes."""
    if isinstance(weights, tuple) and len(weights) != target.classes:
        count = f"{len(weights)} weight{'s' * (len(weights) != 1)}"
        raise ExperimentError(f"loss.class_weights: {count} for {target}: give one number for each class, or balanced")
    if isinstance(weights, tuple) and not any(weights):
        raise ExperimentError("loss.class_weights: are all 0: at least one class has to count")


def counted(weights: Weights | None, y: Array, target: Target) -> Weights | None:
    """Balanced as numbers, n / (C n_c) for n_c of n labels (scikit-learn's rule; 0 for a class that never comes)."""
    import numpy as np

    if weights != "balanced" or target.classes is None:
        return weights
    counts = np.bincount(y[y >= 0].reshape(-1), minlength=target.classes)
    return tuple(float(counts.sum() / (target.classes * n)) if n else 0.0 for n in counts)


def numbers(weights: Weights | None, classes: int) -> tuple[float, ...]:
    """One number per class; balanced before anything was counted is 1 for each."""
    return weights if isinstance(weights, tuple) else (1.0,) * classes


def total(weights: Weights | None, y: Array, target: Target) -> float:
    """The sum of the weights of labels that aren't masked."""
    import numpy as np

    if target.classes is None:
        return float(len(y))
    counts = np.bincount(y[y >= 0].reshape(-1), minlength=target.classes)
    return float(counts @ np.array(numbers(weights, target.classes)))
