"""One line of a pane while it is being written: text goes in from the left, a strip of exact width comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_PLAIN = Style()


class Row:
    """A line of `width` cells. What doesn't fit is cut off; neighbours of one style become one segment."""

    __slots__ = ("_runs", "used", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        self.used = 0
        self._runs: list[tuple[str, Style]] = []

    def add(self, text: str, style: Style = _PLAIN) -> Row:
        """Append text, made printable."""
        room = self.width - self.used
        if room <= 0 or not text:
            return self
        if text.isascii() and text.isprintable():
            cells = len(text)
            if cells > room:
                text, cells = text[:room], room
        else:
            text = printable(text)
            cells = cell_len(text)
            if cells > room:
                text, cells = set_cell_size(text, room), room
        self.used += cells
        if self._runs and (self._runs[-1][1] is style or self._runs[-1][1] == style):
            self._runs[-1] = (self._runs[-1][0] + text, style)
        else:
            self._runs.append((text, style))
        return self

    def fit(self, text: str, style: Style = _PLAIN) -> Row:
        """Append text, if there is room for all of it."""
        return self.add(text, style) if self.used + cell_len(text) <= self.width else self

    def short(self, text: str, more: str, style: Style = _PLAIN) -> Row:
        """Append as many words of a text as there is room for, and `more` where that isn't all of them."""
        room = self.width - self.used
        if cell_len(text) > room:
            text = next(iter(wrapped(text, room - cell_len(more))), "") + more
        return self.add(text, style)

    def to(self, column: int, style: Style = _PLAIN) -> Row:
        """Append spaces until `column`."""
        return self.add(" " * (column - self.used), style) if column > self.used else self

    def right(self, text: str, style: Style = _PLAIN) -> Row:
        """Append text so that it ends at the right edge, if there is room for all of it."""
        cells = cell_len(text)
        if self.used + cells <= self.width:
            self.to(self.width - cells).add(text, style)
        return self

    def take(self, other: Row) -> Row:
        """Append what another row has been given so far."""
        for text, style in other._runs:
            self.add(text, style)
        return self

    def strip(self, behind: Style | None = None) -> Strip:
        """The finished line, padded to its width; `behind` is the style under everything, such as a selection."""
        self.to(self.width)
        if behind is None:
            return Strip([Segment(text, style) for text, style in self._runs], self.width)
        return Strip([Segment(text, behind + style) for text, style in self._runs], self.width)


def printable(text: str) -> str:
    """The text with everything that a terminal would act on (control characters, escapes, line ends) shown as `?`."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "?" for character in text)


def filled(strips: Iterable[Strip], width: int, height: int) -> list[Strip]:
    """Exactly `height` strips: the first ones, then blank lines."""
    found = list(strips)[:height]
    return found + [blank(width)] * (height - len(found))


def blank(width: int) -> Strip:
    """An empty line."""
    return Strip([Segment(" " * width, _PLAIN)] if width > 0 else [], width)


def written(text: str, width: int, style: Style, indent: int = 0) -> list[Strip]:
    """A paragraph broken into lines at spaces."""
    return [Row(width).to(indent).add(line, style).strip() for line in wrapped(text, width - indent)]


def wrapped(text: str, width: int) -> list[str]:
    """The words of a text in lines of at most `width` cells; a longer word is cut."""
    if width < 1:
        return []
    lines: list[str] = []
    line = ""
    for word in printable(" ".join(text.split())).split(" "):
        while cell_len(word) > width:
            if line:
                lines.append(line)
                line = ""
            head = set_cell_size(word, width).rstrip(" ") or word[:1]
            lines.append(head)
            word = word[len(head) :]
        if not line:
            line = word
        elif cell_len(line) + 1 + cell_len(word) <= width:
            line = f"{line} {word}"
        else:
            lines.append(line)
            line = word
    return [*lines, line] if line else lines


def listed(words: Sequence[str], width: int, separator: str = ", ") -> list[str]:
    """Words in lines of at most `width` cells, broken only between them, if they aren't longer themselves."""
    lines: list[str] = []
    for word in words:
        if lines and cell_len(lines[-1]) + cell_len(separator + word) <= width:
            lines[-1] += separator + word
        else:
            lines.append(word)
    return lines


def kept(width: int, columns: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Which columns fit into `width`, when given in the order of their importance, with their widths."""
    found: dict[str, int] = {}
    for name, cells in columns:
        if cells <= width:
            found[name] = cells
            width -= cells
    return found


def window(count: int, rows: int, focus: int) -> range:
    """Which of `count` items to show in `rows` lines, so that `focus` is among them, in the middle if possible."""
    rows = max(min(rows, count), 0)
    start = min(max(focus - rows // 2, 0), count - rows)
    return range(start, start + rows)
