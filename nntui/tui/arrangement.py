"""Which panes a screen of some size shows: all of them if it can, else those that matter with the one asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

Width: TypeAlias = Literal["narrow", "medium", "wide"]
Height: TypeAlias = Literal["short", "middle", "tall"]

WIDTHS: tuple[tuple[int, Width], ...] = ((0, "narrow"), (72, "medium"), (110, "wide"))
HEIGHTS: tuple[tuple[int, Height], ...] = ((0, "short"), (18, "middle"), (32, "tall"))
ROOMY = 50
"""Rows from which on three panes have room in one column."""
"""From so many columns and rows on. A narrow screen has one column of panes, a medium one two, a wide one three."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "left": ("network", "run", "findings"),
    "middle": ("loss", "flow"),
    "outer": ("boundary", "metrics", "rates", "course", "units", "activations"),
}
"""Where panes stand, from the top down; on a medium screen the outer column is below the middle one."""


AT_WISH = ("metrics", "rates", "course", "units")
"""Panes that are shown only when they are asked for, in the boundary's place."""


def breakpoints(sizes: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """The sizes as Textual's breakpoints: a screen has the class -tall while it is tall."""
    return [(least, f"-{name}") for least, name in sizes]


def visible(columns: int, rows: int, focused: str, beside: str, zoomed: bool = False, below: str = "run") -> frozenset[str]:
    """The names of the panes to show.

    `focused` is always among them; `beside` is what else to show where there is no room for all: the pane that was
    asked for last, other than those on the left and loss. `below` is what stands under the network.
    """
    width = next(name for least, name in reversed(WIDTHS) if columns >= least)
    height = next(name for least, name in reversed(HEIGHTS) if rows >= least)
    left = focused if focused in ("run", "findings") else "network"
    under = {"run", "findings"} if rows >= ROOMY else {left if left != "network" else below}
    if zoomed or (width == "narrow" and height != "tall"):
        return frozenset({focused})
    outer = (beside if beside in AT_WISH else "boundary", "activations")
    match width, height:
        case "wide", "tall":
            return frozenset({"network", *under, *COLUMNS["middle"], *outer})
        case "wide", "middle":
            return frozenset({left, *COLUMNS["middle"], *outer})
        case "wide", "short":
            middle = focused if focused in COLUMNS["middle"] else "loss"
            return frozenset({left, middle, focused if focused in COLUMNS["outer"] else _outer(beside)})
        case "medium", "tall":
            return frozenset({"network", *under, "loss", "flow", _outer(beside)})
        case "medium", "short":
            return frozenset({left, focused if focused not in COLUMNS["left"] else beside})
        case _:
            return frozenset({left, "loss", beside})


def _outer(beside: str) -> str:
    return beside if beside in COLUMNS["outer"] else COLUMNS["outer"][0]
