"""Where the windows of images lie as rows of a matrix, so that a convolution is a matrix product.

The k x k windows of an image overlap, and writing all of them out ("im2col") copies every cell k x k times. Here only the
k rows of a window are written side by side (`taps`); its k columns are neighbours in memory already, and sliding one
cell on is one `depth` further on. Rows of a matrix must not overlap, so the windows go through BLAS in a few turns, each
taking every so many-th. Where images are narrow, or columns dilated, all k x k cells are written out after all.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from nntui.backends.numpy_workers import PORTIONS, Worker, parts
from nntui.backends.operations import Array
from nntui.backends.windows import Axis, Window

BLOCK = 2 * 1024 * 1024
"""Bytes of columns that are made and multiplied at once: few enough to stay near the core, enough to make calls worth while."""

WIDE = 16
"""Columns of a product with which a core is at its fastest; fewer take as long."""

Index: TypeAlias = tuple[slice | int, ...]


class Block(NamedTuple):
    """Output rows that are computed at once: those of some whole images, or some of one image."""

    first: int
    last: int
    """Images first ... last - 1."""
    top: int
    bottom: int
    """Output rows top ... bottom - 1 of each."""

    @property
    def rows(self) -> int:
        """Of all its images together."""
        return (self.last - self.first) * (self.bottom - self.top)


class Columns:
    """The layout of windows over images (H, W, C), to be multiplied to F filters; channels and filters in groups."""

    def __init__(self, window: Window, channels: int, filters: int, groups: int) -> None:
        rows, columns = window
        self.window, self.groups = window, groups
        self.channels, self.filters = channels // groups, filters // groups
        """Of each group."""
        slides = columns.dilation == 1 and columns.kernel > 1
        if slides:
            self.pitch, self.left = _pitch(columns)
            # Sliding computes outputs between the rows that nobody needs; writing out copies more. Both in nanoseconds.
            work = 0.02 * window.taps * self.channels * self.filters
            copying = 0.3 * self.channels
            slides = self.pitch / columns.stride / columns.output * (work + rows.kernel * copying) < work + window.taps * copying
        if slides:
            self.fold, self.step = columns.kernel, columns.stride
        else:
            self.fold, self.step, self.pitch, self.left = 1, 1, columns.output, 0
        self.taps = window.taps // self.fold
        self.depth = self.taps * self.channels
        """Numbers per cell of the layout."""
        self.wide = self.pitch // self.step
        """Windows per output row, the useless ones between the rows included."""
        self.turns = -(-self.fold // self.step)
        """Products until all windows have had theirs: each takes every turns-th."""
        self._items = {itemsize: np.zeros((), f"V{itemsize * self.channels}") for itemsize in (4, 8)}
        self._made: dict[tuple[int, int], tuple[list[Index], list[tuple[Index, Index]]]] = {}
        self.tail = (self.turns + 1) * self.step + self.fold
        """Cells behind the last row that windows may reach."""

    # -- portions of a batch -------------------------------------------------------------------------------------------

    @property
    def duration(self) -> float:
        """About how long a core takes for one image, in nanoseconds."""
        product = 0.02 * self.fold * self.depth * max(self.filters, WIDE)
        copying = self.step * self.taps * (2.0 + 0.3 * self.channels)  # run by run
        return self.window.rows.output * self.wide * self.groups * (product + copying)

    def portions(self, batch: int, itemsize: int, most: int = PORTIONS, whole: bool = False) -> list[list[Block]]:
        """The output of a batch in parts that can be computed side by side, each in blocks; `whole`: never cutting an image."""
        return _portions(self, batch, itemsize, most, whole)

    def blocks(self, first: int, last: int, top: int, bottom: int, itemsize: int) -> Iterator[Block]:
        """Rows top ... bottom - 1 of images first ... last - 1 in blocks of about `BLOCK` bytes."""
        row = self.pitch * self.depth * self.groups * itemsize
        if row * (bottom - top) > BLOCK:
            some = max(1, BLOCK // row)
            for image in range(first, last):
                for start in range(top, bottom, some):
                    yield Block(image, image + 1, start, min(start + some, bottom))
            return
        some = BLOCK // (row * (bottom - top))
        some = -(-(last - first) // -(-(last - first) // some))  # of about the same size
        for image in range(first, last, some):
            yield Block(image, min(image + some, last), top, bottom)

    # -- one block -----------------------------------------------------------------------------------------------------

    def buffer(self, worker: Worker, use: str, block: Block, dtype: np.dtype[np.generic]) -> Array:
        """Memory for a block's layout, (groups, cells x depth)."""
        return worker.array(use, (self.groups, (block.rows * self.pitch + self.tail) * self.depth), dtype)

    def laid_out(self, worker: Worker, X: Array, block: Block) -> Array:
        """The block's layout of X (B, H, W, C), (groups, cells x depth): in a worker's memory, or X itself where it is that."""
        if self.window.pointwise and self.groups == 1:
            return X[block.first : block.last, block.top : block.bottom].reshape(1, -1)
        buffer = self.buffer(worker, "columns", block, X.dtype)
        self.fill(buffer, X, block)
        return buffer

    def fill(self, buffer: Array, X: Array, block: Block) -> None:
        """Write the cells of X (B, H, W, C) that the block's windows see, and zeros for padding."""
        # A group's channels are moved as one item: half the time of moving them number by number.
        item = self._items[X.itemsize]
        cells = self._cells(buffer[:, : block.rows * self.pitch * self.depth].view(item.dtype), block)
        images = X[block.first : block.last].view(item.dtype)
        padding, moves = self._moves(block.top, block.bottom)
        for where in padding:
            cells[where] = item
        for into, source in moves:
            cells[into] = images[source]
        buffer[:, block.rows * self.pitch * self.depth :] = 0.0

    def spread(self, buffer: Array, dX: Array, block: Block) -> None:
        """The adjoint of `fill`: add what lies in the layout to the cells of dX (B, H, W, C) it came from."""
        cells = self._cells(buffer[:, : block.rows * self.pitch * self.depth], block, self.channels)
        images = dX[block.first : block.last]
        images = images.reshape(*images.shape[:3], self.groups, self.channels)
        for into, source in self._moves(block.top, block.bottom)[1]:
            target = images[source]
            np.add(target, cells[into], target)

    def _cells(self, buffer: Array, block: Block, *item: int) -> Array:
        """(images, rows, pitch, taps, groups, *item)."""
        shape = (self.groups, block.last - block.first, block.bottom - block.top, self.pitch, self.taps, *item)
        return buffer.reshape(shape).transpose(1, 2, 3, 4, 0, *range(5, len(shape)))

    def _moves(self, top: int, bottom: int) -> tuple[list[Index], list[tuple[Index, Index]]]:
        """For output rows top ... bottom - 1: which cells are padding, and which are the inputs at which place."""
        made = self._made.get((top, bottom))
        if made is None:
            made = self._made[top, bottom] = self._make_moves(top, bottom)
        return made

    def _make_moves(self, top: int, bottom: int) -> tuple[list[Index], list[tuple[Index, Index]]]:
        rows, columns = self.window
        padding: list[Index] = []
        moves: list[tuple[Index, Index]] = []
        everything, height = slice(None), bottom - top
        if self.fold > 1:
            width = min(columns.size + min(columns.before, 0), self.pitch - self.left)
            skipped = max(-columns.before, 0)
            sides = [(slice(self.left, self.left + width), slice(skipped, skipped + width))]
        else:
            sides = [columns.covered(j) for j in range(columns.kernel)]
        for j, (across, _) in enumerate(sides):
            padding += [(everything, everything, gap, slice(j, None, len(sides))) for gap in _gaps(across, self.pitch)]
        for i in range(rows.kernel):
            out, source = rows.covered(i)
            first, last = max(out.start, top), min(out.stop, bottom)
            count = max(last - first, 0)
            down = slice(first - top, last - top) if count else slice(0, 0)
            start = source.start + (first - out.start) * rows.stride
            taken = slice(start, start + (count - 1) * rows.stride + 1, rows.stride) if count else slice(0, 0)
            here = slice(i * len(sides), (i + 1) * len(sides))
            padding += [(everything, gap, everything, here) for gap in _gaps(down, height)]
            for j, (across, beside) in enumerate(sides):
                if count and across.stop > across.start:
                    moves.append(((everything, down, across, here.start + j), (everything, taken, beside)))
        return padding, moves

    def windows(self, buffer: Array, turn: int, windows: int) -> Array:
        """Every turns-th window from number `turn` on, as rows (groups, n, fold x depth) of a matrix; a view."""
        n = self.count(turn, windows)
        start, stride = turn * self.step * self.depth, self.turns * self.step * self.depth
        return buffer[:, start : start + n * stride].reshape(self.groups, n, stride)[:, :, : self.fold * self.depth]

    def clear_between(self, buffer: Array, windows: int) -> None:
        """Zeros in all that the windows of the first turn don't cover."""
        n, stride = self.count(0, windows), self.turns * self.step * self.depth
        buffer[:, : n * stride].reshape(self.groups, n, stride)[:, :, self.fold * self.depth :] = 0.0
        buffer[:, n * stride :] = 0.0

    def count(self, turn: int, windows: int) -> int:
        """How many of so many windows a turn has."""
        return -(-(windows - turn) // self.turns)

    def cells_at(self, buffer: Array, offset: int, windows: int) -> Array:
        """The cell `offset` of every window, (groups, windows, depth); a view."""
        start, stride = offset * self.depth, self.step * self.depth
        return buffer[:, start : start + windows * stride].reshape(self.groups, windows, stride)[:, :, : self.depth]


@lru_cache(maxsize=1024)
def _portions(columns: Columns, batch: int, itemsize: int, most: int, whole: bool) -> list[list[Block]]:
    height, duration = columns.window.rows.output, columns.duration
    if batch >= most or whole:
        return [list(columns.blocks(first, last, 0, height, itemsize)) for first, last in parts(batch, batch * duration, most)]
    return [
        list(columns.blocks(image, image + 1, top, bottom, itemsize))
        for image in range(batch)
        for top, bottom in parts(height, duration, most // batch)
    ]


def _gaps(covered: slice, size: int) -> list[slice]:
    """What of 0 ... size - 1 isn't covered."""
    return [gap for gap in (slice(0, covered.start), slice(covered.stop, size)) if gap.start < gap.stop]


def _pitch(axis: Axis) -> tuple[int, int]:
    """Cells from one row of a sliding layout to the next, and how many of them lie in front of the row's first input.

    The zeros in front of a row also serve as those behind the row before.
    """
    left = max(axis.before, 0)
    needed = (axis.output - 1) * axis.stride + axis.kernel
    used = min(axis.size + min(axis.before, 0), needed - left)
    pitch = max(left + used, needed - left, axis.output * axis.stride)
    return -(-pitch // axis.stride) * axis.stride, left
