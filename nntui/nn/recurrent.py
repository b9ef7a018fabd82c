"""What layers that read a sequence step by step and remember have in common: their parameters, and the way back in time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.initializers import Init, Initializer, Zeros, resolve
from nntui.nn.layer import Family, Learned, Parameter, Place, Shape
from nntui.nn.sweep import Sweep, steps

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class Recurrent(Learned):
    """Base of the layers with a state h_t (units,) that goes from step to step.

    Input (T, D). Output (T, units), or (units,), the state after the last step; twice as wide if bidirectional, the second
    half from a sweep that begins at the end. Gradients go back through all T steps.

    At the place, with one entry per sweep (layer by layer, forward before backward): `h0`, the states before the first
    step, 0 until somebody sets them; `h_last`, those after the last; `dh0`, the gradient of h0. Each (sweeps, B, units).
    """

    family: ClassVar[Family] = "sequence"
    gates: ClassVar[int] = 1
    """Blocks of `units` columns in W and U."""
    sigmoids: ClassVar[int] = 0
    """How many of them, the first, are sigmoids: their share of Z is halved, because sigmoid(z) = tanh(z / 2) / 2 + 1/2."""
    states: ClassVar[tuple[str, ...]] = ("h",)

    units: Annotated[int, Meta(ge=1, description="size of the state")]
    layers: Annotated[int, Meta(ge=1, description="how many on top of each other, each reading the states of the one below")] = 1
    bidirectional: Annotated[bool, Meta(description="read the sequence from both ends: twice as many outputs")] = False
    returns: Annotated[Literal["sequence", "last"], Meta(description="the state after every step, or only after the last")] = "sequence"
    init: Annotated[Init, Meta(description="how W, from the input, starts; auto: glorot")] = "auto"
    recurrent: Annotated[Init, Meta(description="how U, from state to state, starts")] = "orthogonal"

    # -- shapes and parameters -----------------------------------------------------------------------------------------

    def output_shape(self, x: Shape) -> Shape:
        if len(x) != 2:
            raise ShapeError(f"{self.tag} needs a sequence (time, features), got {x}: reshape it, or embed it if these are ids")
        width = len(self.suffixes(0)) * self.units
        return (x[0], width) if self.returns == "sequence" else (width,)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        H, D = self.units, x[-1]
        made: list[Parameter] = []
        for layer in range(self.layers):
            for suffix in self.suffixes(layer):
                # Each gate is a map of its own, from D or H inputs to H, whatever stands beside it.
                made.append(Parameter(f"W{suffix}", (D, self.gates * H), resolve(self.init, self.suited()), fan_in=D, fan_out=H))
                made.append(Parameter(f"U{suffix}", (H, self.gates * H), resolve(self.recurrent, "orthogonal"), fan_in=H, fan_out=H))
                made += self.biases(suffix)
            D = len(self.suffixes(layer)) * H
        return tuple(made)

    def multiply_adds(self, x: Shape) -> int:
        return x[0] * sum(math.prod(p.shape) for p in self.parameters(x) if len(p.shape) > 1)

    def reach(self, x: Shape) -> None:
        return None

    def suffixes(self, layer: int) -> tuple[str, ...]:
        """What the names of a stacked layer's sweeps end with: "", "_back", "_2", "_2_back"."""
        name = f"_{layer + 1}" if layer else ""
        return (name, f"{name}_back") if self.bidirectional else (name,)

    def suited(self) -> str:
        """The initializer that `auto` means for W."""
        return "glorot"

    def biases(self, suffix: str) -> tuple[Parameter, ...]:
        """The biases of one sweep."""
        return (Parameter(f"b{suffix}", (self.gates * self.units,), self.start_of_b(), decays=False),)

    def start_of_b(self) -> Initializer:
        """How b starts."""
        return Zeros()

    # -- binding -------------------------------------------------------------------------------------------------------

    def bind(self, at: Place) -> None:
        super().bind(at)
        suffixes = [self.suffixes(layer) for layer in range(self.layers)]
        D, H, T, B = at.x[-1], self.units, at.x[0], at.batch
        deepest = max(D, len(suffixes[0]) * H if self.layers > 1 else 0) + H + 1
        for state in self.states:
            for name in (f"{state}0", f"d{state}0", f"{state}_last"):
                at.array(name, (len(suffixes) * len(suffixes[0]), B, H))
        if at.learns:
            at.array("S_turned", (T * B * deepest,))
            at.array("dZ_turned", (T * B * self.rows_of_Z(),))
        sweeps: list[list[Sweep]] = []
        for layer in suffixes:
            sweeps.append([self._sweep(at, suffix, D, at.dX is not None or len(sweeps) > 0) for suffix in layer])
            D = len(layer) * H
        at.sweeps = sweeps
        at.x_steps, at.y_steps = steps(at.X), steps(at.Y)
        if at.dX is not None or at.learns:
            at.dy_steps = steps(at.dY)
        if at.dX is not None:
            at.dx_steps = steps(at.dX)

    def _sweep(self, at: Place, suffix: str, D: int, wanted: bool) -> Sweep:
        T, B, H, rows = at.x[0], at.batch, self.units, self.rows_of_Z()
        s = Sweep()
        s.D, s.first, s.reverse = D, 0 if wanted else D, suffix.endswith("_back")
        for p in ("W", "U", *(b.name.removesuffix(suffix) for b in self.biases(suffix))):
            setattr(s, p, getattr(at, f"{p}{suffix}"))
            setattr(s, f"d{p}", getattr(at, f"d{p}{suffix}"))

        def array(name: str, *shape: int) -> Array:
            made = at.array(f"{name}{suffix}", shape)
            setattr(s, name, made)
            return made

        S, V = array("S", T + 1, D + H + 1, B), array("V", D + H + 1, rows)
        s.Z = self.bind_gates(at, array)
        s.H_before, s.H = S[:T, D : D + H], S[1:, D : D + H]
        s.products = [(V, S[t], s.Z[t, :rows]) for t in range(T)]
        if at.dX is not None or at.learns:
            dS, dZ, dH = array("dS", T, D + H - s.first, B), array("dZ", T, rows, B), array("dH", T, H, B)
            s.products_backward = [(V[s.first : D + H], dZ[t], dS[t]) for t in range(T)]
            s.carries = [dS[t, D - s.first :] for t in range(T)]
            s.dH_steps = list(dH)
            s.dI = dS[:, : D - s.first]
        if at.learns:
            array("dV", D + H + 1, rows)
            s.S_turned = at.S_turned[: T * B * (D + H + 1)].reshape(T, B, D + H + 1)
            s.dZ_turned = at.dZ_turned.reshape(T, B, rows)
        self.bind_cell(at, s, array)
        return s

    def rows_of_Z(self) -> int:
        """How many numbers per example a step computes."""
        return self.gates * self.units

    def bind_gates(self, at: Place, array: Callable[..., Array]) -> Array:
        """Make Z, whose first rows of a step are what the product gives."""
        return array("Z", at.x[0], self.rows_of_Z(), at.batch)

    def bind_cell(self, at: Place, s: Sweep, array: Callable[..., Array]) -> None:
        """Make a cell's arrays; set cell, cells, cell_backward and cells_backward."""
        raise NotImplementedError

    # -- computing -----------------------------------------------------------------------------------------------------

    def forward(self, at: Place) -> None:
        ops, k = at.ops, 0
        below = [at.x_steps]
        for layer in at.sweeps:
            for s in layer:
                self._read(at, s, below)
                self.begin(at, s, k)
                self.stack(at, s)
                if self.sigmoids:
                    half = s.V[:, : self.sigmoids * self.units]
                    ops.scale(half, 0.5, half)
                for product, cell in zip(s.products, s.cells, strict=True):
                    ops.matmul_transposed_left(*product)
                    s.cell(*cell)
                self.end(at, s, k)
                k += 1
            below = [s.in_time(s.H) for s in layer]
        for column, s in enumerate(layer):
            units = slice(column * self.units, (column + 1) * self.units)
            if self.returns == "sequence":
                ops.copy(s.in_time(s.H), at.y_steps[:, units])
            else:
                ops.copy(s.H[-1], at.y_steps[units])

    def backward(self, at: Place) -> None:
        ops, k = at.ops, self.layers * len(at.sweeps[0])
        top = at.sweeps[-1]
        for column, s in enumerate(top):
            units = slice(column * self.units, (column + 1) * self.units)
            if self.returns == "sequence":
                ops.copy(at.dy_steps[:, units], s.in_time(s.dH))
            else:
                ops.fill(s.dH, 0.0)
                ops.copy(at.dy_steps[units], s.dH[-1])
        for depth in reversed(range(self.layers)):
            for s in reversed(at.sweeps[depth]):
                k -= 1
                self.stack(at, s)
                self.begin_backward(at, s)
                carry: Array | None = None
                for t in reversed(range(len(s.cells))):
                    dH = s.dH_steps[t]
                    if carry is not None:
                        ops.add(dH, carry, dH)
                    s.cell_backward(*s.cells_backward[t])
                    ops.matmul(*s.products_backward[t])
                    carry = s.carries[t]
                    if s.past is not None:
                        ops.add(carry, s.past, carry)
                self.end_backward(at, s, k)
                if at.learns:
                    ops.copy(s.S[:-1].transpose(0, 2, 1), s.S_turned)
                    ops.copy(s.dZ.transpose(0, 2, 1), s.dZ_turned)
                    ops.matmul_transposed_left(s.S_turned.reshape(-1, s.S.shape[1]), s.dZ_turned.reshape(-1, s.dZ.shape[1]), s.dV)
                    self.unstack(at, s)
            if depth or at.dX is not None:
                self._write(at, at.sweeps[depth], [s.in_time(s.dH) for s in at.sweeps[depth - 1]] if depth else [at.dx_steps])

    def _read(self, at: Place, s: Sweep, below: list[Array]) -> None:
        """The inputs of all steps, from parts (T, some of D, B) side by side, and the 1 for the bias."""
        inputs, start = s.in_time(s.S[:-1]), 0
        for part in below:
            at.ops.copy(part, inputs[:, start : start + part.shape[1]])
            start += part.shape[1]
        at.ops.fill(s.S[:, -1], 1.0)

    def _write(self, at: Place, layer: list[Sweep], below: list[Array]) -> None:
        """The input gradients of a layer's sweeps, summed, to parts (T, some of D, B) side by side."""
        for s in layer:
            gradients, start = s.in_time(s.dI), 0
            for part in below:
                gradient = gradients[:, start : start + part.shape[1]]
                if s is layer[0]:
                    at.ops.copy(gradient, part)
                else:
                    at.ops.add(part, gradient, part)
                start += part.shape[1]

    def begin(self, at: Place, s: Sweep, k: int) -> None:
        """Take sweep k's first states from the place."""
        at.ops.copy(at.h0[k].T, s.H_before[0])

    def end(self, at: Place, s: Sweep, k: int) -> None:
        """Leave sweep k's last states at the place."""
        at.ops.copy(s.H[-1].T, at.h_last[k])

    def begin_backward(self, at: Place, s: Sweep) -> None:
        """What can be computed for all steps before going back through them."""

    def end_backward(self, at: Place, s: Sweep, k: int) -> None:
        """Leave the gradients of sweep k's first states at the place."""
        at.ops.copy(s.carries[0].T, at.dh0[k])

    def stack(self, at: Place, s: Sweep) -> None:
        """V = [W; U; b]."""
        at.ops.copy(s.W, s.V[: s.D])
        at.ops.copy(s.U, s.V[s.D : -1])
        at.ops.copy(s.b, s.V[-1])

    def unstack(self, at: Place, s: Sweep) -> None:
        """[dW; dU; db] = dV."""
        at.ops.copy(s.dV[: s.D], s.dW)
        at.ops.copy(s.dV[s.D : -1], s.dU)
        at.ops.copy(s.dV[-1], s.db)

    # -- looking -------------------------------------------------------------------------------------------------------

    def state_gradient_norms(self, at: Place, layer: int = -1, most: int | None = None) -> Array:
        """||dL/dh_t||_2 over units and batch for every step (T,), of the last backward; a host array, computed when asked.

        Of the forward sweep of a stacked layer, the top one by default. Where it falls towards t = 0, the beginning of the
        sequence isn't learned from. most: only so many steps, evenly taken from the first to the last.
        """
        import numpy as np

        dH, T = at.sweeps[layer][0].dH, at.x[0]
        if most is not None and most < T:
            picked = np.linspace(0, T - 1, most).round().astype(np.int64)
            # Elsewhere than on NumPy, one transfer of all costs less than many of some.
            dH = dH[picked] if at.ops.NAME == "numpy" else at.ops.to_host(dH)[picked]
        else:
            dH = at.ops.to_host(dH)
        norms: Array = np.sqrt(np.square(dH, dtype=np.float64).sum((1, 2)))
        return norms
