"""A widget of one line or a few that is given its text as strips, and draws itself only when they change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from nntui.tui.changes import changed
from nntui.tui.panes.row import wrapped


class Part(NamedTuple):
    """A piece of a line."""

    text: str
    style: Style = Style()
    importance: int = 0
    """Where the line is too short, parts of the highest number are left out first; 0 stays."""

    @property
    def width(self) -> int:
        return cell_len(self.text)


def fitted(left: Sequence[Part], right: Sequence[Part], width: int) -> Strip:
    """One line with parts at its left and right end, without those that it has no room for."""
    parts = [*left, *right]
    room = width - 2 if right else width
    while sum(part.width for part in parts) > room and (least := max(part.importance for part in parts)):
        parts = [part for part in parts if part.importance < least]
    kept = set(map(id, parts))
    before = strip(part for part in left if id(part) in kept)
    after = strip(part for part in right if id(part) in kept)
    gap = max(width - before.cell_length - after.cell_length, 0)
    return Strip.join([before, Strip([Segment(" " * gap)], gap), after]).crop(0, width)


def strip(parts: Iterable[Part]) -> Strip:
    """Parts one after the other."""
    return Strip([Segment(part.text, part.style) for part in parts if part.text])


def paragraph(text: str, width: int, height: int, ellipsis: str = "…") -> list[str]:
    """A text in at most that many lines, broken between words; one that is too long ends in an ellipsis."""
    lines = wrapped(text, width)
    if len(lines) <= height:
        return lines
    last = lines[height - 1]
    while last and cell_len(last) + cell_len(ellipsis) > width:
        last = last[:-1]
    return [*lines[: height - 1], last.rstrip(" .,;:") + ellipsis]


class Lines(Widget):
    """Shows strips."""

    ALLOW_SELECT = False

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._strips: list[Strip] = []

    def show(self, *strips: Strip) -> None:
        """Draw these from now on."""
        new = list(strips)
        regions = changed(self._strips, new)
        self._strips = new
        if regions is None:
            self.refresh()
        elif regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        style = self.rich_style
        return self._strips[y].apply_style(style) if y < len(self._strips) else Strip.blank(self.size.width, style)
