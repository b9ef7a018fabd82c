"""The transposed convolution, which makes images larger: a convolution's backward pass used as a layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from nntui.backends.windows import Window
from nntui.errors import ShapeError
from nntui.nn.convolution import BIAS, DILATION, FILTERS, GROUPS, INIT, check_groups
from nntui.nn.initializers import Init, Zeros
from nntui.nn.layer import Family, Learned, Parameter, Place, Shape
from nntui.nn.sliding import Cells, PaddingSides, Sides, axis, bind_images, check_image, padded_alike, pair

if TYPE_CHECKING:
    from fractions import Fraction


class Conv2DTranspose(Learned, tag="conv2d_transpose"):
    """The adjoint of conv2d: each cell of X (H, W, C) lays a kernel, weighted, on Y, `stride` cells on from the last; sums, + b.

    W (KH, KW, filters / groups, C), as of the conv2d that maps back (Zeiler et al. 2010). A kernel that stride divides
    covers all of Y alike; others leave a checkerboard.
    """

    family: ClassVar[Family] = "affine"

    filters: Annotated[Cells, FILTERS]
    kernel: Annotated[Sides, Meta(description="cells that one input cell is spread over: 4, or [height, width]")] = 4
    stride: Annotated[Sides, Meta(description="output cells from one input cell to the next: how much larger the image gets")] = 2
    padding: Annotated[
        PaddingSides, Meta(description="same: input times stride; valid: all that is laid; or cells cut off on each side")
    ] = "same"
    dilation: Annotated[Sides, DILATION] = 1
    groups: Annotated[int, GROUPS] = 1
    bias: Annotated[bool, BIAS] = True
    init: Annotated[Init, INIT] = "auto"

    def window(self, x: Shape) -> Window:
        """How the kernel of the convolution that maps back slides over Y."""
        sides = zip(x[:2], pair(self.kernel), pair(self.stride), padded_alike(self.padding), pair(self.dilation), strict=True)
        axes = []
        for size, kernel, stride, padding, dilation in sides:
            cut = 2 * padding if isinstance(padding, int) else 0
            laid = size * stride if padding == "same" else (size - 1) * stride + (kernel - 1) * dilation + 1 - cut
            axes.append(axis(laid, kernel, stride, padding, dilation))
        return Window(*axes)

    def output_shape(self, x: Shape) -> Shape:
        check_image(self.tag, x)
        check_groups(self.tag, self.groups, x[-1], self.filters)
        rows, columns = self.window(x).input
        if min(rows, columns) < 1:
            raise ShapeError(f"{self.tag} lays its kernel on {x}, but its padding cuts all of it off: use a smaller padding", key="padding")
        return rows, columns, self.filters

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        (height, width), (down, across) = pair(self.kernel), pair(self.stride)
        inputs, outputs, taps = x[-1] // self.groups, self.filters // self.groups, height * width
        # An output cell is reached by one tap in `stride` only, along each axis.
        fan_in = max(taps * inputs // (down * across), 1)
        W = Parameter("W", (height, width, outputs, x[-1]), self.init, fan_in=fan_in, fan_out=taps * outputs)
        return (W, Parameter("b", (self.filters,), Zeros(), decays=False)) if self.bias else (W,)

    def multiply_adds(self, x: Shape) -> int:
        return x[0] * x[1] * math.prod(self.parameters(x)[0].shape)

    def reach(self, x: Shape) -> tuple[tuple[int, Fraction], ...]:
        from fractions import Fraction  # only who asks for costs needs it

        # The kernels of so many input cells meet on one output cell, and of its neighbour's only some are others.
        return tuple(((axis.span - 1) // axis.stride + 1, Fraction(1, axis.stride)) for axis in self.window(x))

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.window = self.window(at.x)
        bind_images(at)
        at.rows = at.Y.reshape(-1, self.filters)
        if at.learns:
            at.drows = at.dY.reshape(-1, self.filters)

    def forward(self, at: Place) -> None:
        at.ops.convolution_input_gradient(at.images, at.W, at.Z, at.window, self.groups)
        if self.bias:
            at.ops.add(at.rows, at.b, at.rows)

    def backward(self, at: Place) -> None:
        if at.learns:
            at.ops.convolution_weight_gradient(at.dZ, at.images, at.dW, None, at.window, self.groups)
            if self.bias:
                at.ops.sum_rows(at.drows, at.db)
        if at.dX is not None:
            at.ops.convolution(at.dZ, at.W, None, at.dimages, at.window, self.groups)
