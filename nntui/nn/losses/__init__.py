"""What training makes small, one idea a file. Losses on class labels take logits, so that softmax and logarithm cancel exactly.

A loss is a value, like a layer: `forward` reads the network's output Z and the targets T and writes the mean over
examples to `value`; `backward` writes its gradient to dZ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, Union

from nntui.nn.losses import composite
from nntui.nn.losses.base import Loss, Metric, Target
from nntui.nn.losses.binary import BinaryCrossEntropy
from nntui.nn.losses.composite import Composite, Part
from nntui.nn.losses.cross_entropy import CrossEntropy
from nntui.nn.losses.divergence import KLDivergence
from nntui.nn.losses.focal import Focal
from nntui.nn.losses.hinge import Hinge
from nntui.nn.losses.numbers import Hebbian, Huber, MeanAbsoluteError, MeanSquaredError

LOSSES: tuple[type[Loss], ...] = (
    CrossEntropy, BinaryCrossEntropy, Focal, Hinge, KLDivergence, MeanSquaredError, MeanAbsoluteError, Huber, Hebbian, Composite,
)  # fmt: skip

if TYPE_CHECKING:
    AnyLoss: TypeAlias = Loss
else:
    composite.AnyLoss = Union[LOSSES[:-1]]  # noqa: UP007
    AnyLoss = Union[LOSSES]  # noqa: UP007

__all__ = [
    "AnyLoss", "LOSSES", "Loss", "Metric", "Part", "Target",
    "CrossEntropy", "BinaryCrossEntropy", "Focal", "Hinge", "KLDivergence",
    "MeanSquaredError", "MeanAbsoluteError", "Huber", "Hebbian", "Composite",
]  # fmt: skip
