"""Units that take the largest of several affine maps."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.initializers import Init, LeCun, Zeros
from nntui.nn.layer import Family, Learned, Parameter, Place, Shape


class Maxout(Learned, tag="maxout"):
    """Y_j = max_k (X W_k + b_k)_j over the last axis: a learned convex activation (Goodfellow et al. 2013).

    X (..., D), W (D, pieces units) with the units of a piece side by side, b (pieces units,), Y (..., units). The gradient
    goes to the piece that was largest, to the first of equal ones.
    """

    family: ClassVar[Family] = "affine"

    units: Annotated[int, Meta(ge=1, description="outputs per example")]
    pieces: Annotated[int, Meta(ge=2, description="affine maps per unit, the largest of which counts")] = 2
    init: Annotated[Init, Meta(description="how W starts; auto: lecun, the larger of two keeps the mean square")] = "auto"

    def output_shape(self, x: Shape) -> Shape:
        if not x:
            raise ShapeError("maxout needs at least one feature, got a single number per example")
        if len(x) == 3:
            raise ShapeError(f"maxout needs a flat input, got {x}: add flatten before it")
        return (*x[:-1], self.units)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        wide = self.pieces * self.units
        init = LeCun() if self.init == "auto" else self.init
        return (
            Parameter("W", (x[-1], wide), init, fan_in=x[-1], fan_out=self.units),
            Parameter("b", (wide,), Zeros(), decays=False),
        )

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.rows = at.X.reshape(-1, at.x[-1])
        shape = (len(at.rows), self.pieces, self.units)
        at.array("Z", shape)
        at.Z_rows, at.Y_rows = at.Z.reshape(len(at.rows), -1), at.Y.reshape(-1, self.units)
        if at.dX is not None or at.learns:
            at.array("dZ", shape)
            at.array("scratch", at.Y_rows.shape)
            at.dZ_rows, at.dY_rows = at.dZ.reshape(len(at.rows), -1), at.dY.reshape(-1, self.units)
        if at.dX is not None:
            at.drows = at.dX.reshape(-1, at.x[-1])

    def forward(self, at: Place) -> None:
        at.ops.affine(at.rows, at.W, at.b, at.Z_rows)
        at.ops.maxout(at.Z, at.Y_rows)

    def backward(self, at: Place) -> None:
        at.ops.maxout_backward(at.Z, at.Y_rows, at.dY_rows, at.dZ, at.scratch)
        if at.learns:
            at.ops.matmul_transposed_left(at.rows, at.dZ_rows, at.dW)
            at.ops.sum_rows(at.dZ_rows, at.db)
        if at.dX is not None:
            at.ops.matmul_transposed_right(at.dZ_rows, at.W, at.drows)
