"""Bars and histograms of block characters, with ASCII in their place where a terminal has none."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nntui.tui.look import Look

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = " ▁▂▃▄▅▆▇█"
_DENSITIES = " .:-=+*#@"
SHADES = " ░▒▓█"
"""From nothing to everything, where there is no colour."""
ASCII_SHADES = " .:*#"


def bar(share: float, cells: int, look: Look) -> str:
    """A horizontal bar over `share` of `cells`, in eighths of a cell; anything above 0 can be seen."""
    if not share > 0.0 or cells < 1:
        return ""
    if not look.unicode:
        return "#" * max(round(min(share, 1.0) * cells), 1)
    eighths = max(round(min(share, 1.0) * cells * 8), 1)
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def columns(values: Sequence[float], rows: int, look: Look) -> list[str]:
    """Vertical bars side by side, one per value in [0, 1], as `rows` lines from the top; above 0 can always be seen."""
    if rows == 1 and not look.unicode:
        return ["".join(_DENSITIES[_level(value, 8)] for value in values)]
    steps = 8 if look.unicode else 1
    levels = [_level(value, rows * steps) for value in values]
    full = "█" if look.unicode else "#"
    lines = []
    for row in range(rows):
        below = (rows - 1 - row) * steps
        lines.append(
            "".join(
                full if level - below >= steps else (_HEIGHTS[level - below] if level > below else " ") for level in levels
            )
        )
    return lines


def gathered(counts: Sequence[int], cells: int) -> list[float]:
    """Counts of equal bins as `cells` equal bins: shares of each bin go where they overlap."""
    if not counts or cells < 1:
        return [0.0] * max(cells, 0)
    found = [0.0] * cells
    scale = cells / len(counts)
    for index, number in enumerate(counts):
        if not number:
            continue
        low, high = index * scale, (index + 1) * scale
        first, last = int(low), min(math.ceil(high), cells)
        for cell in range(first, last):
            found[cell] += number * (min(high, cell + 1) - max(low, cell)) / scale
    return found


def shade(share: float, look: Look) -> str:
    """The glyph whose darkness is `share` of a cell."""
    glyphs = SHADES if look.unicode else ASCII_SHADES
    return glyphs[_level(share, len(glyphs) - 1, visible=False)]


def _level(value: float, levels: int, visible: bool = True) -> int:
    if not value > 0.0:  # NaN, too
        return 0
    return max(round(min(value, 1.0) * levels), 1 if visible else 0)
