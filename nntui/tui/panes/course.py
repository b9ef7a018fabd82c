"""Pane 0: how every layer fared over the whole run, one row a layer, one column a moment, darker where there is more."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import TypeAlias

from textual.strip import Strip

from nntui.measurements import Histogram, LayerMeasurement, Measurement, Steps
from nntui.runs.history import History
from nntui.tui.actions import key
from nntui.tui.look import Look
from nntui.tui.numbers import count, fixed
from nntui.tui.panes.blocks import ASCII_SHADES, SHADES
from nntui.tui.panes.layers import Labels, decades, focus, log10, share
from nntui.tui.panes.moments import across, crosshair, window_x
from nntui.tui.panes.row import Row, filled, window, written
from nntui.tui.ticks import Axis
from nntui.tui.view import Quantity, View, XAxis

NAME = "course"
KEY = 0
HELP = """\
## The course of every layer

A row is a layer, a column a moment of the run; the darker, the more. `Q` chooses what: δ = the spread of dL/dY, the signal that
comes back; dW = ‖dW‖, the length of the weights' gradient; ΔW/W = how far a step moves the weights, relative to them; std =
the spread of the outputs - all as powers of ten - or the histogram of the selected layer's outputs, a row being a bin.

**Look for** rows that fade towards the input: the signal vanishes; rows that get darker from left to right: it explodes. A
histogram that runs to its ends: saturation; one that closes in on a line: a layer that says the same of everything.

**Common mistakes**: reading dW for the signal: gradients of weights stay of one size while δ dies; comparing rows of ΔW/W of
layers that are frozen or have a rate of their own.

`×` marks what wasn't a number. Of many layers those around the selected one are shown; `j` and `k` in pane 1 go on.

*Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010).*
"""

MARGIN = 7
"""Cells for the numbers beside histograms."""

VALUES: dict[Quantity, tuple[str, Callable[[LayerMeasurement], float]]] = {
    "delta": ("δ", lambda layer: layer.delta),
    "gradient": ("dW", lambda layer: layer.gradient_norm),
    "update": ("ΔW/W", lambda layer: layer.update_ratio),
    "std": ("std", lambda layer: layer.std),
}


def title(view: View) -> str:
    quantity = view.ways.quantity
    what = f"histogram of {view.selected or 'the first layer'}" if quantity == "histogram" else f"{VALUES[quantity][0]}  log10"
    return f"{NAME}  {what}" + (f" @{count(view.at)}" if view.at is not None else "")


def subtitle(view: View) -> str:
    measured = view.history.measurements if view.history is not None else []
    return f"{count(len(measured))} moments" if measured else ""


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    history = view.history
    if history is None or not history.measurements:
        return filled(written(f"No layer is measured yet: {key('train')} trains.", width, look.muted, indent=1), width, height)
    measured = history.measurements
    if view.ways.quantity == "histogram":
        return _histograms(view, history, width, height, look)
    name, value = VALUES[view.ways.quantity]
    ends = (_by_path(measured[0]), _by_path(measured[-1]))
    layers = [layer for layer in measured[-1].layers if any(layer.path in one and math.isfinite(value(one[layer.path])) for one in ends)]
    if not layers:
        return filled(written(f"No layer of this network has a {look.shown(name)}.", width, look.muted, indent=1), width, height)
    labels = Labels(layers, width)
    room = width - labels.width
    columns = _columns(history, across(view), view.ways.x_axis, room)
    values = {layer.path: [None if one is None or layer.path not in one else value(one[layer.path]) for one in columns] for layer in layers}
    low, high = decades([log10(one) for row in values.values() for one in row if one is not None])
    above = [_scale(labels.width, low, high, width, look)] if height >= 4 else []
    at = _cursor_column(view, room)
    strips = []
    for index in window(len(layers), height - len(above), focus(measured[-1].layers, layers, view.selected)):
        path = layers[index].path
        row = Row(width).add(labels.of(path), look.title if path == view.selected else look.text)
        for column, one in enumerate(values[path]):
            broken = one is not None and not math.isfinite(one)
            _cell(row, None if one is None else share(log10(one), low, high), broken, column == at, look)
        strips.append(row.strip())
    return filled([*above, *strips], width, height)


def _histograms(view: View, history: History, width: int, height: int, look: Look) -> list[Strip]:
    """The selected layer's outputs: bins from the greatest to the least, one range for the whole run."""
    paths = [layer.path for layer in history.measurements[-1].layers]
    path = view.selected if view.selected in paths else paths[0] if paths else ""
    columns = [
        None if one is None or path not in one else one[path].histogram
        for one in _columns(history, across(view), view.ways.x_axis, width - MARGIN)
    ]
    finite = [one for one in columns if one is not None and math.isfinite(one.low) and math.isfinite(one.high) and one.high > one.low]
    if not finite:
        return filled(written("No outputs with any spread are measured here.", width, look.muted, indent=1), width, height)
    lows, highs = sorted(one.low for one in finite), sorted(one.high for one in finite)
    # As usual what nearly all of the run lies in, so that one outlier doesn't squeeze it; else all of it.
    outliers = len(finite) // 20 if view.ways.histogram_range == "layer" else 0
    low, high = lows[outliers], highs[-1 - outliers]
    table = [_bins(one, low, high, height) if one is not None else None for one in columns]
    most = max((value for column in table if column is not None for value in column), default=0.0) or 1.0
    at = _cursor_column(view, width - MARGIN)
    strips = []
    for index in range(height):
        edge = high - (high - low) * (index + 0.5) / height
        row = Row(width).add(fixed(edge) if index in (0, height // 2, height - 1) else "", look.muted).to(MARGIN)
        for column, bins in enumerate(table):
            _cell(row, None if bins is None else math.sqrt(bins[height - 1 - index] / most), False, column == at, look)
        strips.append(row.strip())
    return filled(strips, width, height)


def _bins(histogram: Histogram, low: float, high: float, rows: int) -> list[float]:
    """Shares of the outputs in equal bins from low to high: a count is spread evenly over the bins that its own bin overlaps."""
    found = [0.0] * rows
    total, wide = float(sum(histogram.counts)), (high - low) / rows
    if not total or not math.isfinite(histogram.low + histogram.high) or not wide > 0.0:
        return found
    step = (histogram.high - histogram.low) / len(histogram.counts)
    for index, amount in enumerate(histogram.counts):
        if amount:
            first, last = (histogram.low + index * step - low) / wide, (histogram.low + (index + 1) * step - low) / wide
            start, end = min(max(math.floor(first), 0), rows - 1), min(max(math.ceil(last) - 1, 0), rows - 1)
            for row in range(start, max(start, end) + 1):
                found[row] += amount / total / (max(start, end) - start + 1)
    return found


Layers: TypeAlias = dict[str, LayerMeasurement]
"""The layers of one measurement, by path."""


def _by_path(one: Measurement) -> Layers:
    return {layer.path: layer for layer in one.layers}


def _columns(history: History, axis: Axis, unit: XAxis, room: int) -> list[Layers | None]:
    """The last measurement up to the end of each column; None before the first and after the last."""
    measured, windows = history.measurements, history.steps
    end = window_x(windows[-1], unit) if windows else math.inf
    found: list[Layers | None] = []
    before = -1
    for column in range(room):
        left, right = (axis.low + (axis.high - axis.low) * (column + part) / room for part in (0, 1))
        index = bisect_right(measured, _step_at(windows, right, unit), key=lambda one: one.step) - 1
        if index < 0 or left > end:
            found.append(None)
        else:
            found.append(found[-1] if index == before and found[-1] is not None else _by_path(measured[index]))
            before = index
    return found


def _step_at(windows: Sequence[Steps], x: float, unit: XAxis) -> float:
    """The step that lies at a place of the axis."""
    if unit == "step" or not windows:
        return x
    index = bisect_left(windows, x, key=lambda one: window_x(one, unit))
    return float(windows[min(index, len(windows) - 1)].last)


def _cursor_column(view: View, room: int) -> int | None:
    place, axis = crosshair(view), across(view)
    if place is None or not axis.low <= place <= axis.high:
        return None
    return min(int(axis.place(place) * room), room - 1)


def _cell(row: Row, level: float | None, broken: bool, cursor: bool, look: Look) -> None:
    shades = SHADES if look.unicode else ASCII_SHADES
    if cursor:
        row.add("┊" if look.unicode else "|", look.title)
    elif broken:
        row.add(look.gap, look.error)
    elif level is None:
        row.add(" ")
    else:
        row.add(shades[min(round(level * (len(shades) - 1)), len(shades) - 1)], look.train)


def _scale(indent: int, low: float, high: float, width: int, look: Look) -> Strip:
    shades = SHADES if look.unicode else ASCII_SHADES
    return Row(width).add("layer"[: max(indent - 1, 0)], look.muted).to(indent).fit(f"{low:.0f} ", look.muted).fit(shades, look.train).fit(
        f" {high:.0f}", look.muted
    ).strip()
