"""Attention: every place of a sequence looks at the others and takes from each as much as it finds fitting."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.initializers import Init, Zeros, resolve
from nntui.nn.layer import Family, Learned, Parameter, Place, Shape


class Attention(Learned, tag="attention"):
    """Multi-head self-attention over (T, D): Y = A W_out + b_out, A = softmax(Q K^T / sqrt(d)) V head by head, d = D / heads.

    Q, K and V are thirds of X W + b, in this order, heads side by side in each (Vaswani et al. 2017, section 3.2). causal:
    a place looks at itself and those before it only. At the place, after forward: `attention` (B, heads, T, T), row i how
    much place i looks at each.
    """

    family: ClassVar[Family] = "sequence"

    heads: Annotated[int, Meta(ge=1, description="how many times it looks, each with its own questions; must divide the features")] = 1
    causal: Annotated[bool, Meta(description="look at no later place: for predicting what comes next")] = False
    bias: Annotated[bool, Meta(description="learn offsets b and b_out")] = True
    init: Annotated[Init, Meta(description="how W and W_out start; auto: glorot")] = "auto"

    def output_shape(self, x: Shape) -> Shape:
        if len(x) != 2:
            raise ShapeError(f"attention needs a sequence (time, features), got {x}: reshape it, or embed it if these are ids")
        if x[1] % self.heads:
            raise ShapeError(f"attention can't share {x[1]} features among {self.heads} heads: choose a divisor of {x[1]}", key="heads")
        return x

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        D, init = x[1], resolve(self.init, "glorot")
        weights = (Parameter("W", (D, 3 * D), init, fan_in=D, fan_out=D), Parameter("W_out", (D, D), init, fan_in=D, fan_out=D))
        biases = (Parameter("b", (3 * D,), Zeros(), decays=False), Parameter("b_out", (D,), Zeros(), decays=False))
        return (*weights, *biases) if self.bias else weights

    def multiply_adds(self, x: Shape) -> int:
        T, D = x
        return T * 4 * D * D + 2 * T * T * D  # to Q, K, V and out of the heads; Q K^T and A V

    def reach(self, x: Shape) -> None:
        return None

    def bind(self, at: Place) -> None:
        super().bind(at)
        (T, D), B, heads = at.x, at.batch, self.heads

        def split(rows: str, parts: int) -> list[object]:
            """Rows (B T, parts D) and their parts as heads (B, heads, T, d)."""
            made = at.array(rows, (B * T, parts * D))
            by_head = made.reshape(B, T, parts, heads, D // heads)
            return [by_head[:, :, part].transpose(0, 2, 1, 3) for part in range(parts)]

        at.Q, at.K, at.V = split("QKV", 3)
        (at.A,) = split("A_rows", 1)
        at.attention = at.array("P", (B, heads, T, T)).swapaxes(2, 3)
        at.rows, at.Z = at.X.reshape(-1, D), at.Y.reshape(-1, D)
        if at.dX is not None or at.learns:
            at.dQ, at.dK, at.dV = split("dQKV", 3)
            (at.dA,) = split("dA_rows", 1)
            at.dZ = at.dY.reshape(-1, D)
        if at.dX is not None:
            at.drows = at.dX.reshape(-1, D)

    def forward(self, at: Place) -> None:
        ops = at.ops
        if self.bias:
            ops.affine(at.rows, at.W, at.b, at.QKV)
        else:
            ops.matmul(at.rows, at.W, at.QKV)
        ops.attention(at.Q, at.K, at.V, self.causal, at.P, at.A)
        if self.bias:
            ops.affine(at.A_rows, at.W_out, at.b_out, at.Z)
        else:
            ops.matmul(at.A_rows, at.W_out, at.Z)

    def backward(self, at: Place) -> None:
        ops = at.ops
        ops.matmul_transposed_right(at.dZ, at.W_out, at.dA_rows)
        ops.attention_backward(at.Q, at.K, at.V, at.P, at.A, at.dA, at.dQ, at.dK, at.dV)
        if at.learns:
            ops.matmul_transposed_left(at.A_rows, at.dZ, at.dW_out)
            ops.matmul_transposed_left(at.rows, at.dQKV, at.dW)
            if self.bias:
                ops.sum_rows(at.dZ, at.db_out)
                ops.sum_rows(at.dQKV, at.db)
        if at.dX is not None:
            ops.matmul_transposed_right(at.dQKV, at.W, at.drows)
