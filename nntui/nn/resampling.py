"""Layers that change the size of images and sequences without learning anything: larger, framed, cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.layer import Layer, Place, Shape
from nntui.nn.sliding import Margin, Sides, bind_images, pair

if TYPE_CHECKING:
    from fractions import Fraction

Margins: TypeAlias = Margin | Annotated[tuple[Margin, ...], Meta(min_length=2, max_length=4)]
"""One number for all sides; [before, after] of a sequence; [height, width] or [top, bottom, left, right] of an image."""


class Upsample(Layer, tag="upsample"):
    """Every cell of an image (H, W, C), or step of a sequence (T, C), becomes `factor` of them along each axis.

    nearest repeats it; linear blends between the centres of neighbours (bilinear for images), going on flat at the edges.
    """

    factor: Annotated[Sides, Meta(description="how many times as large: 2, or [height, width]")] = 2
    method: Annotated[Literal["nearest", "linear"], Meta(description="repeat cells, or blend between them")] = "nearest"

    def _factors(self, x: Shape) -> tuple[int, int]:
        rows, columns = pair(self.factor)
        return (rows, columns) if len(x) == 3 else (1, columns)

    def output_shape(self, x: Shape) -> Shape:
        _check_rank(self.tag, x)
        if len(x) == 2 and not isinstance(self.factor, int) and len(self.factor) == 2:
            raise ShapeError(f"upsample by {list(self.factor)} is for images, got a sequence {x}: use one number", key="factor")
        rows, columns = self._factors(x)
        return (x[0] * rows, x[1] * columns, x[2]) if len(x) == 3 else (x[0] * columns, x[1])

    def reach(self, x: Shape) -> tuple[tuple[int, Fraction], ...]:
        from fractions import Fraction  # only who asks for costs needs it

        factors = self._factors(x)[-(len(x) - 1) :]
        return tuple((2 if self.method == "linear" and factor > 1 else 1, Fraction(1, factor)) for factor in factors)

    def bind(self, at: Place) -> None:
        super().bind(at)
        bind_images(at)

    def forward(self, at: Place) -> None:
        at.ops.upsample(at.images, at.Z, *self._factors(at.x), self.method == "linear")

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.upsample_backward(at.dZ, at.dimages, *self._factors(at.x), self.method == "linear")


class Pad(Layer, tag="pad"):
    """Puts zeros around an image (H, W, C), or before and behind a sequence (T, C)."""

    amount: Annotated[Margins, Meta(description="cells on every side, or [before, after], [top, bottom, left, right]")] = 1

    def sides(self, x: Shape) -> tuple[tuple[int, int], ...]:
        """(before, after) along each axis but the channels. Raises ShapeError."""
        return _sides(self.tag, self.amount, x)

    def output_shape(self, x: Shape) -> Shape:
        sides = self.sides(x)
        return (*(n + before + after for n, (before, after) in zip(x, sides, strict=False)), x[-1])

    def bind(self, at: Place) -> None:
        super().bind(at)
        sides = self.sides(at.x)
        inside = tuple(slice(before, before + n) for n, (before, _) in zip(at.x, sides, strict=False))
        at.inside = at.Y[(slice(None), *inside)]
        at.frame = [at.Y[(slice(None), *piece)] for piece in _frame(at.y, inside)]
        if at.dX is not None:
            at.dinside = at.dY[(slice(None), *inside)]

    def forward(self, at: Place) -> None:
        for piece in at.frame:
            at.ops.fill(piece, 0.0)
        at.ops.copy(at.X, at.inside)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.copy(at.dinside, at.dX)


class Crop(Layer, tag="crop"):
    """Cuts cells off the sides of an image (H, W, C), or steps off the ends of a sequence (T, C)."""

    amount: Annotated[Margins, Meta(description="cells off every side, or [before, after], [top, bottom, left, right]")] = 1

    def sides(self, x: Shape) -> tuple[tuple[int, int], ...]:
        """(before, after) along each axis but the channels. Raises ShapeError."""
        return _sides(self.tag, self.amount, x)

    def output_shape(self, x: Shape) -> Shape:
        sides = self.sides(x)
        left = tuple(n - before - after for n, (before, after) in zip(x, sides, strict=False))
        if min(left) < 1:
            takes = " and ".join(str(a + b) for a, b in sides)
            raise ShapeError(f"crop would leave nothing of {x}: it takes {takes} cells off", key="amount")
        return (*left, x[-1])

    def bind(self, at: Place) -> None:
        super().bind(at)
        sides = self.sides(at.x)
        inside = tuple(slice(before, n - after) for n, (before, after) in zip(at.x, sides, strict=False))
        at.inside = at.X[(slice(None), *inside)]
        if at.dX is not None:
            at.dinside = at.dX[(slice(None), *inside)]
            at.frame = [at.dX[(slice(None), *piece)] for piece in _frame(at.x, inside)]

    def forward(self, at: Place) -> None:
        at.ops.copy(at.inside, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            for piece in at.frame:
                at.ops.fill(piece, 0.0)
            at.ops.copy(at.dY, at.dinside)


def _check_rank(tag: str, x: Shape) -> None:
    if len(x) not in (2, 3):
        raise ShapeError(
            f"{tag} needs images (height, width, channels) or sequences (time, channels), got {x}: add reshape before it"
        )


def _sides(tag: str, amount: int | tuple[int, ...], x: Shape) -> tuple[tuple[int, int], ...]:
    _check_rank(tag, x)
    if isinstance(amount, int):
        return ((amount, amount),) * (len(x) - 1)
    if len(x) == 2 and len(amount) == 2:
        return ((amount[0], amount[1]),)
    if len(x) == 3 and len(amount) == 2:
        return (amount[0], amount[0]), (amount[1], amount[1])
    if len(x) == 3 and len(amount) == 4:
        return (amount[0], amount[1]), (amount[2], amount[3])
    wanted = "[before, after] for a sequence" if len(x) == 2 else "[height, width] or [top, bottom, left, right] for an image"
    raise ShapeError(f"{tag} by {list(amount)} doesn't fit {x}: use one number, or {wanted}", key="amount")


def _frame(whole: Shape, inside: tuple[slice, ...]) -> list[tuple[slice, ...]]:
    """What is around the inside, in pieces that don't overlap."""
    pieces = []
    for k, (size, along) in enumerate(zip(whole, inside, strict=False)):
        for piece in (slice(0, along.start), slice(along.stop, size)):
            if piece.start < piece.stop:
                pieces.append((*inside[:k], piece))
    return pieces
