"""Points in two dimensions: the vectors of ids, and the space behind a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from nntui.inspection.embedding import Vectors
from nntui.inspection.hidden import Hidden
from nntui.inspection.projection import Projection
from nntui.tui.inspect.canvas import Canvas
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.look import Look
from nntui.tui.numbers import percent
from nntui.tui.panes.row import window

if TYPE_CHECKING:
    from nntui.backends.operations import Array

SIDE = 26
"""Columns of the list beside the points."""


def vectors_extent(value: Vectors) -> tuple[int, int]:
    """Rows of the table."""
    return len(value.names), 1


def vectors(value: Vectors, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    x = canvas.put(1, 0, f"{value.layer}: {len(value.names)} vectors of {value.table.shape[1]} numbers", look.title)
    canvas.put(x, 0, _axes(value.projection), look.muted)
    places = _places(value.projection.points, 1, 2, width - SIDE - 3, height - 2)
    chosen, near = cursor.row, value.nearest(cursor.row)
    for i in sorted(range(len(places)), key=lambda i: i == chosen or i in dict(near)):
        style = look.selected if i == chosen else look.train + look.title if i in dict(near) else look.class_style(int(value.groups[i]))
        name = value.names[i].split()[-1]
        canvas.put(*places[i], name if len(name) <= 6 or i == chosen else name[:5], style, width - SIDE - 2 - places[i][0])
    side = width - SIDE
    room = max(height - 12, 3)
    for y, i in enumerate(window(len(value.names), room, chosen)):
        mark = look.pointer if i == chosen else " "
        canvas.put(side, 2 + y, f"{mark} {value.names[i]}", look.selected if i == chosen else look.muted)
    canvas.put(side, 2 + room, "nearest by angle (cosine)", look.muted)
    for y, (i, cosine) in enumerate(near):
        canvas.put(side + 2, 3 + room + y, value.names[i], look.train, SIDE - 10)
        canvas.right(width - 1, 3 + room + y, f"{cosine:+.2f}", look.muted)
    return canvas.strips()


def hidden_extent(value: Hidden) -> tuple[int, int]:
    """Classes that can be picked out."""
    return len(value.classes) + 1, 1


def hidden(value: Hidden, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    what = "positions" if value.positions else "examples"
    x = canvas.put(1, 0, f"{value.layer}: {len(value.labels)} {what}, {value.width} numbers each", look.title)
    canvas.put(x, 0, _axes(value.projection), look.muted)
    side = min(max(map(len, value.classes), default=0) + 12, 26) if value.classes else 0
    places = _places(value.projection.points, 1, 2, width - side - 3, height - 2)
    only = cursor.row - 1
    order = sorted(range(len(places)), key=lambda i: int(value.labels[i]) == only)
    for i in order:
        label = int(value.labels[i])
        bright = label >= 0 and only in (-1, label)
        glyph = look.class_glyph(label) if label >= 0 else "·" if look.unicode else "."
        canvas.put(*places[i], glyph, look.class_style(label) if bright else look.faint)
    if value.classes:
        at = width - side
        canvas.put(at, 2, (look.pointer if only < 0 else " ") + " all", look.selected if only < 0 else look.muted)
        for y, k in enumerate(window(len(value.classes), height - 4, max(only, 0))):
            many = int((value.labels == k).sum())
            canvas.put(at, 3 + y, look.pointer if k == only else " ", look.selected)
            canvas.put(at + 2, 3 + y, f"{look.class_glyph(k)} {value.classes[k]}", look.class_style(k), side - 8)
            canvas.right(width - 1, 3 + y, str(many), look.muted)
    return canvas.strips()


def _axes(projection: Projection) -> str:
    first, second = (percent(share).strip() for share in projection.shares)
    if projection.rotated:
        return f"; principal components: {first}, {second}"
    return f"; its own numbers: {first}, {second}"


def _places(points: Array, x: int, y: int, width: int, height: int) -> list[tuple[int, int]]:
    """Cells of points, spread over a rectangle; each axis has a scale of its own."""
    low, high = points.min(0), points.max(0)
    span = high - low
    found = []
    for a, b in points:
        across = (a - low[0]) / span[0] if span[0] > 0.0 else 0.5
        up = (b - low[1]) / span[1] if span[1] > 0.0 else 0.5
        found.append((x + round(across * max(width - 1, 0)), y + round((1.0 - up) * max(height - 1, 0))))
    return found
