"""A layer's numbers: a matrix of colours with a cursor, a histogram, statistics."""

from __future__ import annotations

import math

from rich.style import Style
from textual.strip import Strip

from nntui.inspection.weights import Weights
from nntui.tui.inspect.canvas import Canvas, Scale
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.look import Look
from nntui.tui.numbers import count, fixed, percent, short
from nntui.tui.panes.blocks import columns, gathered
from nntui.tui.panes.row import window

NUMBER = 7
"""Cells of a number that is written out."""

LABEL = 6

CHOSEN = Style(reverse=True, bold=True)


def extent(value: Weights) -> tuple[int, int]:
    """Rows and columns of the matrix."""
    return value.matrix.shape[0], value.matrix.shape[1]


def lines(value: Weights, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    _head(canvas, value)
    below = 6 if height >= 14 else 1
    room = min(height - below - 3, len(value.matrix))
    _matrix(canvas, value, cursor, 2, room)
    _chosen(canvas, value, cursor, room + 3)
    if below > 1:
        _histogram(canvas, value, room + 5, 3)
    return canvas.strips()


def _head(canvas: Canvas, value: Weights) -> None:
    look = canvas.look
    x = canvas.put(1, 0, f"{value.layer} ", look.title)
    for name in value.names:
        x = canvas.put(x, 0, f" {name} ", look.selected if name == value.name else look.muted)
    shape = look.times.join(map(str, value.shape))
    kind = "learned" if value.learned else "running statistic"
    canvas.put(x + 1, 0, f"{shape}, {count(value.matrix.size)} numbers, {kind}", look.muted)


def _matrix(canvas: Canvas, value: Weights, cursor: Cursor, top: int, room: int) -> None:
    look, matrix = canvas.look, value.matrix
    rows, columns_ = matrix.shape
    written = columns_ * NUMBER + LABEL <= canvas.width
    wide = NUMBER if written else 2
    across = window(columns_, max((canvas.width - LABEL - 1) // wide, 1), cursor.column)
    down = window(rows, max(room, 1), cursor.row)
    scale = Scale.of(matrix)
    for x, column in enumerate(across):
        if written or column % 5 == 0:
            canvas.put(LABEL + x * wide, top - 1, f"{column:>{wide - 1}}" if written else str(column), look.muted)
    for y, row in enumerate(down):
        canvas.right(LABEL - 1, top + y, str(row), look.muted)
        for x, column in enumerate(across):
            here, at = float(matrix[row, column]), LABEL + x * wide
            canvas.pixel(at, top + y, scale.share(here), wide)
            chosen = (row, column) == (cursor.row, cursor.column)
            if written:
                style = canvas.style_at(at, top + y) if look.heat else look.text
                canvas.put(at, top + y, fixed(here, wide - 1) + " ", style + CHOSEN if chosen else style)
            elif chosen:
                canvas.put(at, top + y, "◂▸" if look.unicode else "[]", canvas.style_at(at, top + y) + look.title)
    hidden = rows - len(down) + (columns_ - len(across))
    if hidden:
        canvas.right(canvas.width - 1, 0, f"rows {down.start}-{down.stop - 1}, columns {across.start}-{across.stop - 1}", look.muted)


def _chosen(canvas: Canvas, value: Weights, cursor: Cursor, y: int) -> None:
    entry = value.entry(cursor.row, cursor.column)
    number = float(value.matrix[cursor.row, cursor.column])
    x = canvas.put(1, y, f"{entry} = {short(number)}", canvas.look.title)
    if value.learned:
        canvas.put(x, y, "   e changes it, as the start of a new run", canvas.look.muted)


def _histogram(canvas: Canvas, value: Weights, y: int, rows: int) -> None:
    look = canvas.look
    cells = min(len(value.counts), canvas.width // 2)
    heights = gathered(value.counts.tolist(), cells)
    most = max(heights, default=0.0) or 1.0
    canvas.lines(1, y, columns([n / most for n in heights], rows, look), look.train)
    if math.isfinite(value.low):
        canvas.put(1, y + rows, short(value.low), look.muted)
        canvas.right(1 + cells, y + rows, short(value.high), look.muted)
    facts = [
        f"mean {short(value.mean)}   std {short(value.std)}",
        f"min {short(value.low)}   max {short(value.high)}",
        f"norm {short(value.norm)}   zeros {percent(value.zeros).strip()}",
        f"{count(value.bad)} not finite" if value.bad else "all finite",
    ]
    for row, fact in enumerate(facts):
        canvas.put(cells + 4, y + row, fact, look.error if value.bad and row == 3 else look.muted)
