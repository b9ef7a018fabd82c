"""Numbers that belong together become probabilities, or their logarithms, over the last axis."""

from __future__ import annotations

from nntui.nn.activations.base import Activation
from nntui.nn.layer import Place


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


class LogSoftmax(Activation, tag="log_softmax"):
    """Y_i = X_i - log(sum_k exp(X_k)) over the last axis: the logarithms of softmax, none of them -inf by rounding.

    What goes through it a second time stays as it is, so the cross-entropy loss behind this layer is right, if slower.
    """

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("row", (*at.X.shape[:-1], 1))
        at.array("scratch", at.X.shape)

    def forward(self, at: Place) -> None:
        at.ops.log_softmax(at.X, at.Y, at.row, at.scratch)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.log_softmax_backward(at.Y, at.dY, at.dX, at.row, at.scratch)
