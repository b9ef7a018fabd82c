"""What has changed between two drawings, so that only that is sent to the terminal: most cells of most frames are as before."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip


def changed(old: Sequence[Strip], new: Sequence[Strip]) -> list[Region] | None:
    """The parts of lines that differ, in cells; None if the drawings aren't of one size."""
    if len(old) != len(new):
        return None
    regions = []
    for y, (before, after) in enumerate(zip(old, new, strict=True)):
        if before is after:
            continue
        if before.cell_length != after.cell_length:
            return None
        left, right = _ends(before, after)
        if left < right:
            regions.append(Region(left, y, right - left, 1))
    return regions


def _ends(before: Strip, after: Strip) -> tuple[int, int]:
    """From which cell to which two lines of one length differ, by whole segments."""
    old, new = list(before), list(after)
    first, last = 0, 0
    left, right = 0, after.cell_length
    most = min(len(old), len(new))
    while first < most and old[first] == new[first]:
        left += new[first].cell_length
        first += 1
    if first == len(old) == len(new):
        return left, left
    while last < most - first and old[-1 - last] == new[-1 - last]:
        right -= new[-1 - last].cell_length
        last += 1
    return left, right
