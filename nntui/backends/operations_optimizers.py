"""The part of the contract that optimizers use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class Optimizers(Protocol):
    """Flat slices, changed in place; s is scratch."""

    def sgd(self, W: Array, dW: Array, rate: float, s: Array) -> None:
        """W -= rate dW."""

    def momentum(self, W: Array, dW: Array, v: Array, rate: float, momentum: float, nesterov: bool, s: Array) -> None:
        """v = momentum v + dW;  W -= rate v, or rate (dW + momentum v) with Nesterov's look-ahead."""

    def adam(
        self, W: Array, dW: Array, m: Array, v: Array, rate: float, beta1: float, beta2: float, epsilon: float, t: int, s: Array
    ) -> None:
        """m, v = EWMA of dW and dW^2; W -= rate m^ / (sqrt(v^) + epsilon), ^ bias-corrected (Kingma & Ba 2015)."""

    def add_scaled(self, A: Array, B: Array, factor: float, s: Array) -> None:
        """A += factor B, in place."""

    def nadam(
        self, W: Array, dW: Array, m: Array, v: Array, of_gradient: float, of_momentum: float, beta1: float, beta2: float,
        epsilon: float, t: int, s: Array, r: Array,
    ) -> None:  # fmt: skip
        """m, v as for adam; W -= (of_gradient dW + of_momentum m) / (sqrt(v^) + epsilon); r is a second scratch."""

    def rmsprop(self, dW: Array, v: Array, rho: float, epsilon: float, out: Array) -> None:
        """v = rho v + (1 - rho) dW^2;  out = dW / (sqrt(v) + epsilon)."""

    def rmsprop_centered(self, dW: Array, v: Array, mean: Array, rho: float, epsilon: float, out: Array) -> None:
        """v as above, mean = rho mean + (1 - rho) dW;  out = dW / (sqrt(v - mean^2) + epsilon)."""

    def adagrad(self, W: Array, dW: Array, v: Array, rate: float, epsilon: float, s: Array) -> None:
        """v += dW^2;  W -= rate dW / (sqrt(v) + epsilon)."""

    def adadelta(self, W: Array, dW: Array, v: Array, u: Array, rate: float, rho: float, epsilon: float, s: Array, r: Array) -> None:
        """v = rho v + (1 - rho) dW^2;  d = sqrt((u + epsilon) / (v + epsilon)) dW;  u = rho u + (1 - rho) d^2;  W -= rate d."""

    def lion(self, W: Array, dW: Array, m: Array, rate: float, beta1: float, beta2: float, s: Array, r: Array) -> None:
        """W -= rate sign(beta1 m + (1 - beta1) dW);  m = beta2 m + (1 - beta2) dW."""

    def moments(self, dW: Array, m: Array, v: Array, beta1: float, beta2: float, s: Array) -> None:
        """m = beta1 m + (1 - beta1) dW;  v = beta2 v + (1 - beta2) dW^2."""

    def adam_direction(
        self, W: Array, m: Array, v: Array, beta1: float, beta2: float, epsilon: float, decay: float, t: int, out: Array, s: Array
    ) -> None:
        """out = m^ / (sqrt(v^) + epsilon) + decay W, ^ bias-corrected."""

    def penalize(self, W: Array, dW: Array, l1: float, l2: float, s: Array) -> float:
        """dW += l1 sign(W) + l2 W; l1 sum |W| + l2/2 sum W^2 as a host number (this waits for the device)."""
