"""The loss of support vector machines: the right class has to win by a margin, and then nothing more is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from nntui.nn.layer import Place, Shape
from nntui.nn.losses.base import Target, refuse_masks
from nntui.nn.losses.cross_entropy import OfClasses

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class Hinge(OfClasses, tag="hinge"):
    """L = mean_i sum_j!=label_i max(0, margin - Z_i,label_i + Z_ij) / C, every wrong class held off by itself.

    Weston & Watkins 1999, as PyTorch's MultiMarginLoss; squared makes it smooth where it reaches 0.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("svm", "margin", "multi_margin")

    margin: Annotated[float, Meta(gt=0.0, description="by how much the right class has to lead")] = 1.0
    squared: Annotated[bool, Meta(description="square what is missing")] = False

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        refuse_masks(self.tag, y, target)
        return super().encode(y, output, target)

    def expected(self, output: Shape, target: Target) -> float | None:
        C = output[-1]
        return (self.margin**2 if self.squared else self.margin) * (C - 1) / C

    def bind(self, at: Place) -> None:
        super().bind(at)
        n, C = at.rows.shape
        at.array("missing", (n, C))
        at.array("picked", (n,))
        at.array("index", (n,), "int64")
        at.offsets = at.ops.count(n, C)

    def forward(self, at: Place) -> None:
        at.ops.add(at.offsets, at.flat_labels, at.index)
        at.ops.hinge(at.rows, at.index, self.margin, self.squared, at.missing, at.picked, at.value)

    def backward(self, at: Place) -> None:
        at.ops.hinge_backward(at.missing, at.index, self.squared, at.picked, at.drows)
