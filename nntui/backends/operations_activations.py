"""The part of the contract that activations use: forward from X, backward from what forward left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class Activations(Protocol):
    """All elementwise, except where a row is said to be looked at as a whole."""

    def relu(self, X: Array, out: Array) -> None:
        """out = max(X, 0)."""

    def relu_backward(self, Y: Array, dY: Array, out: Array) -> None:
        """out = dY where Y > 0, else 0."""

    def leaky_relu(self, X: Array, slope: float, out: Array) -> None:
        """out = max(X, slope X), 0 <= slope <= 1."""

    def leaky_relu_backward(self, X: Array, dY: Array, slope: float, out: Array) -> None:
        """out = dY where X > 0, else slope dY."""

    def tanh(self, X: Array, out: Array) -> None:
        """out = tanh(X)."""

    def tanh_backward(self, Y: Array, dY: Array, out: Array) -> None:
        """out = dY (1 - Y^2)."""

    def sigmoid(self, X: Array, out: Array) -> None:
        """out = 1 / (1 + exp(-X)), computed as tanh(X/2)/2 + 1/2, which can't overflow."""

    def sigmoid_backward(self, Y: Array, dY: Array, out: Array) -> None:
        """out = dY Y (1 - Y)."""

    def gelu(self, X: Array, out: Array, cdf: Array) -> None:
        """out = X Phi(X), Phi the standard normal distribution function, kept in cdf."""

    def gelu_backward(self, X: Array, dY: Array, out: Array, cdf: Array, scratch: Array) -> None:
        """out = dY (Phi(X) + X phi(X)), phi the standard normal density."""

    def softmax(self, X: Array, out: Array, row: Array) -> None:
        """out_ij = exp(X_ij) / sum_k exp(X_ik) over the last axis, shifted by the row's maximum; row (N, 1) scratch."""

    def softmax_backward(self, Y: Array, dY: Array, out: Array, row: Array, scratch: Array) -> None:
        """out = Y (dY - sum_k dY_k Y_k); row (N, 1) and scratch like Y."""
