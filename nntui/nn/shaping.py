"""Layers that only look at the same numbers with other axes: nothing is copied."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.layer import Layer, Place, Shape, view_output


class Flatten(Layer, tag="flatten"):
    """(H, W, C) or any other shape becomes one axis."""

    views: ClassVar[bool] = True

    def output_shape(self, x: Shape) -> Shape:
        return (math.prod(x),)

    def bind(self, at: Place) -> None:
        view_output(at)

    def forward(self, at: Place) -> None:
        pass

    def backward(self, at: Place) -> None:
        pass


class Reshape(Layer, tag="reshape"):
    """Gives each example another shape with the same number of values; one axis may be -1, "whatever is left"."""

    views: ClassVar[bool] = True

    shape: Annotated[tuple[int, ...], Meta(description="axes of one example, e.g. [8, 8, 1]; one may be -1")]

    def output_shape(self, x: Shape) -> Shape:
        size, known = math.prod(x), math.prod(n for n in self.shape if n != -1)
        wildcards = self.shape.count(-1)
        if not self.shape or wildcards > 1 or any(n == 0 or n < -1 for n in self.shape):
            raise ShapeError(f"reshape to {list(self.shape)} is not a shape: positive axes, at most one -1", key="shape")
        if size % known or (not wildcards and size != known):
            raise ShapeError(f"reshape can't make {list(self.shape)} of {x}: {size} values are not {known}", key="shape")
        return tuple(size // known if n == -1 else n for n in self.shape)

    def bind(self, at: Place) -> None:
        view_output(at)

    def forward(self, at: Place) -> None:
        pass

    def backward(self, at: Place) -> None:
        pass
