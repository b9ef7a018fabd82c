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


class Noise(Layer, tag="noise"):
    """Y = X + std e, e ~ N(0, 1) drawn anew every step; nothing in evaluation (Bishop 1995: like a penalty on slopes)."""

    family: ClassVar[Family] = "regularization"

    std: Annotated[float, Meta(ge=0.0, description="standard deviation of what is added while training")] = 0.1

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("noise", at.X.shape)

    def forward(self, at: Place) -> None:
        if at.training and self.std > 0.0:
            at.ops.normal(at.stream, at.noise)
            at.ops.scale(at.noise, self.std, at.noise)
            at.ops.add(at.X, at.noise, at.Y)
        else:
            at.ops.copy(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.copy(at.dY, at.dX)
