"""What layers that slide a window over images or sequences have in common: fields, padding, and errors with a way out.

Images are (height, width, channels), sequences (time, channels). To the operations a sequence is an image with one row.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from nntui.backends.windows import Axis, Window
from nntui.errors import ShapeError
from nntui.nn.layer import Place, Shape

Cells: TypeAlias = Annotated[int, Meta(ge=1)]
Margin: TypeAlias = Annotated[int, Meta(ge=0)]
Sides: TypeAlias = Cells | Annotated[tuple[Cells, ...], Meta(min_length=1, max_length=2)]
"""One number for both axes, or [height, width]."""
Padding: TypeAlias = Literal["same", "valid"] | Margin
"""`same`: ceil(size / stride) outputs, zeros on both sides (one more behind if odd); `valid`: none; a number: so many on each side."""
PaddingSides: TypeAlias = Literal["same", "valid"] | Margin | Annotated[tuple[Margin, ...], Meta(min_length=1, max_length=2)]


def pair(sides: int | tuple[int, ...]) -> tuple[int, int]:
    """(height, width)."""
    if isinstance(sides, int):
        return sides, sides
    return sides[0], sides[-1]


def axis(size: int, kernel: int, stride: int, padding: str | int, dilation: int = 1) -> Axis:
    """A kernel along an axis with this padding."""
    if isinstance(padding, int):
        return Axis(size, kernel, stride, dilation, padding, padding)
    if padding == "valid":
        return Axis(size, kernel, stride, dilation)
    return Axis(size, kernel, stride, dilation, *same(size, (kernel - 1) * dilation + 1, stride))


def same(size: int, span: int, stride: int) -> tuple[int, int]:
    """Padding in front and behind with which ceil(size / stride) outputs come of `size` inputs."""
    missing = max((-(-size // stride) - 1) * stride + span - size, 0)
    return missing // 2, missing - missing // 2


def padded_alike(padding: str | int | tuple[int, ...]) -> tuple[str | int, str | int]:
    """What `padding` says of (height, width)."""
    return (padding, padding) if isinstance(padding, str) else pair(padding)


def check_image(tag: str, x: Shape) -> None:
    """Raise ShapeError unless x is (height, width, channels)."""
    if len(x) == 1:
        side = math.isqrt(x[0])
        example = f"[{side}, {side}, 1]" if side * side == x[0] else "[height, width, channels]"
        raise ShapeError(f"{tag} needs images (height, width, channels), got {x}: add reshape before it, e.g. {example}")
    if len(x) == 2:
        twin = f"use {tag[:-2]}1d, or " if tag in ("conv2d", "max_pool2d", "avg_pool2d") else ""
        raise ShapeError(
            f"{tag} needs images (height, width, channels), got {x}: {twin}add reshape before it, e.g. [{x[0]}, {x[1]}, 1]"
        )
    if len(x) != 3:
        raise ShapeError(f"{tag} needs images (height, width, channels), got {x}: add reshape before it")


def check_sequence(tag: str, x: Shape) -> None:
    """Raise ShapeError unless x is (time, channels)."""
    if len(x) == 1:
        raise ShapeError(f"{tag} needs sequences (time, channels), got {x}: add reshape before it, e.g. [{x[0]}, 1]")
    if len(x) == 3:
        raise ShapeError(f"{tag} needs sequences (time, channels), got {x}: use {tag[:-2]}2d for images")
    if len(x) != 2:
        raise ShapeError(f"{tag} needs sequences (time, channels), got {x}: add reshape before it")


def check_fits(tag: str, window: Window, way_out: str) -> None:
    """Raise ShapeError if a kernel is larger than what it slides over."""
    for along, name in zip(window, ("rows", "columns"), strict=True):
        if along.output < 1:
            size = along.size + along.before + along.after
            name = "steps" if window.rows == Axis(1) else name
            padded = " with its padding" if along.before + along.after else ""
            raise ShapeError(f"{tag}'s kernel spans {along.span} {name}, its input{padded} has {size}: {way_out}", key="kernel")


def as_image(x: Shape) -> Shape:
    """(1, time, channels) of a sequence; an image as it is."""
    return x if len(x) == 3 else (1, *x)


def bind_images(at: Place) -> None:
    """Views of a place's arrays with four axes: images, Z, dimages, dZ."""
    x, y = as_image(at.x), as_image(at.y)
    at.images, at.Z = at.X.reshape(at.batch, *x), at.Y.reshape(at.batch, *y)
    at.dZ = at.dY.reshape(at.batch, *y) if at.dY is not None else None
    at.dimages = at.dX.reshape(at.batch, *x) if at.dX is not None else None
