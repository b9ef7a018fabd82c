"""Layers that make training harder so that what is learned holds elsewhere."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.nn.layer import Family, Layer, Place


class Dropout(Layer, tag="dropout"):
    """Y = X mask, mask 0 with probability rate, else 1 / (1 - rate); nothing in evaluation (Srivastava et al. 2014)."""

    family: ClassVar[Family] = "regularization"

    rate: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the values set to zero while training")] = 0.5

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("mask", at.X.shape)

    def forward(self, at: Place) -> None:
        if at.training and self.rate > 0.0:
            at.ops.dropout_mask(at.stream, self.rate, at.mask)
            at.ops.multiply(at.X, at.mask, at.Y)
        else:
            at.ops.copy(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is None:
            return
        if at.training and self.rate > 0.0:
            at.ops.multiply(at.dY, at.mask, at.dX)
        else:
            at.ops.copy(at.dY, at.dX)
