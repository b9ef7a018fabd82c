"""Elementwise non-linearities: without one between them, two affine layers are one.

Each is forward from X to Y, and backward from what forward left in place to dX = dY f'(X).
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.nn.layer import Family, Layer, Place


class Activation(Layer):
    """Base: Y has the shape of X and there is nothing to learn."""

    family: ClassVar[Family] = "activation"
    init_before: ClassVar[str | None] = "glorot"


class ReLU(Activation, tag="relu"):
    """Y = max(X, 0). The gradient at 0 is taken as 0, as everywhere."""

    init_before: ClassVar[str | None] = "he"

    def forward(self, at: Place) -> None:
        at.ops.relu(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.relu_backward(at.Y, at.dY, at.dX)


class LeakyReLU(Activation, tag="leaky_relu"):
    """Y = X where X > 0, else slope X: a unit that is never quite dead (Maas et al. 2013)."""

    init_before: ClassVar[str | None] = "he"

    slope: Annotated[float, Meta(ge=0.0, le=1.0, description="slope for negative inputs")] = 0.01

    def forward(self, at: Place) -> None:
        at.ops.leaky_relu(at.X, self.slope, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.leaky_relu_backward(at.X, at.dY, self.slope, at.dX)


class Tanh(Activation, tag="tanh"):
    """Y = tanh(X), in (-1, 1); dY/dX = 1 - Y^2, nearly nothing once |Y| is near 1."""

    def forward(self, at: Place) -> None:
        at.ops.tanh(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.tanh_backward(at.Y, at.dY, at.dX)


class Sigmoid(Activation, tag="sigmoid"):
    """Y = 1 / (1 + exp(-X)), in (0, 1); dY/dX = Y (1 - Y), never more than 1/4."""

    def forward(self, at: Place) -> None:
        at.ops.sigmoid(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.sigmoid_backward(at.Y, at.dY, at.dX)


class GELU(Activation, tag="gelu"):
    """Y = X Phi(X), Phi the standard normal distribution function, exact (Hendrycks & Gimpel 2016)."""

    init_before: ClassVar[str | None] = "he"

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("cdf", at.X.shape)
        at.array("scratch", at.X.shape)

    def forward(self, at: Place) -> None:
        at.ops.gelu(at.X, at.Y, at.cdf)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.gelu_backward(at.X, at.dY, at.dX, at.cdf, at.scratch)


class Softmax(Activation, tag="softmax"):
    """Y_i = exp(X_i) / sum_k exp(X_k) over the last axis.

    For looking at probabilities. The cross-entropy loss applies softmax itself: behind this layer it would do so twice.
    """

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("row", (*at.X.shape[:-1], 1))
        at.array("scratch", at.X.shape)

    def forward(self, at: Place) -> None:
        at.ops.softmax(at.X, at.Y, at.row)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.softmax_backward(at.Y, at.dY, at.dX, at.row, at.scratch)
