"""Curves as cells: the only module that knows plotext, and the guard in front of it.

plotext aborts the whole process on NaN and refuses infinities, so nothing but finite places in [0, 1] ever reaches it:
curves are split into runs of numbers, placed on their axes and thinned here. It is imported when the first curve is drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.style import Style

from nntui.tui.look import Look
from nntui.tui.ticks import Axis

Point = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """Values over x; where y isn't a finite number there is a gap. `symbol` draws it where there are only letters."""

    x: Sequence[float]
    y: Sequence[float]
    style: Style
    dashed: bool = False
    symbol: str = "*"


class Canvas:
    """A grid of characters with styles; row 0 is the top."""

    __slots__ = ("characters", "height", "styles", "width")

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.characters = [[" "] * width for _ in range(height)]
        self.styles: list[list[Style | None]] = [[None] * width for _ in range(height)]

    def put(self, column: int, row: int, character: str, style: Style) -> None:
        """Set a cell; outside nothing happens."""
        if 0 <= column < self.width and 0 <= row < self.height:
            self.characters[row][column] = character
            self.styles[row][column] = style

    def write(self, column: int, row: int, text: str, style: Style) -> None:
        """Set the cells from `column` to the right; the text has one cell per character."""
        for offset, character in enumerate(text):
            self.put(column + offset, row, character, style)

    def is_free(self, column: int, row: int) -> bool:
        """Whether nothing has been drawn there."""
        return self.characters[row][column] == " "

    def runs(self, row: int) -> Iterator[tuple[str, Style]]:
        """A row as pieces of one style."""
        characters, styles = self.characters[row], self.styles[row]
        start = 0
        for column in range(1, self.width + 1):
            if column == self.width or styles[column] is not styles[start]:
                yield "".join(characters[start:column]), styles[start] or _PLAIN
                start = column


_PLAIN = Style()


def draw(curves: Iterable[Curve], width: int, height: int, x: Axis, y: Axis, look: Look) -> Canvas:
    """The curves on a canvas whose edges are the ends of the axes; later ones lie on top."""
    canvas = Canvas(width, height)
    if width < 1 or height < 1:
        return canvas
    lines: list[tuple[str, list[list[Point]]]] = []
    styles: list[Style] = []
    dots: list[tuple[Point, Style]] = []
    for curve in curves:
        found: list[list[Point]] = []
        for run in finite_runs(curve.x, curve.y):
            places = zip(x.places([a for a, _ in run]), y.places([b for _, b in run]), strict=True)
            points = thinned(list(places), width)
            if len(points) == 1:
                dots.append((points[0], curve.style))
            elif curve.dashed and look.unicode:
                found += dashes(points, width)
            else:
                found.append(points)
        if found:
            lines.append(("braille" if look.braille else "hd" if look.unicode else curve.symbol, found))
            styles.append(curve.style)
    if lines:
        _parse(_rasterised(lines, width, height), styles, canvas)
    for (across, up), style in dots:
        column, row = min(int(across * width), width - 1), min(int((1.0 - up) * height), height - 1)
        canvas.put(column, row, "•" if look.unicode else "*", style)
    return canvas


def finite_runs(x: Sequence[float], y: Sequence[float]) -> list[list[Point]]:
    """The stretches in which both x and y are finite."""
    runs: list[list[Point]] = []
    run: list[Point] = []
    for a, b in zip(x, y, strict=False):
        if math.isfinite(a) and math.isfinite(b):
            run.append((a, b))
        elif run:
            runs.append(run)
            run = []
    return [*runs, run] if run else runs


def thinned(points: list[Point], columns: int) -> list[Point]:
    """At most two points per column, the lowest and the highest, in their order: no spike is lost. Places in [0, 1]."""
    if len(points) <= 2 * columns:
        return points
    found: list[Point] = []
    start = 0
    for index in range(1, len(points) + 1):
        if index < len(points) and int(points[index][0] * columns) == int(points[start][0] * columns):
            continue
        column = points[start:index]
        low, high = min(column, key=lambda point: point[1]), max(column, key=lambda point: point[1])
        found.extend((low,) if low is high else sorted((low, high)))
        start = index
    return found


def dashes(points: list[Point], columns: int) -> list[list[Point]]:
    """The line through the points as dashes: of every three columns, the third is left out."""
    found: list[list[Point]] = []
    dash: list[Point] = []
    segment = 0
    first, last = points[0][0], points[-1][0]
    half = 0.5 / columns
    for step in range(math.ceil(first / half - 0.5), math.floor(last / half - 0.5) + 1):
        across = (step + 0.5) * half
        while segment < len(points) - 2 and points[segment + 1][0] < across:
            segment += 1
        (a, b), (c, d) = points[segment], points[segment + 1]
        up = b if c <= a else b + (d - b) * min(max((across - a) / (c - a), 0.0), 1.0)
        if step % 6 < 4:
            dash.append((across, up))
        elif dash:
            found.append(dash)
            dash = []
    if dash:
        found.append(dash)
    return found or [points]


_FIRST_COLOUR = 17
"""Curves are told apart in plotext's output by colour numbers that mean nothing else."""

_INSIDE = 1.0 - 1e-9

_SGR = re.compile(r"\x1b\[([0-9;]*)m")


def _rasterised(lines: list[tuple[str, list[list[Point]]]], width: int, height: int) -> str:
    """Curves, each a marker and the runs to draw with it, as plotext's text; curve n has the colour _FIRST_COLOUR + n."""
    import plotext

    plotext.terminal.limit(False, False)
    figure: Any = plotext.figure
    figure.clear()
    figure.plot_size(width, height)
    figure.axes(False)
    figure.legend(False)
    figure.canvas("default")
    for name in ("x", "y"):
        figure.ruler(name).frequency(0).lim(0.0, 1.0).alignment(lim="edge")
    for index, (marker, runs) in enumerate(lines):
        pixel = plotext.pixel(foreground=_FIRST_COLOUR + index)
        points = [point for run in runs for point in run]
        # The upper ends of the axes themselves lie just outside plotext's canvas.
        across = [min(max(point[0], 0.0), _INSIDE) for point in points]
        up = [min(max(point[1], 0.0), _INSIDE) for point in points]
        signal = figure.signal(across, up, marker=plotext.marker(marker, pixel=pixel)).lines()
        start = 0
        for run in runs:
            signal.line(start, False)
            start += len(run)
        figure.draw(signal)
    return str(figure.build().string())


def _parse(text: str, styles: list[Style], canvas: Canvas) -> None:
    """plotext's lines, with a colour number before every change, onto the canvas."""
    for row, line in enumerate(text.split("\n")[: canvas.height]):
        column = 0
        style: Style | None = None
        for index, piece in enumerate(_SGR.split(line)):
            if index % 2:
                style = styles[int(piece[5:]) - _FIRST_COLOUR] if piece.startswith("38;5;") else None
                continue
            for character in piece[: canvas.width - column]:
                if character != " ":
                    canvas.characters[row][column] = character
                    canvas.styles[row][column] = style
                column += 1
