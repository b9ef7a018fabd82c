"""The loss around the weights as a map, and its two profiles through the middle."""

from __future__ import annotations

import math

from textual.strip import Strip

from nntui.inspection.landscape import Landscape
from nntui.tui.inspect.canvas import Canvas, Scale
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.look import Look
from nntui.tui.numbers import short
from nntui.tui.panes.blocks import columns


def extent(value: Landscape) -> tuple[int, int]:
    """Points of the grid."""
    return value.losses.shape[0], value.losses.shape[1]


def start(value: Landscape) -> Cursor:
    """The weights themselves."""
    return Cursor(value.losses.shape[0] // 2, value.losses.shape[1] // 2)


def lines(value: Landscape, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    import numpy as np

    canvas = Canvas(width, height, look)
    x = canvas.put(1, 0, f"loss {short(value.centre)} at the weights", look.title)
    canvas.put(x, 0, f", around them along two random directions, normalized per filter; {value.examples} examples", look.muted)
    losses = np.where(np.isfinite(value.losses), value.losses, np.nan)
    finite = losses[np.isfinite(losses)]
    if not len(finite):
        canvas.put(1, 2, "the loss is nowhere a number", look.error)
        return canvas.strips()
    # Losses grow by powers: their logarithm shows the valley and the walls.
    low, high = float(finite.min()), float(finite.max())
    shown = np.log(losses - low + 0.01 * max(high - low, 1e-12))
    points = len(losses)
    halved = look.heat and look.unicode
    fits = max(min((width - 30) // points if halved else (width - 30) // (2 * points), 2 * (height - 3) // points if halved else 1), 1)
    zoom = fits if halved else 1
    scale = Scale.between(shown)
    half = Scale(scale.low, scale.high)
    canvas.picture(2, 2, shown, half, zoom)
    step = zoom if halved else 2
    across = 2 + cursor.column * step + step // 2
    down = 2 + ((cursor.row * zoom + zoom // 2) // 2 if halved else cursor.row)
    canvas.put(across, down, "+", canvas.style_at(across, down) + look.title)
    side = 4 + points * step
    offsets = np.linspace(-value.reach, value.reach, points)
    here = float(value.losses[cursor.row, cursor.column])
    told = [
        f"at a = {offsets[cursor.column]:+.2f}, b = {offsets[points - 1 - cursor.row]:+.2f}",
        f"loss {short(here)}",
        "",
        f"lowest {short(low)}",
        f"highest {short(high)}",
        f"directions {value.draw} (d: others)",
        "",
        "along a",
        *_profile(value.losses[points // 2].tolist(), low, high, look),
        "along b",
        *_profile(value.losses[::-1, points // 2].tolist(), low, high, look),
    ]
    for row, text in enumerate(told):
        canvas.put(side, 2 + row, text, look.train if set(text) & set("▁▂▃▄▅▆▇█#") else look.muted)
    return canvas.strips()


def _profile(losses: list[float], low: float, high: float, look: Look) -> list[str]:
    span = high - low or 1.0
    return columns([(n - low) / span if math.isfinite(n) else 1.0 for n in losses], 2, look)
