"""Pooling: one number for all that a window sees, channel by channel. It makes images smaller and forgets where exactly."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from nntui.backends.windows import Axis, Window
from nntui.errors import ShapeError
from nntui.nn.layer import Layer, Place, Shape
from nntui.nn.sliding import (
    Cells,
    Padding,
    PaddingSides,
    Sides,
    as_image,
    axis,
    bind_images,
    check_fits,
    check_image,
    check_sequence,
    padded_alike,
    pair,
)

KERNEL = Meta(description="cells that a window sees along each axis")
STRIDE = Meta(description="input cells from one window to the next; as many as the kernel has by default")
PADDING = Meta(description="same: as many outputs as inputs / stride; valid: whole windows only; or cells on each side, which don't count")


def _window(tag: str, x: Shape, kernel: tuple[int, ...], stride: tuple[int, ...], padding: tuple[str | int, ...]) -> Window:
    """The window over an image or a sequence of shape x. Raises ShapeError."""
    for k, p in zip(kernel, padding, strict=True):
        if isinstance(p, int) and p > k // 2:
            raise ShapeError(
                f"{tag} with padding {p} would have windows that see nothing: at most half the kernel of {k}, {k // 2}",
                key="padding",
            )
    axes = [axis(*along) for along in zip(x[:-1], kernel, stride, padding, strict=True)]
    window = Window(axes[0], axes[1]) if len(axes) == 2 else Window(Axis(1), axes[0])
    check_fits(tag, window, "use a smaller kernel")
    return window


class _Pool(Layer):
    """Base: Y has the channels of X."""

    def window(self, x: Shape) -> Window:
        """How it slides over x. Raises ShapeError."""
        raise NotImplementedError

    def output_shape(self, x: Shape) -> Shape:
        rows, columns = self.window(x).output
        return (rows, columns, x[-1]) if len(x) == 3 else (columns, x[-1])

    def reach(self, x: Shape) -> tuple[tuple[int, int], ...]:
        along = [(axis.span, axis.stride) for axis in self.window(x)]
        return tuple(along[-(len(x) - 1) :])

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.window = self.window(at.x)
        bind_images(at)


class _MaxPool(_Pool):
    def forward(self, at: Place) -> None:
        at.ops.max_pool(at.images, at.Z, at.window)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.max_pool_backward(at.images, at.Z, at.dZ, at.dimages, at.window)


class _AveragePool(_Pool):
    def forward(self, at: Place) -> None:
        at.ops.average_pool(at.images, at.Z, at.window)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.average_pool_backward(at.dZ, at.dimages, at.window)


class MaxPool2D(_MaxPool, tag="max_pool2d"):
    """Y = the largest value under each window, channel by channel. The gradient goes to the first cell that has it."""

    kernel: Annotated[Sides, KERNEL] = 2
    stride: Annotated[Sides | None, STRIDE] = None
    padding: Annotated[PaddingSides, PADDING] = "valid"

    def window(self, x: Shape) -> Window:
        check_image(self.tag, x)
        return _window(self.tag, x, pair(self.kernel), pair(self.stride or self.kernel), padded_alike(self.padding))


class MaxPool1D(_MaxPool, tag="max_pool1d"):
    """Y = the largest value under each window of steps, channel by channel. The gradient goes to the first step that has it."""

    kernel: Annotated[Cells, KERNEL] = 2
    stride: Annotated[Cells | None, STRIDE] = None
    padding: Annotated[Padding, PADDING] = "valid"

    def window(self, x: Shape) -> Window:
        check_sequence(self.tag, x)
        return _window(self.tag, x, (self.kernel,), (self.stride or self.kernel,), (self.padding,))


class AvgPool2D(_AveragePool, tag="avg_pool2d"):
    """Y = the mean of the cells under each window, channel by channel; padding isn't counted."""

    kernel: Annotated[Sides, KERNEL] = 2
    stride: Annotated[Sides | None, STRIDE] = None
    padding: Annotated[PaddingSides, PADDING] = "valid"

    def window(self, x: Shape) -> Window:
        check_image(self.tag, x)
        return _window(self.tag, x, pair(self.kernel), pair(self.stride or self.kernel), padded_alike(self.padding))


class AvgPool1D(_AveragePool, tag="avg_pool1d"):
    """Y = the mean of the steps under each window, channel by channel; padding isn't counted."""

    kernel: Annotated[Cells, KERNEL] = 2
    stride: Annotated[Cells | None, STRIDE] = None
    padding: Annotated[Padding, PADDING] = "valid"

    def window(self, x: Shape) -> Window:
        check_sequence(self.tag, x)
        return _window(self.tag, x, (self.kernel,), (self.stride or self.kernel,), (self.padding,))


class GlobalAvgPool(_AveragePool, tag="global_avg_pool"):
    """Y (C,) = the mean of X over all places of an image (H, W, C) or steps of a sequence (T, C) (Lin et al. 2013)."""

    def window(self, x: Shape) -> Window:
        rows, columns, _ = as_image(x)
        return Window(Axis(rows, rows), Axis(columns, columns))

    def output_shape(self, x: Shape) -> Shape:
        if len(x) not in (2, 3):
            raise ShapeError(
                f"{self.tag} needs images (height, width, channels) or sequences (time, channels), got {x}: put it behind "
                "convolutions, before flatten"
            )
        return x[-1:]

    def bind(self, at: Place) -> None:
        Layer.bind(self, at)
        rows, columns, C = as_image(at.x)
        at.window = self.window(at.x)
        at.images, at.Z = at.X.reshape(at.batch, rows, columns, C), at.Y.reshape(at.batch, 1, 1, C)
        if at.dX is not None:
            at.dimages, at.dZ = at.dX.reshape(at.batch, rows, columns, C), at.dY.reshape(at.batch, 1, 1, C)
