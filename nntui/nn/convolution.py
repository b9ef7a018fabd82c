"""Convolutions: the same small affine map at every place of an image or a sequence."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.backends.windows import Axis, Window
from nntui.errors import ShapeError
from nntui.nn.initializers import Init, Zeros
from nntui.nn.layer import Family, Learned, Parameter, Place, Shape
from nntui.nn.sliding import (
    Cells,
    Padding,
    PaddingSides,
    Sides,
    axis,
    bind_images,
    check_fits,
    check_image,
    check_sequence,
    padded_alike,
    pair,
)

FILTERS = Meta(description="channels of the output: each filter looks for one pattern")
BIAS = Meta(description="add a learned offset to every channel of the output")
INIT = Meta(description="how W starts; auto: he before relu-like, glorot otherwise")
GROUPS = Meta(ge=1, description="parts the channels are divided into; each filter sees one part")
STRIDE = Meta(description="input cells from one output to the next")
DILATION = Meta(description="input cells from one tap of the kernel to the next: more than 1 leaves holes")
PADDING = Meta(description="same: as many outputs as inputs / stride; valid: none; or zeros on each side")


class Conv2D(Learned, tag="conv2d"):
    """Y_ij = sum_hw X_(i s + h d - p)(j s + w d - p) W_hw + b: one kernel slides over X (H, W, C), stride s, dilation d, padding p.

    W (KH, KW, C / groups, filters). As everywhere it is a cross-correlation, the kernel isn't turned (LeCun et al. 1989).
    """

    family: ClassVar[Family] = "affine"

    filters: Annotated[Cells, FILTERS]
    kernel: Annotated[Sides, Meta(description="cells that a filter sees: 3, or [height, width]")] = 3
    stride: Annotated[Sides, STRIDE] = 1
    padding: Annotated[PaddingSides, PADDING] = "same"
    dilation: Annotated[Sides, DILATION] = 1
    groups: Annotated[int, GROUPS] = 1
    bias: Annotated[bool, BIAS] = True
    init: Annotated[Init, INIT] = "auto"

    def window(self, x: Shape) -> Window:
        sides = zip(x[:2], pair(self.kernel), pair(self.stride), padded_alike(self.padding), pair(self.dilation), strict=True)
        return Window(*(axis(*side) for side in sides))

    def output_shape(self, x: Shape) -> Shape:
        check_image(self.tag, x)
        return (*_checked(self, self.window(x), x[-1]).output, self.filters)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return _parameters(self, pair(self.kernel), x[-1])

    def reach(self, x: Shape) -> tuple[tuple[int, int], ...]:
        return tuple((axis.span, axis.stride) for axis in self.window(x))

    def bind(self, at: Place) -> None:
        super().bind(at)
        _bind(self, at)

    def forward(self, at: Place) -> None:
        _forward(self, at)

    def backward(self, at: Place) -> None:
        _backward(self, at)


class Conv1D(Learned, tag="conv1d"):
    """Y_t = sum_k X_(t s + k d - p) W_k + b: one kernel slides over the steps of X (T, C), stride s, dilation d, padding p.

    W (K, C / groups, filters). For a causal one, which never sees the future, put pad = [(kernel - 1) * dilation, 0]
    before it and use padding = "valid".
    """

    family: ClassVar[Family] = "affine"

    filters: Annotated[Cells, FILTERS]
    kernel: Annotated[Cells, Meta(description="steps that a filter sees")] = 3
    stride: Annotated[Cells, STRIDE] = 1
    padding: Annotated[Padding, PADDING] = "same"
    dilation: Annotated[Cells, DILATION] = 1
    groups: Annotated[int, GROUPS] = 1
    bias: Annotated[bool, BIAS] = True
    init: Annotated[Init, INIT] = "auto"

    def window(self, x: Shape) -> Window:
        return Window(Axis(1), axis(x[0], self.kernel, self.stride, self.padding, self.dilation))

    def output_shape(self, x: Shape) -> Shape:
        check_sequence(self.tag, x)
        return (_checked(self, self.window(x), x[-1]).columns.output, self.filters)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return _parameters(self, (self.kernel,), x[-1])

    def reach(self, x: Shape) -> tuple[tuple[int, int], ...]:
        along = self.window(x).columns
        return ((along.span, along.stride),)

    def bind(self, at: Place) -> None:
        super().bind(at)
        _bind(self, at)

    def forward(self, at: Place) -> None:
        _forward(self, at)

    def backward(self, at: Place) -> None:
        _backward(self, at)


def _checked(layer: Conv1D | Conv2D, window: Window, channels: int) -> Window:
    check_groups(layer.tag, layer.groups, channels, layer.filters)
    check_fits(layer.tag, window, 'use padding = "same" or a smaller kernel')
    return window


def check_groups(tag: str, groups: int, channels: int, filters: int) -> None:
    """Raise ShapeError unless both can be divided into so many groups."""
    for count, name in ((channels, "input channels"), (filters, "filters")):
        if count % groups:
            raise ShapeError(
                f"{tag} can't divide {count} {name} into {groups} groups: use a number that {count} is a multiple of",
                key="groups",
            )


def _parameters(layer: Conv1D | Conv2D, kernel: tuple[int, ...], channels: int) -> tuple[Parameter, ...]:
    inputs, outputs, taps = channels // layer.groups, layer.filters // layer.groups, math.prod(kernel)
    W = Parameter("W", (*kernel, inputs, layer.filters), layer.init, fan_in=taps * inputs, fan_out=taps * outputs)
    return (W, Parameter("b", (layer.filters,), Zeros(), decays=False)) if layer.bias else (W,)


def _bind(layer: Conv1D | Conv2D, at: Place) -> None:
    """Everything as the operations see it: images, and kernels with four axes."""
    at.window = layer.window(at.x)
    bind_images(at)
    at.kernel = at.W.reshape((1,) * (4 - at.W.ndim) + at.W.shape)
    at.dkernel = at.dW.reshape(at.kernel.shape)


def _forward(layer: Conv1D | Conv2D, at: Place) -> None:
    at.ops.convolution(at.images, at.kernel, at.b if layer.bias else None, at.Z, at.window, layer.groups)


def _backward(layer: Conv1D | Conv2D, at: Place) -> None:
    if at.learns:
        at.ops.convolution_weight_gradient(at.images, at.dZ, at.dkernel, at.db if layer.bias else None, at.window, layer.groups)
    if at.dX is not None:
        at.ops.convolution_input_gradient(at.dZ, at.kernel, at.dimages, at.window, layer.groups)
