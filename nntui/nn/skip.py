"""The container that makes residual nets and U-Nets: a body of layers, and a way around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.initializers import LeCun
from nntui.nn.layer import Family, Layer, Learned, Parameter, Place, Shape

if TYPE_CHECKING:
    AnyLayer = Layer
else:
    AnyLayer = Any  # replaced by the union of all layers in `catalogue`, which has to know this one too


class Skip(Learned, tag="skip"):
    """Y = body(X) + X, or body(X) and X side by side on the last axis (He et al. 2015; Ronneberger et al. 2015).

    projection: where body(X) has another shape, Y = body(X) + X P with P (C_in, C_out) learned; if the body has strides, of
    every s-th position: a 1 x 1 convolution with stride s, as between the stages of a ResNet. frozen and rate_multiplier
    are P's, the layers of the body have their own.
    """

    family: ClassVar[Family] = "container"

    body: Annotated[tuple[AnyLayer, ...], Meta(description="the layers that are gone around")]
    join: Annotated[Literal["add", "concatenate"], Meta(description="how body(X) and X become Y")] = "add"
    projection: Annotated[bool, Meta(description="learn a linear map of X to the shape of body(X) where they differ")] = False

    def bodies(self) -> tuple[tuple[Layer, ...], ...]:
        return (self.body,)

    def output_shape(self, x: Shape) -> Shape:
        y = self._through_body(x)
        if self.join == "concatenate":
            if self.projection:
                raise ShapeError("skip with concatenate takes its input as it is: projection is for join = add", key="projection")
            if y[:-1] != x[:-1]:
                raise ShapeError(f"skip can't put {x} beside its body's output {y}: all axes but the last must agree", key="join")
            return (*y[:-1], y[-1] + x[-1])
        if y != x and not self.projection:
            raise ShapeError(
                f"skip adds its input {x} to its body's output {y}: end the body with shape {x}, learn a map to {y} with "
                "projection = true, or join by concatenate"
            )
        if y != x:
            self._strides(x, y)
        return y

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        y = self._through_body(x)
        if not self.projection or y == x:
            return ()
        return (Parameter("projection", (x[-1], y[-1]), LeCun(), fan_in=x[-1], fan_out=y[-1]),)

    def _through_body(self, x: Shape) -> Shape:
        for layer in self.body:
            x = layer.output_shape(x)
        return x

    def _strides(self, x: Shape, y: Shape) -> tuple[int, ...]:
        """Which positions of X meet those of body(X): every s-th along each axis but the last. Raises ShapeError."""
        strides = tuple(-(-n // m) for n, m in zip(x[:-1], y[:-1], strict=False))
        if len(x) != len(y) or any(-(-n // s) != m for n, m, s in zip(x, y, strides, strict=False)):
            raise ShapeError(
                f"skip can't project its input {x} to its body's output {y}: only features and strides may differ",
                key="projection",
            )
        return strides

    def bind(self, at: Place) -> None:
        super().bind(at)
        dX = at.array("dX_body", at.X.shape) if at.dX is not None else None
        at.body = at.chain(self.body, at.X, dX)
        at.projected = self.projection and at.y != at.x
        if not at.projected:
            return
        strides = self._strides(at.x, at.y)
        every = (slice(None), *(slice(None, None, s) for s in strides))
        at.met = at.X[every]
        at.taken = at.array("copied", at.met.shape) if max(strides, default=1) > 1 else at.X
        at.rows = at.taken.reshape(-1, at.x[-1])
        at.rows_around = at.array("around", at.Y.shape).reshape(-1, at.y[-1])
        if at.dX is not None or at.learns:
            at.dZ = at.dY.reshape(-1, at.y[-1])
        if at.dX is not None:
            at.drows = at.array("dtaken", at.taken.shape).reshape(-1, at.x[-1])
            at.dmet = at.dX[every]

    def forward(self, at: Place) -> None:
        ops = at.ops
        at.body.forward()
        if at.projected:
            if at.taken is not at.X:
                ops.copy(at.met, at.taken)
            ops.matmul(at.rows, at.projection, at.rows_around)
            ops.add(at.body.Y, at.around, at.Y)
        elif self.join == "add":
            ops.add(at.body.Y, at.X, at.Y)
        else:
            split = at.body.Y.shape[-1]
            ops.copy(at.body.Y, at.Y[..., :split])
            ops.copy(at.X, at.Y[..., split:])

    def backward(self, at: Place) -> None:
        ops = at.ops
        split = at.body.Y.shape[-1]
        concatenates = self.join == "concatenate"
        if at.body.dY is not None:
            ops.copy(at.dY[..., :split] if concatenates else at.dY, at.body.dY)
            at.body.backward()
        if at.projected and at.learns and not self.frozen:
            ops.matmul_transposed_left(at.rows, at.dZ, at.dprojection)
        if at.dX is None or at.body.dX is None:
            return
        if at.projected:
            ops.matmul_transposed_right(at.dZ, at.projection, at.drows)
            ops.copy(at.body.dX, at.dX)
            ops.add(at.dmet, at.dtaken, at.dmet)
        else:
            ops.add(at.dY[..., split:] if concatenates else at.dY, at.body.dX, at.dX)  # the fan-out's gradients sum
