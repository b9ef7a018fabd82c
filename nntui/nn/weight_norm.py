"""Weights as direction and length: a container that gives the layer in it normalized weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn import skip
from nntui.nn.initializers import Initializer, resolve
from nntui.nn.layer import Family, Layer, Parameter, Place, Shape

if TYPE_CHECKING:
    import numpy as np

    from nntui.backends.operations import Array

_NOTHING = 1e-30
"""Added to ||v||^2: weights that are all 0 stay 0."""


class UsualLength(Initializer, tag="usual_length"):
    """g = the root mean square of ||v|| over units, for a v drawn by the initializer `init`: W starts with the spread it asks for."""

    init: Any
    """An Init or Initializer."""
    shape: tuple[int, ...]
    fan_in: int
    fan_out: int

    def suiting(self, suited: str) -> Initializer:
        return msgspec.structs.replace(self, init=resolve(self.init, suited))

    def sample(self, shape: tuple[int, ...], fan_in: int, fan_out: int, stream: np.random.Generator) -> Array:
        import numpy as np

        v = resolve(self.init, "glorot").sample(self.shape, self.fan_in, self.fan_out, stream)
        return np.full(shape, math.sqrt(float(np.square(v).sum()) / shape[0]))


class WeightNorm(Layer, tag="weight_norm"):
    """The layer in its body computes with W = g v / ||v||, unit by unit (last axis of W); v is that layer's own W.

    Length and direction are learned apart, so that steps in the one don't disturb the other (Salimans & Kingma 2016).
    """

    family: ClassVar[Family] = "container"
    views: ClassVar[bool] = True

    body: Annotated[tuple[skip.AnyLayer, ...], Meta(description="one layer with weights: dense, or a convolution")]

    def bodies(self) -> tuple[tuple[Layer, ...], ...]:
        return (self.body,)

    @property
    def treatment(self) -> tuple[bool, float]:
        return self.body[0].treatment if self.body else (False, 1.0)

    def output_shape(self, x: Shape) -> Shape:
        if len(self.body) != 1 or self.body[0].family != "affine":
            has = ", ".join(layer.tag for layer in self.body) or "nothing"
            raise ShapeError(f"weight_norm has {has} in its body: it needs exactly one layer with weights, such as dense", key="body")
        return self.body[0].output_shape(x)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        v = self._direction(x)
        return (Parameter("g", v.shape[-1:], UsualLength(v.init, v.shape, v.fan_in, v.fan_out), decays=False),)

    def _direction(self, x: Shape) -> Parameter:
        return next(p for p in self.body[0].parameters(x) if p.name == "W")

    def bind(self, at: Place) -> None:
        v = self._direction(at.x)
        W, dW = at.array("W_normalized", v.shape), at.array("dW_normalized", v.shape)
        at.body = at.chain(self.body, at.X, at.dX, {"W": W, "dW": dW})
        inner = at.body.places[0][1]
        at.Y, at.dY = inner.Y, inner.dY
        units = v.shape[-1]
        for name, A in (("v", inner.own_W), ("dv", inner.own_dW), ("W_rows", W), ("dW_rows", dW)):
            setattr(at, name, A.reshape(-1, units))
        for name in ("inverse", "row"):
            at.array(name, (units,))
        at.array("scratch", at.v.shape)

    def forward(self, at: Place) -> None:
        ops = at.ops
        ops.multiply(at.v, at.v, at.scratch)
        ops.sum_rows(at.scratch, at.row)
        ops.inverse_std(at.row, _NOTHING, at.inverse)  # 1 / ||v||
        ops.multiply(at.g, at.inverse, at.row)
        ops.multiply(at.v, at.row, at.W_rows)
        at.body.forward()

    def backward(self, at: Place) -> None:
        ops = at.ops
        at.body.backward()
        if not at.learns:
            return
        ops.multiply(at.dW_rows, at.v, at.scratch)
        ops.sum_rows(at.scratch, at.row)
        ops.multiply(at.row, at.inverse, at.dg)  # dL/dg = dL/dW . v / ||v||
        ops.multiply(at.g, at.inverse, at.row)
        ops.multiply(at.dW_rows, at.row, at.dv)
        ops.multiply(at.row, at.inverse, at.row)
        ops.multiply(at.row, at.dg, at.row)
        ops.multiply(at.v, at.row, at.scratch)
        ops.subtract(at.dv, at.scratch, at.dv)  # dL/dv = g / ||v|| (dL/dW - v dL/dg / ||v||)
