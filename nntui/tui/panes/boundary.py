"""Pane 5: the network's answer over the plane its data lies in, with the data on top."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

import msgspec
from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from nntui.measurements import DataSummary, Surface
from nntui.tui.actions import key
from nntui.tui.look import Look, painted
from nntui.tui.numbers import short
from nntui.tui.panes.answers import answers
from nntui.tui.panes.blocks import shade
from nntui.tui.panes.row import Row, filled, written
from nntui.tui.view import View

NAME = "boundary"
KEY = 5
HELP = """\
## Decision boundary

For data in a plane: the network's answer at every spot, as a background from one class's colour over undecided to the
other's, or as the height of a landscape for regression; and the data on top. A glyph in the wrong colour is a mistake.
Where there is no colour, darkness is the probability of the second class.

**Look for** a boundary that follows the data with as few bends as it needs. A straight line means that nothing
non-linear works yet; ragged islands around single points mean that noise is being learned by heart.

**Common mistakes**: judging by the training points alone; expecting good answers outside of the data: there the network
says something, but nobody has told it what.

For data with other than two inputs there is no plane to draw: then this pane shows the results in numbers, and of a language
model what it says.

*After TensorFlow Playground (Smilkov & Carter).*
"""

_CELLS_PER_POINT = 4
"""Points are thinned so that the field between them can be seen."""


def title(view: View) -> str:
    if view.summary is not None and not _is_planar(view):
        return "answers"
    return NAME


def subtitle(view: View) -> str:
    surface = view.surface
    if surface is not None and not any(map(math.isfinite, _values(surface))):
        return "the answers are no longer numbers"
    for split in ("validation", "train"):
        found = view.evaluations(split)
        if found and found[-1].metrics:
            name, value = next(iter(found[-1].metrics.items()))
            return f"{split} {name} " + (f"{100.0 * value:.1f} %" if name == "accuracy" else short(value))
    return ""


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    summary = view.summary
    surface = view.surface
    if summary is None and surface is None:
        told = f"The data isn't loaded yet: {key('train')} trains and loads it, {key('edit')} on the input row chooses other data."
        return filled(written(told, width, look.muted, indent=1), width, height)
    if not _is_planar(view):
        return answers(view, width, height, look)
    return list(_drawn(surface, _with_samples(view, summary), width, height, look))


@lru_cache(maxsize=8)
def _drawn(surface: Surface | None, summary: DataSummary | None, width: int, height: int, look: Look) -> tuple[Strip, ...]:
    """The pane of planar data. Kept, because it changes more seldom than the history does."""
    legend = _legend(surface, summary, width, look) if height >= 5 else []
    return tuple(filled([*_Plane(surface, summary, width, height - len(legend), look).strips(), *legend], width, height))


def _with_samples(view: View, summary: DataSummary | None) -> DataSummary | None:
    """The data together with what a generator makes, which is the first of its two classes."""
    samples = view.samples
    if samples is None or summary is None:
        return summary
    made = tuple((x, y, 0.0, True) for x, y in samples.points)
    return msgspec.structs.replace(summary, points=made + summary.points)


def _is_planar(view: View) -> bool:
    return view.surface is not None or bool(view.summary and view.summary.points)


class _Plane:
    """The field and the points on a grid of cells."""

    def __init__(self, surface: Surface | None, summary: DataSummary | None, width: int, height: int, look: Look) -> None:
        self.width, self.height, self.look = width, height, look
        self.summary = summary
        self.classes = _classes(summary)
        self.x, self.y = _extent(surface, summary)
        answers = _values(surface)
        self.low, self.high = _range(summary, answers) if self.classes is None else (0.0, 1.0)
        # With half blocks, a cell shows two answers, one above the other; without, one.
        self.parts = 2 if look.unicode and look.ramp else 1
        self.field = _sampled(surface, answers, width, self.parts * height) if surface is not None and answers else []
        self.colours = [[self._color(answer) for answer in line] for line in self.field]

    def strips(self) -> list[Strip]:
        points = self._points()
        found = []
        for row in range(self.height):
            cells = self._cells(row)
            for column in range(self.width):
                if (marked := points.get((column, row))) is not None:
                    cells[column] = self._point(column, row, *marked)
            line = Row(self.width)
            for style, run in groupby(cells, key=itemgetter(1)):
                line.add("".join([cell[0] for cell in run]), style)
            found.append(line.strip())
        return found

    def _cells(self, row: int) -> list[tuple[str, Style]]:
        """One line of the field."""
        if not self.field:
            return [(" ", self.look.text)] * self.width
        top, bottom = self.parts * row, self.parts * row + self.parts - 1
        if self.look.ramp:
            nothing = ("·" if self.look.unicode else ".", self.look.faint)
            return [
                nothing if upper is None or lower is None
                else (" ", painted(None, upper)) if upper is lower
                else ("▀", painted(upper, lower))
                for upper, lower in zip(self.colours[top], self.colours[bottom], strict=True)
            ]  # fmt: skip
        return [self._shaded(answer) for answer in self.field[top]]

    def _color(self, answer: float) -> Color | None:
        if not (self.look.ramp and math.isfinite(answer)):
            return None
        if self.classes is not None and self.classes > 2:
            return self.look.tints[int(answer) % len(self.look.tints)]
        return self.look.ramp[round(self._share(answer) * (len(self.look.ramp) - 1))]

    def _share(self, answer: float) -> float:
        return min(max((answer - self.low) / (self.high - self.low), 0.0), 1.0) if math.isfinite(answer) else 0.0

    def _shaded(self, answer: float) -> tuple[str, Style]:
        """An answer without backgrounds: as darkness, and as a class's colour where there is one."""
        look = self.look
        if not math.isfinite(answer):
            return "·" if look.unicode else ".", look.faint
        if self.classes is not None and self.classes > 2:
            # Regions of a few shades: neighbours differ, and the glyphs on top say which is which.
            style = look.class_style(int(answer)) if look.color else look.faint
            return shade((int(answer) % 4) / 4.0 + (0.25 if look.color else 0.0), look), style
        share = self._share(answer)
        if not look.color:
            return shade(share, look), look.faint
        return shade(abs(2.0 * share - 1.0) * 0.6, look), look.class_style(1 if share >= 0.5 else 0)

    def _point(self, column: int, row: int, value: float, training: bool, lower: bool) -> tuple[str, Style]:
        look = self.look
        of_class = self.classes is not None and math.isfinite(value)
        second = self._share(value) >= 0.5
        if of_class:
            glyph, style = look.class_glyph(int(value)), look.class_style(int(value))
        else:
            glyph, style = "●" if look.unicode else "o", look.class_style(int(second))
        if not look.ramp:  # on a field of shades, in whatever colour, only the glyph can be told
            return glyph if of_class else "+" if second else "-", look.title
        behind = self.colours[self.parts * row + (self.parts - 1) * lower][column] if self.colours else None
        style = style if training else style + _UNSEEN
        return glyph, style + painted(None, behind) if behind is not None else style

    def _points(self) -> dict[tuple[int, int], tuple[float, bool, bool]]:
        """The cells with a point: its label or target, whether it is learned from, whether it is in the lower half."""
        points = self.summary.points if self.summary is not None else ()
        most = max(self.width * self.height // _CELLS_PER_POINT, 1)
        width, height = self.x[1] - self.x[0], self.y[1] - self.y[0]
        found: dict[tuple[int, int], tuple[float, bool, bool]] = {}
        for x, y, value, training in _spread(points):
            if len(found) >= most:
                break
            across, down = (x - self.x[0]) / width, (self.y[1] - y) / height
            if not (0.0 <= across <= 1.0 and 0.0 <= down <= 1.0):
                continue
            column, half = min(int(across * self.width), self.width - 1), min(int(down * 2 * self.height), 2 * self.height - 1)
            found.setdefault((column, half // 2), (value, training, half % 2 == 1))
        return found


_UNSEEN = Style(bold=False, italic=True)
"""Points that are kept for validation."""


Points: TypeAlias = tuple[tuple[float, float, float, bool], ...]


def _spread(points: Points) -> Iterator[tuple[float, float, float, bool]]:
    """All points in a fixed order whose beginnings are spread over the whole: neither sorted nor alternating classes matter."""
    many = len(points)
    stride = next((n for n in range(max(round(0.618 * many), 1), many) if math.gcd(n, many) == 1), 1)
    return (points[index * stride % many] for index in range(many))


def _sampled(surface: Surface, answers: list[float], width: int, height: int) -> list[list[float]]:
    """The nearest answer for every spot of another grid."""
    across = [int((column + 0.5) / width * surface.columns) for column in range(width)]
    starts = [int((row + 0.5) / height * surface.rows) * surface.columns for row in range(height)]
    return [[answers[start + column] for column in across] for start in starts]


def _values(surface: Surface | None) -> list[float]:
    if surface is None or surface.columns < 1 or surface.rows < 1:
        return []
    wanted = surface.columns * surface.rows
    if len(surface.values) != 4 * wanted:
        return []
    values = array("f")
    values.frombytes(surface.values)
    return values.tolist()


def _classes(summary: DataSummary | None) -> int | None:
    if summary is None:
        return 2
    return None if summary.classes is None else len(summary.classes)


def _extent(surface: Surface | None, summary: DataSummary | None) -> tuple[tuple[float, float], tuple[float, float]]:
    """What is drawn, in x and y: the surface's own, or a little more than the points take."""
    if surface is not None and surface.x[1] > surface.x[0] and surface.y[1] > surface.y[0]:
        return surface.x, surface.y
    points = summary.points if summary is not None else ()
    return _padded([point[0] for point in points]), _padded([point[1] for point in points])


def _padded(values: list[float]) -> tuple[float, float]:
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return -1.0, 1.0
    low, high = min(known), max(known)
    pad = 0.06 * (high - low) or max(abs(low), 1.0)
    return low - pad, high + pad


def _range(summary: DataSummary | None, answers: list[float]) -> tuple[float, float]:
    """The numbers that the ends of the colours stand for: those of the targets, which don't move."""
    values = [point[2] for point in summary.points] if summary is not None else []
    known = [value for value in (values or answers) if math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _legend(surface: Surface | None, summary: DataSummary | None, width: int, look: Look) -> list[Strip]:
    row = Row(width)
    classes = summary.classes if summary is not None else None
    if classes is not None:
        for index, name in enumerate(classes):
            row.add("  " if row.used else " ").add(look.class_glyph(index), look.class_style(index)).add(f" {look.shown(name)}", look.muted)
    elif summary is not None:
        low, high = _range(summary, [])
        row.add(f" {low:.2g} ", look.muted)
        for index in range(9):
            if look.ramp:
                row.add(" ", painted(None, look.ramp[round(index / 8 * (len(look.ramp) - 1))]))
            else:
                row.add(shade(index / 8, look), look.muted)
        row.add(f" {high:.2g}", look.muted)
    x, y = _extent(surface, summary)
    names = summary.features if summary is not None and len(summary.features) == 2 else ("x", "y")
    to = "…" if look.unicode else ".."
    row.right(look.shown(f"  {names[0]} {short(x[0])}{to}{short(x[1])}  {names[1]} {short(y[0])}{to}{short(y[1])} "), look.muted)
    return [row.strip()]
