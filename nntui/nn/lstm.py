"""Long short-term memory: a cell state that is only added to and scaled, so that gradients survive many steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from nntui.nn.initializers import Initializer
from nntui.nn.layer import Place
from nntui.nn.recurrent import Recurrent
from nntui.nn.sweep import Sweep

if TYPE_CHECKING:
    import numpy as np

    from nntui.backends.operations import Array


class ForgetBias(Initializer, tag="forget_bias"):
    """b = 0, but `value` for the forget gate, the third of four: the cell begins by remembering (Gers et al. 2000)."""

    value: float = 1.0

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        import numpy as np

        return np.repeat([0.0, 0.0, self.value, 0.0], shape[0] // 4)


class LSTM(Recurrent, tag="lstm"):
    """c_t = f c_t-1 + i g, h_t = o tanh(c_t), with gates o, i, f = sigmoid and g = tanh of x_t W + h_t-1 U + b.

    Columns of W, U and b are in the order o, i, f, g (Hochreiter & Schmidhuber 1997; Gers et al. 2000). At the place
    there are `c0`, `c_last` and `dc0` beside `h0`, `h_last` and `dh0`.
    """

    gates: ClassVar[int] = 4
    sigmoids: ClassVar[int] = 3
    states: ClassVar[tuple[str, ...]] = ("h", "c")

    forget_bias: Annotated[float, Meta(description="what the forget gate's bias starts at: 1 remembers from the start")] = 1.0

    def start_of_b(self) -> Initializer:
        return ForgetBias(self.forget_bias)

    def bind_gates(self, at: Place, array: Callable[..., Array]) -> Array:
        # The state before a step stands below its gates: [i, f] [g, c] is then one product of neighbours.
        return array("Z", at.x[0] + 1, 5 * self.units, at.batch)

    def bind_cell(self, at: Place, s: Sweep, array: Callable[..., Array]) -> None:
        T, B, H = at.x[0], at.batch, self.units
        scratch, tanh_C = array("scratch", 2 * H, B), array("tanh_C", T, H, B)
        s.C = s.Z[:, 4 * H :]
        s.cell = at.ops.lstm_cell
        s.cells = [(s.Z[t], s.C[t + 1], tanh_C[t], s.H[t], scratch) for t in range(T)]
        if at.dX is not None or at.learns:
            slope_C, dC = array("slope_C", T, H, B), array("dC", H, B)
            s.cell_backward = at.ops.lstm_cell_backward
            s.cells_backward = [(s.dH[t], slope_C[t], s.Z[t], dC, s.dZ[t], scratch) for t in range(T)]

    def begin(self, at: Place, s: Sweep, k: int) -> None:
        super().begin(at, s, k)
        at.ops.copy(at.c0[k].T, s.C[0])

    def end(self, at: Place, s: Sweep, k: int) -> None:
        super().end(at, s, k)
        at.ops.copy(s.C[-1].T, at.c_last[k])

    def begin_backward(self, at: Place, s: Sweep) -> None:
        at.ops.lstm_slopes(s.Z[:-1], s.tanh_C, s.H, s.dZ, s.slope_C)
        at.ops.fill(s.dC, 0.0)

    def end_backward(self, at: Place, s: Sweep, k: int) -> None:
        super().end_backward(at, s, k)
        at.ops.copy(s.dC.T, at.dc0[k])
