"""A sheet of cells on which pictures, texts and points are put side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from nntui.tui.look import Look, painted
from nntui.tui.panes.row import Row, printable

if TYPE_CHECKING:
    from nntui.backends.operations import Array

_POSITIVE, _NEGATIVE = " ░▒▓█", " ·-=≡"
_ASCII_POSITIVE, _ASCII_NEGATIVE = " .:*#", " ,-=%"


class Canvas:
    """`width` x `height` cells; what lies outside of them isn't drawn."""

    def __init__(self, width: int, height: int, look: Look) -> None:
        self.width, self.height, self.look = max(width, 0), max(height, 0), look
        self._cells: list[list[tuple[str, Style]]] = [[(" ", look.text)] * self.width for _ in range(self.height)]

    def put(self, x: int, y: int, text: str, style: Style | None = None, width: int | None = None) -> int:
        """Write a text, cut to `width` cells, which words show by an ellipsis; gives the column after it."""
        if style is None:
            style = self.look.text
        end = min(self.width, x + width) if width is not None else self.width
        written = printable(self.look.shown(text))
        if len(written) > 2 and x + cell_len(written.rstrip(" ")) > end:
            written = self._cut(written, end - x)
        for character in written:
            cells = cell_len(character)
            if x + cells > end:
                break
            if 0 <= y < self.height and x >= 0 and cells:
                self._cells[y][x] = (character, style)
                if cells == 2:
                    self._cells[y][x + 1] = ("", style)
            x += cells
        return x

    def _cut(self, text: str, room: int) -> str:
        """As much as there is room for; where that is words or numbers, not a bar, they don't end as if that were all."""
        if room < 2 or not text.isprintable() or not text[max(room - 2, 0)].isascii():
            return text
        return set_cell_size(text, room - 1).rstrip(" ") + self.look.more

    def right(self, x: int, y: int, text: str, style: Style | None = None) -> None:
        """Write a text that ends before column x."""
        self.put(x - cell_len(self.look.shown(text)), y, text, style)

    def lines(self, x: int, y: int, texts: Sequence[str], style: Style | None = None) -> None:
        """Write texts below each other."""
        for row, text in enumerate(texts):
            self.put(x, y + row, text, style)

    def color(self, share: float) -> Color | None:
        """The colour of a number: 0 the lowest, 0.5 nothing, 1 the highest; None without colour."""
        heat = self.look.heat
        if not heat or not math.isfinite(share):
            return None
        return heat[round(min(max(share, 0.0), 1.0) * (len(heat) - 1))]

    def shaded(self, share: float) -> str:
        """The glyph of a number where there is no colour: how far it is from the middle, and on which side."""
        if not math.isfinite(share):
            return self.look.gap
        far = min(abs(2.0 * share - 1.0), 1.0)
        if self.look.unicode:
            glyphs = _NEGATIVE if share < 0.5 else _POSITIVE
        else:
            glyphs = _ASCII_NEGATIVE if share < 0.5 else _ASCII_POSITIVE
        return glyphs[round(far * (len(glyphs) - 1))]

    def picture(self, x: int, y: int, values: Array, scale: Scale, zoom: int = 1) -> tuple[int, int]:
        """Draw numbers (height, width) as a picture; gives the cells that it takes, across and down.

        With colour and blocks two rows of pixels share a line of cells, so that pixels are about square.
        """
        rows = [[scale.share(float(v)) for v in line for _ in range(zoom)] for line in values for _ in range(zoom)]
        if not rows:
            return 0, 0
        if self.look.heat and self.look.unicode:
            for upper in range(0, len(rows), 2):
                below = rows[upper + 1] if upper + 1 < len(rows) else None
                for column, share in enumerate(rows[upper]):
                    self._half(x + column, y + upper // 2, share, below[column] if below is not None else None)
            return len(rows[0]), (len(rows) + 1) // 2
        for row, line in enumerate(rows[::zoom] if zoom > 1 else rows):
            for column, share in enumerate(line[::zoom]):
                self.pixel(x + 2 * column, y + row, share)
        return 2 * (len(rows[0]) // zoom), len(rows) // zoom

    def _half(self, x: int, y: int, upper: float, lower: float | None) -> None:
        if not (0 <= x < self.width and 0 <= y < self.height):
            return
        top, bottom = self.color(upper), self.color(lower) if lower is not None else None
        if top is None or (bottom is None and lower is not None):
            self._cells[y][x] = (self.look.gap, self.look.error)
        elif lower is None:
            self._cells[y][x] = ("▀", Style(color=top))
        else:
            self._cells[y][x] = (" ", painted(None, top)) if top is bottom else ("▀", painted(top, bottom))

    def pixel(self, x: int, y: int, share: float, cells: int = 2) -> None:
        """Fill some cells of a line with the colour, or the shade, of a number."""
        if not math.isfinite(share):
            self.put(x, y, (self.look.gap * cells)[:cells], self.look.error)
        elif (color := self.color(share)) is not None:
            self.put(x, y, " " * cells, painted(None, color))
        else:
            self.put(x, y, self.shaded(share) * cells, self.look.text)

    def style_at(self, x: int, y: int) -> Style:
        """The style of a cell."""
        return self._cells[y][x][1] if 0 <= y < self.height and 0 <= x < self.width else self.look.text

    def strips(self) -> list[Strip]:
        """Exactly `height` strips of `width` cells."""
        found = []
        for cells in self._cells:
            line = Row(self.width)
            for style, run in groupby(cells, key=itemgetter(1)):
                line.add("".join([cell[0] for cell in run]), style)
            found.append(line.strip())
        return found


class Scale:
    """Which colour a number has."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        self._span = high - low

    @classmethod
    def around_zero(cls, largest: float) -> Scale:
        """Zero is nothing; `largest` and -`largest` are the strongest."""
        largest = abs(largest) if math.isfinite(largest) and largest else 1.0
        return cls(-largest, largest)

    @classmethod
    def of(cls, values: Array) -> Scale:
        """Around zero for numbers of both signs, else from nothing to the largest."""
        import numpy as np

        finite = values[np.isfinite(values)]
        return cls.around_zero(float(np.max(np.abs(finite), initial=0.0)))

    @classmethod
    def between(cls, values: Array) -> Scale:
        """The lowest is nothing, the highest the strongest."""
        import numpy as np

        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        return cls(low - (high - low), high) if high > low else cls(low - 1.0, low + 1.0)

    def share(self, value: float) -> float:
        """0 to 1; NaN stays NaN."""
        if not math.isfinite(value):
            return math.nan
        return min(max((value - self.low) / self._span, 0.0), 1.0) if self._span > 0.0 else 0.5
