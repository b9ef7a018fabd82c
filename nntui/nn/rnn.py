"""The plain recurrent layer (Elman 1990), whose gradient through many steps shrinks or explodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from nntui.nn.layer import Place
from nntui.nn.recurrent import Recurrent
from nntui.nn.sweep import Sweep

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class RNN(Recurrent, tag="rnn"):
    """h_t = f(x_t W + h_t-1 U + b), f tanh or relu.

    With relu and recurrent = "identity" it starts as a sum over time, which lets gradients through (IRNN, Le et al. 2015).
    """

    activation: Annotated[Literal["tanh", "relu"], Meta(description="f")] = "tanh"

    def suited(self) -> str:
        return "glorot" if self.activation == "tanh" else "he"

    def bind_cell(self, at: Place, s: Sweep, array: Callable[..., Array]) -> None:
        T = len(s.Z)
        s.cell = at.ops.tanh if self.activation == "tanh" else at.ops.relu
        s.cells = [(s.Z[t], s.H[t]) for t in range(T)]
        if at.dX is not None or at.learns:
            s.cell_backward = at.ops.tanh_backward if self.activation == "tanh" else at.ops.relu_backward
            s.cells_backward = [(s.H[t], s.dH[t], s.dZ[t]) for t in range(T)]
