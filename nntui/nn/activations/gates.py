"""Multiply an input by a gate between 0 and 1 that it sets itself: smooth, and a little below 0 before it closes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.nn.activations.base import Activation
from nntui.nn.layer import Place


class GELU(Activation, tag="gelu"):
    """Y = X Phi(X), Phi the standard normal distribution function, exact (Hendrycks & Gimpel 2016).

    approximate: Phi(X) = (1 + tanh(sqrt(2/pi) (X + 0.044715 X^3))) / 2, within 5e-4, as GPT-2 has it.
    """

    init_before: ClassVar[str | None] = "he"

    approximate: Annotated[bool, Meta(description="Phi by tanh: other digits, less time")] = False

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("cdf", at.X.shape)
        at.array("scratch", at.X.shape)

    def forward(self, at: Place) -> None:
        if self.approximate:
            at.ops.gelu_tanh(at.X, at.Y, at.cdf)
        else:
            at.ops.gelu(at.X, at.Y, at.cdf)

    def backward(self, at: Place) -> None:
        if at.dX is None:
            return
        if self.approximate:
            at.ops.gelu_tanh_backward(at.X, at.dY, at.dX, at.cdf, at.scratch)
        else:
            at.ops.gelu_backward(at.X, at.dY, at.dX, at.cdf, at.scratch)


class SiLU(Activation, tag="silu"):
    """Y = X / (1 + exp(-X)), a sigmoid's gate; also called swish (Elfwing et al. 2017, Ramachandran et al. 2017)."""

    init_before: ClassVar[str | None] = "he"
    synonyms: ClassVar[tuple[str, ...]] = ("swish",)

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("gate", at.X.shape)

    def forward(self, at: Place) -> None:
        at.ops.silu(at.X, at.Y, at.gate)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.silu_backward(at.Y, at.dY, at.dX, at.gate)


class Mish(Activation, tag="mish"):
    """Y = X tanh(log(1 + exp(X))), the tanh of a softplus as gate (Misra 2019)."""

    init_before: ClassVar[str | None] = "he"

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("gate", at.X.shape)
        at.array("scratch", at.X.shape)

    def forward(self, at: Place) -> None:
        at.ops.mish(at.X, at.Y, at.gate)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.mish_backward(at.X, at.dY, at.dX, at.gate, at.scratch)
