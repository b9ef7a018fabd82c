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

    def elu(self, X: Array, alpha: float, gain: float, out: Array, scratch: Array) -> None:
        """out = gain X where X > 0, else gain alpha (exp(X) - 1); scratch like X."""

    def elu_backward(self, Y: Array, dY: Array, alpha: float, gain: float, out: Array, scratch: Array) -> None:
        """out = gain dY where Y > 0, else dY (Y + gain alpha)."""

    def prelu(self, X: Array, slope: Array, out: Array, negative: Array, scratch: Array) -> None:
        """out = X where X > 0, else slope X, slope (D,) or (1,); leaves min(X, 0) in negative."""

    def prelu_backward(self, X: Array, dY: Array, slope: Array, out: Array, scratch: Array) -> None:
        """out = dY where X > 0, else slope dY."""

    def softplus(self, X: Array, out: Array, scratch: Array) -> None:
        """out = log(1 + exp(X)), computed as max(X, 0) + log(1 + exp(-|X|))."""

    def softplus_backward(self, Y: Array, dY: Array, out: Array) -> None:
        """out = dY (1 - exp(-Y)), which is dY sigmoid(X)."""

    def softsign(self, X: Array, out: Array) -> None:
        """out = X / (1 + |X|)."""

    def softsign_backward(self, Y: Array, dY: Array, out: Array) -> None:
        """out = dY (1 - |Y|)^2."""

    def hard_tanh(self, X: Array, out: Array) -> None:
        """out = X cut to [-1, 1]."""

    def hard_tanh_backward(self, Y: Array, dY: Array, out: Array) -> None:
        """out = dY where |Y| < 1, else 0."""

    def step(self, X: Array, out: Array) -> None:
        """out = 1 where X > 0, else 0."""

    def silu(self, X: Array, out: Array, gate: Array) -> None:
        """out = X sigmoid(X), the sigmoid kept in gate."""

    def silu_backward(self, Y: Array, dY: Array, out: Array, gate: Array) -> None:
        """out = dY (gate + Y (1 - gate))."""

    def mish(self, X: Array, out: Array, gate: Array) -> None:
        """out = X tanh(log(1 + exp(X))), the tanh kept in gate."""

    def mish_backward(self, X: Array, dY: Array, out: Array, gate: Array, scratch: Array) -> None:
        """out = dY (gate + X (1 - gate^2) sigmoid(X))."""

    def gelu_tanh(self, X: Array, out: Array, cdf: Array) -> None:
        """out = X cdf, cdf = (1 + tanh(sqrt(2/pi) (X + 0.044715 X^3))) / 2."""

    def gelu_tanh_backward(self, X: Array, dY: Array, out: Array, cdf: Array, scratch: Array) -> None:
        """out = dY (cdf + X 2 cdf (1 - cdf) sqrt(2/pi) (1 + 3 * 0.044715 X^2))."""

    def log_softmax(self, X: Array, out: Array, row: Array, scratch: Array) -> None:
        """out_ij = X_ij - log(sum_k exp(X_ik)) over the last axis; row (N, 1) and scratch like X."""

    def log_softmax_backward(self, Y: Array, dY: Array, out: Array, row: Array, scratch: Array) -> None:
        """out = dY - exp(Y) sum_k dY_k; row (N, 1) and scratch like Y."""

    def maxout(self, Z: Array, out: Array) -> None:
        """out_ij = max_k Z_ikj, Z (N, pieces, D), out (N, D)."""

    def maxout_backward(self, Z: Array, Y: Array, dY: Array, dZ: Array, scratch: Array) -> None:
        """dZ_ikj = dY_ij for the first k with Z_ikj = Y_ij, else 0; scratch like Y."""
