"""The gradient of every state of a recurrent layer, from the end of a sequence back to its beginning."""

from __future__ import annotations

import math

from textual.strip import Strip

from nntui.inspection.memory import StateGradients
from nntui.tui.inspect.canvas import Canvas
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.look import Look
from nntui.tui.numbers import short
from nntui.tui.panes.blocks import columns
from nntui.tui.ticks import spanning

FORGOTTEN = 1e-4
"""Ratio below which the beginning isn't learned from (Bengio et al. 1994; Le et al. 2015)."""


def extent(value: StateGradients) -> tuple[int, int]:
    """Steps of the sequence."""
    return 1, len(value.norms)


def lines(value: StateGradients, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    x = canvas.put(1, 0, f"{value.layer}: |dL/dh_t| over {len(value.norms)} steps", look.title)
    canvas.put(x, 0, f", {value.examples} examples, logarithmic", look.muted)
    norms = [float(n) for n in value.norms]
    known = [n for n in norms if n > 0.0 and math.isfinite(n)]
    if not known:
        canvas.put(1, 2, "no gradient arrives at any state", look.error)
        return canvas.strips()
    axis = spanning(min(known), max(known), log=True)
    label = 7
    cells = max(width - label - 1, 1)
    each = max(cells // len(norms), 1)
    shown = [norms[int(i * len(norms) / cells)] for i in range(cells)] if each == 1 and len(norms) > cells else [
        n for n in norms for _ in range(each)
    ]  # fmt: skip
    rows = max(height - 6, 2)
    heights = [max(axis.place(n), 0.02) if n > 0.0 and math.isfinite(n) else 0.0 for n in shown]
    canvas.lines(label, 2, columns(heights, rows, look), look.train)
    for place, text in axis.ticks(min(rows, 6)):
        canvas.right(label - 1, 2 + round((1.0 - axis.place(place)) * (rows - 1)), text, look.muted)
    at = label + min(cursor.column * each if each > 1 or len(norms) <= cells else int(cursor.column * cells / len(norms)), cells - 1)
    canvas.put(at, 2 + rows, "^", look.title)
    canvas.put(label, 3 + rows, "first step", look.muted)
    canvas.right(label + len(shown), 3 + rows, "last step", look.muted)
    here = norms[cursor.column]
    ratio = value.ratio
    told = f"step {cursor.column}: {short(here)}   first / largest {short(ratio)}: "
    x = canvas.put(1, height - 1, told)
    if ratio < FORGOTTEN:
        canvas.put(x, height - 1, "the beginning is hardly learned from", look.warning)
    else:
        canvas.put(x, height - 1, "the gradient reaches the beginning", look.healthy)
    return canvas.strips()
