"""A learned scale and offset for every feature, by themselves."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.initializers import Constant, Zeros
from nntui.nn.layer import Family, Learned, Parameter, Place, Shape


class Scale(Learned, tag="scale"):
    """Y = gamma X + beta, one gamma and one beta per feature (last axis), 1 and 0 at first; weight decay leaves them alone."""

    family: ClassVar[Family] = "normalization"

    bias: Annotated[bool, Meta(description="add the learned offset beta")] = True
    start: Annotated[float, Meta(description="gamma at first; small ones let a residual block begin as if it weren't there")] = 1.0

    def output_shape(self, x: Shape) -> Shape:
        if not x:
            raise ShapeError("scale needs at least one feature, got a single number per example")
        return x

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        gamma = Parameter("gamma", (x[-1],), Constant(self.start), decays=False)
        return (gamma, Parameter("beta", (x[-1],), Zeros(), decays=False)) if self.bias else (gamma,)

    def bind(self, at: Place) -> None:
        super().bind(at)
        D = at.x[-1]
        at.rows, at.Z = at.X.reshape(-1, D), at.Y.reshape(-1, D)
        if at.dX is not None or at.learns:
            at.dZ = at.dY.reshape(-1, D)
        if at.learns:
            at.array("product", at.rows.shape)
        if at.dX is not None:
            at.drows = at.dX.reshape(-1, D)

    def forward(self, at: Place) -> None:
        if self.bias:
            at.ops.scale_shift(at.rows, at.gamma, at.beta, at.Z)
        else:
            at.ops.multiply(at.rows, at.gamma, at.Z)

    def backward(self, at: Place) -> None:
        ops = at.ops
        if at.learns:
            ops.multiply(at.dZ, at.rows, at.product)
            ops.sum_rows(at.product, at.dgamma)
            if self.bias:
                ops.sum_rows(at.dZ, at.dbeta)
        if at.dX is not None:
            ops.multiply(at.dZ, at.gamma, at.drows)
