"""The fully connected layer."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.initializers import Init, Zeros
from nntui.nn.layer import Family, Learned, Parameter, Place, Shape


class Dense(Learned, tag="dense"):
    """Affine map Y = X W + b over the last axis: X (..., D), W (D, units), b (units,), Y (..., units)."""

    family: ClassVar[Family] = "affine"

    units: Annotated[int, Meta(ge=1, description="outputs per example")]
    bias: Annotated[bool, Meta(description="add a learned offset b to every output")] = True
    init: Annotated[Init, Meta(description="how W starts; auto: he before relu-like, glorot otherwise")] = "auto"

    def output_shape(self, x: Shape) -> Shape:
        if not x:
            raise ShapeError("dense needs at least one feature, got a single number per example")
        if len(x) == 3:
            raise ShapeError(f"dense needs a flat input, got {x}: add flatten before it")
        return (*x[:-1], self.units)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        W = Parameter("W", (x[-1], self.units), self.init, fan_in=x[-1], fan_out=self.units)
        return (W, Parameter("b", (self.units,), Zeros(), decays=False)) if self.bias else (W,)

    def bind(self, at: Place) -> None:
        super().bind(at)
        # A sequence (B, T, D) is B T rows to a matrix product: flat views, made once.
        at.rows, at.Z = at.X.reshape(-1, at.x[-1]), at.Y.reshape(-1, self.units)
        if at.dX is not None or at.learns:
            at.dZ = at.dY.reshape(-1, self.units)
        if at.dX is not None:
            at.drows = at.dX.reshape(-1, at.x[-1])

    def forward(self, at: Place) -> None:
        if self.bias:
            at.ops.affine(at.rows, at.W, at.b, at.Z)
        else:
            at.ops.matmul(at.rows, at.W, at.Z)

    def backward(self, at: Place) -> None:
        if at.learns:
            at.ops.matmul_transposed_left(at.rows, at.dZ, at.dW)  # dL/dW = X^T dY
            if self.bias:
                at.ops.sum_rows(at.dZ, at.db)
        if at.dX is not None:
            at.ops.matmul_transposed_right(at.dZ, at.W, at.drows)  # dL/dX = dY W^T
