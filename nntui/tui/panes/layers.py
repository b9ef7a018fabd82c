"""What the panes with one line per layer share: labels, which layers are in sight, and all of them at once in a profile."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nntui.diagnosis.flow import kind, numbered
from nntui.measurements import LayerMeasurement
from nntui.tui.actions import key
from nntui.tui.look import Look
from nntui.tui.panes.blocks import columns
from nntui.tui.panes.row import Row


def nothing() -> str:
    """What a pane without measurements says, and which keys bring some."""
    return f"Nothing measured yet: {key('train')} trains, {key('step')} trains a single batch."


class Labels:
    """The names of layers in a column, their numbers under each other: " 4 tanh", "12 dense", "3.0 dense"."""

    def __init__(self, layers: Sequence[LayerMeasurement], width: int) -> None:
        self.numbers = max([len(numbered(layer.path)) for layer in layers], default=0)
        wanted = max([self.numbers + 2 + len(kind(layer.path)) for layer in layers], default=0)
        self.width = min(wanted, max(width // 3, 10), width)
        """What they need, but not more than a third of the pane."""

    def of(self, path: str) -> str:
        """The label of a layer, followed by at least one space."""
        return f"{numbered(path):>{self.numbers}} {kind(path)}"[: max(self.width - 1, 0)].ljust(self.width)


def focus(layers: Sequence[LayerMeasurement], shown: Sequence[LayerMeasurement], selected: str) -> int:
    """Which of the shown layers is the selected one or the last before it."""
    order = {layer.path: index for index, layer in enumerate(layers)}
    at = order.get(selected, 0)
    return max(sum(order[layer.path] <= at for layer in shown) - 1, 0)


def profile(values: Sequence[float], name: str, indent: int, rows: int, width: int, at: int, look: Look) -> list[Row]:
    """All layers side by side, one column each or several in one (then the least): the logarithm of a value.

    The column of layer `at` is bright. Where a value is zero or not a number, there is nothing.
    """
    room = width - indent
    if room < 1 or rows < 1 or not values:
        return []
    per = math.ceil(len(values) / room)
    groups = [values[start : start + per] for start in range(0, len(values), per)]
    powers = [min([log10(value) for value in group], default=-math.inf) for group in groups]
    low, high = decades(powers)
    drawn = columns([share(power, low, high) for power in powers], rows, look)
    bright = at // per
    found = []
    for index, line in enumerate(drawn):
        row = Row(width).add(name if index == len(drawn) - 1 else "", look.muted).to(indent)
        row.add(line[:bright], look.muted).add(line[bright : bright + 1], look.title).add(line[bright + 1 :], look.muted)
        found.append(row)
    return found


def decades(powers: Sequence[float]) -> tuple[float, float]:
    """Whole powers of ten around the finite ones of these logarithms: at least three decades, at most sixteen."""
    known = [power for power in powers if math.isfinite(power)]
    if not known:
        return -3.0, 0.0
    high = math.floor(max(known)) + 1.0
    return max(min(math.floor(min(known)) - 1.0, high - 3.0), high - 16.0), high


def share(power: float, low: float, high: float) -> float:
    """How far along an axis from low to high a logarithm is, in [0, 1]; +inf is 1, -inf and NaN are 0."""
    if math.isnan(power):
        return 0.0
    return min(max((power - low) / (high - low), 0.0), 1.0)




def log10(value: float) -> float:
    """log10, with -inf for 0 and NaN for what has none."""
    if math.isnan(value) or value < 0.0:
        return math.nan
    return -math.inf if value == 0.0 else math.log10(value) if math.isfinite(value) else math.inf
