"""The gated recurrent unit: the LSTM's idea with two gates and no state beside h."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from nntui.nn.initializers import Zeros
from nntui.nn.layer import Parameter, Place
from nntui.nn.recurrent import Recurrent
from nntui.nn.sweep import Sweep

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class GRU(Recurrent, tag="gru"):
    """h_t = (1 - z) n + z h_t-1, with r, z = sigmoid(x_t W + h_t-1 U + b) and n = tanh(x_t W_n + b_n + r (h_t-1 U_n + b_hn)).

    Columns of W, U and b are in the order r, z, n. The reset gate r acts after the product with U, as in PyTorch and
    cuDNN, not before it as in Cho et al. 2014.
    """

    gates: ClassVar[int] = 3
    sigmoids: ClassVar[int] = 2

    def biases(self, suffix: str) -> tuple[Parameter, ...]:
        return (*super().biases(suffix), Parameter(f"b_hn{suffix}", (self.units,), Zeros(), decays=False))

    def rows_of_Z(self) -> int:
        return 4 * self.units  # the candidate's two products are needed apart: r lies between them

    def bind_cell(self, at: Place, s: Sweep, array: Callable[..., Array]) -> None:
        T, scratch = len(s.Z), array("scratch", self.units, at.batch)
        s.cell = at.ops.gru_cell
        s.cells = [(s.Z[t], s.H_before[t], s.H[t], scratch) for t in range(T)]
        if at.dX is not None or at.learns:
            s.past = scratch
            s.cell_backward = at.ops.gru_cell_backward
            s.cells_backward = [(s.dH[t], s.Z[t], s.dZ[t], scratch) for t in range(T)]

    def begin_backward(self, at: Place, s: Sweep) -> None:
        at.ops.gru_slopes(s.Z, s.H_before, s.dZ)

    def stack(self, at: Place, s: Sweep) -> None:
        """V = [W_rz W_n 0; U_rz 0 U_n; b_rz b_n b_hn]."""
        ops, (x, h, n) = at.ops, (slice(s.D), slice(s.D, -1), 3 * self.units)
        rz, before = slice(2 * self.units), slice(2 * self.units, n)
        ops.copy(s.W, s.V[x, :n])
        ops.fill(s.V[x, n:], 0.0)
        ops.copy(s.U[:, rz], s.V[h, rz])
        ops.fill(s.V[h, before], 0.0)
        ops.copy(s.U[:, before], s.V[h, n:])
        ops.copy(s.b, s.V[-1, :n])
        ops.copy(s.b_hn, s.V[-1, n:])

    def unstack(self, at: Place, s: Sweep) -> None:
        ops, (x, h, n) = at.ops, (slice(s.D), slice(s.D, -1), 3 * self.units)
        rz, before = slice(2 * self.units), slice(2 * self.units, n)
        ops.copy(s.dV[x, :n], s.dW)
        ops.copy(s.dV[h, rz], s.dU[:, rz])
        ops.copy(s.dV[h, n:], s.dU[:, before])
        ops.copy(s.dV[-1, :n], s.db)
        ops.copy(s.dV[-1, n:], s.db_hn)
