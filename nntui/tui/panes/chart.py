"""A chart around curves: axes with sensible ticks, a band from least to most, a line for reference, marks for gaps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from textual.strip import Strip

from nntui.tui.look import Look
from nntui.tui.panes.row import Row, blank
from nntui.tui.plots import Canvas, Curve, draw
from nntui.tui.ticks import Axis

LABELS = 6
"""Cells for the numbers of the vertical axis: always the same, so that the curves don't jump sideways."""

_LEFT_DOTS = (0x40, 0x04, 0x02, 0x01)
"""Braille dots of the left column of a cell, from the bottom."""


@dataclass(frozen=True)
class Band:
    """From the least to the most value at every x."""

    x: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class Chart:
    """What to draw; values outside the axes lie on their ends."""

    curves: Sequence[Curve]
    x: Axis
    y: Axis
    band: Band | None = None
    reference: float | None = None
    """A value of y at which a faint line is drawn."""
    gaps: Sequence[float] = ()
    """Values of x at which something is missing: marked on the horizontal axis."""
    marks: Sequence[float] = ()
    """Values of x at which something happened: marked on the horizontal axis."""
    cursor: float | None = None
    """A value of x at which a faint upright line is drawn."""
    unit: str = ""
    """What x counts, written at the end of its axis."""


def chart(what: Chart, width: int, height: int, look: Look) -> list[Strip]:
    """Exactly `height` strips of `width` cells. Where there is little room, first the axes' numbers go, then the axes."""
    if width < 1 or height < 1:
        return [blank(max(width, 0))] * max(height, 0)
    labels, axis = _margins(width)
    below = 2 if height >= 6 else 1 if height >= 4 else 0
    canvas = draw(what.curves, width - labels - axis, height - below, what.x, what.y, look)
    if what.band is not None:
        _band(canvas, what, look)
    if what.reference is not None:
        _reference(canvas, what, look)
    if what.cursor is not None and what.x.low <= what.cursor <= what.x.high:
        column = _column(what.x, what.cursor, canvas.width)
        for row in range(canvas.height):
            if canvas.is_free(column, row):
                canvas.put(column, row, "┊" if look.unicode else ":", look.text)
    names = _vertical_labels(what.y, canvas.height)
    upright, corner, tick, level = "│└┤─" if look.unicode else "|++-"
    strips = []
    for row in range(canvas.height):
        line = Row(width)
        if labels:
            line.add(names.get(row, "")[:LABELS].rjust(LABELS), look.muted)
        if axis:
            line.add(tick if row in names and labels else upright, look.faint)
        for text, style in canvas.runs(row):
            line.add(text, style)
        strips.append(line.strip())
    if below:
        strips.append(_horizontal_axis(what, labels, axis, corner, level, width, look))
    if below > 1:
        strips.append(_horizontal_labels(what, labels + axis, width, look))
    return strips


def plot_width(width: int) -> int:
    """How many columns of a chart the curves have."""
    return width - sum(_margins(width))


def _margins(width: int) -> tuple[int, int]:
    """Cells for the numbers of the vertical axis, and for the axis."""
    return LABELS if width >= 24 else 0, 1 if width >= 12 else 0


def _column(axis: Axis, value: float, width: int) -> int:
    return min(int(axis.place(value) * width), width - 1)


def _row(axis: Axis, value: float, height: int) -> int:
    return min(int((1.0 - axis.place(value)) * height), height - 1)


def _vertical_labels(axis: Axis, height: int) -> dict[int, str]:
    """Labels by row: the ends included where they are ticks, never in neighbouring rows."""
    found: dict[int, str] = {}
    for value, text in axis.ticks(max((height + 2) // 3, 2 if height > 2 else 1), LABELS):
        row = _row(axis, value, height)
        if not {row - 1, row, row + 1} & found.keys():
            found[row] = text
    return found


def _horizontal_axis(what: Chart, labels: int, axis: int, corner: str, level: str, width: int, look: Look) -> Strip:
    room = width - labels - axis
    canvas = Canvas(room, 1)
    canvas.write(0, 0, level * room, look.faint)
    for value, _ in what.x.ticks(max(room // 9, 2)):
        canvas.put(_column(what.x, value, room), 0, "┬" if look.unicode else "+", look.faint)
    for value in what.marks:
        if math.isfinite(value) and what.x.low <= value <= what.x.high:
            canvas.put(_column(what.x, value, room), 0, "▴" if look.unicode else "^", look.warning)
    if what.cursor is not None and what.x.low <= what.cursor <= what.x.high:
        canvas.put(_column(what.x, what.cursor, room), 0, "╂" if look.unicode else "|", look.text)
    for value in what.gaps:
        if math.isfinite(value):
            canvas.put(_column(what.x, value, room), 0, look.gap, look.error)
    line = Row(width).to(labels).add(corner if axis else "", look.faint)
    for text, style in canvas.runs(0):
        line.add(text, style)
    return line.strip()


def _horizontal_labels(what: Chart, indent: int, width: int, look: Look) -> Strip:
    room = width - indent
    text = [" "] * room
    free = room
    if what.unit and len(what.unit) + 8 <= room:
        free = room - len(what.unit) - 1
        text[room - len(what.unit) :] = what.unit
    taken = -2
    for value, name in what.x.ticks(max(room // 9, 2)):
        place = _column(what.x, value, room)
        start = max(min(place - (len(name) - 1) // 2, free - len(name)), 0)
        if start > taken + 1 and start + len(name) <= free and start <= place < start + max(len(name), 1):
            text[start : start + len(name)] = name
            taken = start + len(name)
    return Row(width).to(indent).add("".join(text), look.muted).strip()


def _reference(canvas: Canvas, what: Chart, look: Look) -> None:
    assert what.reference is not None
    place = what.y.place(what.reference)
    if math.isnan(place) or not (what.y.low <= what.reference <= what.y.high):
        return
    row = _row(what.y, what.reference, canvas.height)
    for column in range(canvas.width):
        if canvas.is_free(column, row):
            canvas.put(column, row, "┈" if look.unicode else ".", look.faint)


def _band(canvas: Canvas, what: Chart, look: Look) -> None:
    """A thin vertical stroke from least to most in every column, behind the curves."""
    assert what.band is not None
    strokes: dict[int, tuple[float, float]] = {}
    last = canvas.width - 1
    places = zip(what.x.places(what.band.x), what.y.places(what.band.low), what.y.places(what.band.high), strict=True)
    for x, low, high in places:
        if x != x or low != low or high != high:
            continue
        column = min(int(x * canvas.width), last)
        before = strokes.get(column)
        strokes[column] = (low, high) if before is None else (min(low, before[0]), max(high, before[1]))
    many = 4 * canvas.height
    for column, (low, high) in strokes.items():
        bottom, top = min(int(low * many), many - 1), min(int(high * many), many - 1)
        for cell in range(bottom // 4, top // 4 + 1):
            row = canvas.height - 1 - cell
            if not canvas.is_free(column, row):
                continue
            if look.braille:
                # Every other dot, and the ends: a veil behind the curves, not a wall.
                dots = (dot for dot in range(max(bottom, 4 * cell), min(top, 4 * cell + 3) + 1) if dot % 2 == 0 or dot in (bottom, top))
                canvas.put(column, row, chr(0x2800 + sum(_LEFT_DOTS[dot % 4] for dot in dots)), look.faint)
            else:
                canvas.put(column, row, "│" if look.unicode else ":", look.faint)
