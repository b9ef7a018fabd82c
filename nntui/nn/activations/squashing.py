"""Squeeze any input into a bounded range. Where the curve is flat, no gradient comes through: the unit is saturated."""

from __future__ import annotations

from nntui.nn.activations.base import Activation
from nntui.nn.layer import Place


class Tanh(Activation, tag="tanh"):
    """Y = tanh(X), in (-1, 1); dY/dX = 1 - Y^2, nearly nothing once |Y| is near 1."""

    def forward(self, at: Place) -> None:
        at.ops.tanh(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.tanh_backward(at.Y, at.dY, at.dX)


class HardTanh(Activation, tag="hard_tanh"):
    """Y = X cut to [-1, 1]: tanh in straight lines (Collobert 2004). Outside, the gradient is exactly 0."""

    def forward(self, at: Place) -> None:
        at.ops.hard_tanh(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.hard_tanh_backward(at.Y, at.dY, at.dX)


class Sigmoid(Activation, tag="sigmoid"):
    """Y = 1 / (1 + exp(-X)), in (0, 1); dY/dX = Y (1 - Y), never more than 1/4."""

    def forward(self, at: Place) -> None:
        at.ops.sigmoid(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.sigmoid_backward(at.Y, at.dY, at.dX)


class Softsign(Activation, tag="softsign"):
    """Y = X / (1 + |X|), in (-1, 1); dY/dX = (1 - |Y|)^2: it saturates later than tanh (Bergstra et al. 2009)."""

    def forward(self, at: Place) -> None:
        at.ops.softsign(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.softsign_backward(at.Y, at.dY, at.dX)


class Threshold(Activation, tag="threshold"):
    """Y = 1 where X > 0, else 0: the perceptron's step (McCulloch & Pitts 1943, Rosenblatt 1958).

    Its derivative is 0 wherever there is one, so nothing could be learned through it. backward lets the signal through
    unchanged instead, dX = dY, the straight-through estimator (Bengio et al. 2013). On a single layer with mse that is
    Rosenblatt's rule exactly; between layers it is a guess at a direction, not a gradient.
    """

    def forward(self, at: Place) -> None:
        at.ops.step(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.copy(at.dY, at.dX)
