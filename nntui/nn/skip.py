"""The container that makes residual nets and U-Nets: a body of layers, and a way around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.layer import Family, Layer, Place, Shape

if TYPE_CHECKING:
    AnyLayer = Layer
else:
    AnyLayer = Any  # replaced by the union of all layers in `catalogue`, which has to know this one too


class Skip(Layer, tag="skip"):
    """Y = body(X) + X, or body(X) and X side by side on the last axis (He et al. 2015; Ronneberger et al. 2015)."""

    family: ClassVar[Family] = "container"

    body: Annotated[tuple[AnyLayer, ...], Meta(description="the layers that are gone around")]
    join: Annotated[Literal["add", "concatenate"], Meta(description="how body(X) and X become Y")] = "add"

    def bodies(self) -> tuple[tuple[Layer, ...], ...]:
        return (self.body,)

    def output_shape(self, x: Shape) -> Shape:
        y = x
        for layer in self.body:
            y = layer.output_shape(y)
        if self.join == "add" and y != x:
            raise ShapeError(f"skip adds its input {x} to its body's output {y}: end the body with shape {x}, or join by concatenate")
        if y[:-1] != x[:-1]:
            raise ShapeError(f"skip can't put {x} beside its body's output {y}: all axes but the last must agree")
        return x if self.join == "add" else (*y[:-1], y[-1] + x[-1])

    def bind(self, at: Place) -> None:
        super().bind(at)
        dX = at.array("dX_body", at.X.shape) if at.dX is not None else None
        at.body = at.chain(self.body, at.X, dX)

    def forward(self, at: Place) -> None:
        at.body.forward()
        if self.join == "add":
            at.ops.add(at.body.Y, at.X, at.Y)
        else:
            split = at.body.Y.shape[-1]
            at.ops.copy(at.body.Y, at.Y[..., :split])
            at.ops.copy(at.X, at.Y[..., split:])

    def backward(self, at: Place) -> None:
        split = at.body.Y.shape[-1]
        concatenates = self.join == "concatenate"
        if at.body.dY is not None:
            at.ops.copy(at.dY[..., :split] if concatenates else at.dY, at.body.dY)
            at.body.backward()
        if at.dX is not None and at.body.dX is not None:
            at.ops.add(at.dY[..., split:] if concatenates else at.dY, at.body.dX, at.dX)  # the fan-out's gradients sum
