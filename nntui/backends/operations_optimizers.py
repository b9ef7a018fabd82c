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
