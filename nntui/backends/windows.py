"""Windows that slide: how a kernel covers the cells of an image, axis by axis. Arithmetic only, shared by layers and backends."""

from __future__ import annotations

import math
from typing import NamedTuple


class Axis(NamedTuple):
    """A kernel sliding along one axis: output j looks at the inputs j * stride + tap * dilation - before, tap < kernel.

    Inputs outside 0 ... size - 1 are padding.
    """

    size: int
    """Input cells."""
    kernel: int = 1
    """Taps of the kernel."""
    stride: int = 1
    """Input cells from one output to the next."""
    dilation: int = 1
    """Input cells from one tap to the next."""
    before: int = 0
    """Cells of padding in front; negative if that many input cells are left out."""
    after: int = 0
    """Cells of padding behind."""

    @property
    def span(self) -> int:
        """Input cells from the first tap to the last."""
        return (self.kernel - 1) * self.dilation + 1

    @property
    def output(self) -> int:
        """Output cells; less than one if the kernel doesn't fit."""
        return (self.size + self.before + self.after - self.span) // self.stride + 1

    def covered(self, tap: int) -> tuple[slice, slice]:
        """The outputs whose input at this tap isn't padding, and these inputs."""
        offset = tap * self.dilation - self.before
        first = max(0, -(offset // self.stride))
        last = max(first, min(self.output, (self.size - 1 - offset) // self.stride + 1))
        start = first * self.stride + offset
        return slice(first, last), slice(start, max(start, (last - 1) * self.stride + offset + 1), self.stride)

    def adjoints(self) -> list[tuple[slice, slice, Axis | None]]:
        """How the gradient of the output slides to give that of the input.

        For the inputs at every stride-th place (a slice) it is only some of the taps (another slice), back to front, that
        slide a cell at a time along an axis of their own; None where no window reaches these inputs.
        """
        found: list[tuple[slice, slice, Axis | None]] = []
        common = math.gcd(self.dilation, self.stride)
        for place in range(min(self.stride, self.size)):
            # Output j sees input place + u stride at tap t if j stride = place + u stride + before - t dilation.
            reach = place + self.before
            first = next((t for t in range(self.kernel) if (reach - t * self.dilation) % self.stride == 0), None)
            inputs = slice(place, None, self.stride)
            if first is None:
                found.append((inputs, slice(0, 0), None))
                continue
            taps = slice(first, None, self.stride // common)
            count, dilation = len(range(self.kernel)[taps]), self.dilation // common
            span = (count - 1) * dilation + 1
            before = span - 1 - (reach - first * self.dilation) // self.stride
            outputs = len(range(self.size)[inputs])
            found.append((inputs, taps, Axis(self.output, count, 1, dilation, before, outputs - self.output + span - 1 - before)))
        return found


class Window(NamedTuple):
    """A kernel sliding over images (H, W). A sequence (T,) is an image with one row."""

    rows: Axis
    columns: Axis

    @property
    def input(self) -> tuple[int, int]:
        """(H, W) of what it slides over."""
        return self.rows.size, self.columns.size

    @property
    def output(self) -> tuple[int, int]:
        """(H, W) of what comes out."""
        return self.rows.output, self.columns.output

    @property
    def taps(self) -> int:
        """Cells of the kernel."""
        return self.rows.kernel * self.columns.kernel

    @property
    def pointwise(self) -> bool:
        """Whether every output cell sees just the input cell at its own place."""
        return all(axis == Axis(axis.size) for axis in self)
