"""Pane 4: what every layer puts out: a histogram, mean and spread, and how much of it is zero, flat or dead."""

from __future__ import annotations

import math

from textual.strip import Strip

from nntui.diagnosis.flow import CAN_DIE, dead, finite, kind, saturated, worst
from nntui.measurements import Histogram, LayerMeasurement
from nntui.tui.look import Look
from nntui.tui.numbers import fixed, percent
from nntui.tui.panes.blocks import columns as bars
from nntui.tui.panes.blocks import gathered
from nntui.tui.panes.layers import Labels, focus, nothing, profile
from nntui.tui.panes.row import Row, filled, kept, window, written
from nntui.tui.view import View

NAME = "activations"
KEY = 4
HELP = """\
## Activations

The outputs of every layer on one batch: their histogram from the least (left) to the greatest value (right), mean,
standard deviation, the share that is exactly zero, and

- **sat** - for tanh and sigmoid, the share on the flat part (|tanh| > 0.97), where no gradient comes through
- **dead** - for relu, the share of units that are zero for the whole batch

**Look for** spreads that stay about the same from layer to layer (tanh .3 to .65, relu with he about .8). A histogram
of tanh with two towers at the ends is saturated; one narrow tower in the middle of a deep net has no signal left.
About half zeros are normal behind relu.

**Common mistakes**: weights started too large (saturated from the first step) or inputs that aren't scaled; a learning
rate so high that units of relu die and never come back.

*Sources: Glorot & Bengio 2010, figure 6; Karpathy, makemore 3; CS231n, neural networks 1.*
"""

_LIMIT = 7
"""Cells for a number at either end of a histogram."""


def title(view: View) -> str:
    return NAME


def subtitle(view: View) -> str:
    if view.measurement is None or not view.measurement.layers:
        return ""
    verdict = worst([rule(layer) for layer in view.measurement.layers for rule in (finite, dead, saturated)])
    return "no layer is saturated or dead" if verdict.severity == "healthy" else verdict.sentence


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    return filled([strip for _, strip in _rows(view, width, height, look)], width, height)


def row_at(view: View, width: int, height: int, y: int, look: Look) -> str:
    """The path of the layer that is drawn on line y; nothing where there is none."""
    rows = _rows(view, width, height, look)
    return rows[y][0] if y < len(rows) else ""


def _rows(view: View, width: int, height: int, look: Look) -> list[tuple[str, Strip]]:
    """Every line with the layer it belongs to."""
    measurement = view.measurement
    if measurement is None or not measurement.layers:
        return [("", strip) for strip in written(nothing(), width, look.muted, indent=1)]
    layers = measurement.layers
    labels = Labels(layers, width)
    columns = _columns(width - labels.width)
    at = focus(layers, layers, view.selected)

    above = [_header(labels.width, columns, width, look)] if height >= 4 else []
    if len(layers) > height - len(above) and height >= 6:
        rows = 2 if height >= 12 else 1
        name = f"{len(layers)} std"
        above = [row.strip() for row in profile([layer.std for layer in layers], name, labels.width, rows, width, at, look)] + above
    room = height - len(above)
    tall = min(max(room // len(layers), 1), 4) if look.unicode else 1
    shown = window(len(layers), max(room // tall, 1), at)
    common = _common(layers) if view.ways.histogram_range == "common" else None
    lined = [("", strip) for strip in above]
    for index in shown:
        drawn = _layer(layers[index], common, layers[index].path == view.selected, labels, columns, tall, width, look)
        lined += [(layers[index].path, strip) for strip in drawn]
    return lined


def _columns(room: int) -> dict[str, int]:
    wanted = [("bars", 5), ("flat", 6), ("longer", 5), ("std", 7), ("mean", 7), ("zero", 6), ("name", 5), ("range", 2 * _LIMIT + 1)]
    found = kept(room, wanted)
    found["bars"] = found.get("bars", 0) + found.pop("longer", 0)
    found["bars"] += room - sum(found.values())
    return found


def _header(labels: int, columns: dict[str, int], width: int, look: Look) -> Strip:
    row = Row(width).add("layer"[: max(labels - 1, 0)], look.muted).to(labels + columns["bars"] + columns.get("range", 0))
    for name in ("mean", "std", "zero"):
        row.add(name.rjust(columns[name]) if name in columns else "", look.muted)
    flat = columns.get("flat", 0) + columns.get("name", 0)
    row.add("" if not flat else "flat".rjust(flat) if "name" not in columns else "", look.muted)
    return row.strip()


def _common(layers: tuple[LayerMeasurement, ...]) -> tuple[float, float] | None:
    ends = [end for layer in layers for end in (layer.histogram.low, layer.histogram.high) if math.isfinite(end)]
    return (min(ends), max(ends)) if ends and max(ends) > min(ends) else None


def _layer(
    layer: LayerMeasurement,
    common: tuple[float, float] | None,
    selected: bool,
    labels: Labels,
    columns: dict[str, int],
    tall: int,
    width: int,
    look: Look,
) -> list[Strip]:
    verdict = worst([finite(layer), dead(layer), saturated(layer)])
    style = look.severity(verdict.severity) if verdict.severity != "healthy" else look.text
    low, high = common or (layer.histogram.low, layer.histogram.high)
    # The tallest bar stays an eighth short of the line above, so that neighbouring layers don't run into each other.
    shares = [value * (1.0 - 0.125 / tall) for value in _shares(layer.histogram, common, columns["bars"] - 1)]
    heights = bars(shares, tall, look)
    strips = []
    for line, drawn in enumerate(heights):
        bottom = line == tall - 1
        row = Row(width).add(labels.of(layer.path) if bottom else "", look.text).to(labels.width)
        if "range" in columns:
            row.add(_limit(low).rjust(_LIMIT) + " " if bottom else " " * (_LIMIT + 1), look.faint)
        row.add(drawn, look.train if verdict.severity == "healthy" else style)
        row.to(labels.width + columns["bars"] + (_LIMIT if "range" in columns else 0))
        if "range" in columns:
            row.add(_limit(high).ljust(_LIMIT + 1) if bottom else "", look.faint)
        if bottom:
            _numbers(row.to(labels.width + columns["bars"] + columns.get("range", 0)), layer, style, columns, look)
        strips.append(row.strip(look.selected if selected else None))
    return strips


def _numbers(row: Row, layer: LayerMeasurement, style: object, columns: dict[str, int], look: Look) -> None:
    broken = finite(layer).severity == "error"
    for name, value in (("mean", layer.mean), ("std", layer.std)):
        if name in columns:
            row.add(fixed(value, 6).rjust(columns[name]), look.error if broken else look.text)
    if "zero" in columns:
        row.add(percent(layer.zero, columns["zero"]), look.muted)
    if "flat" in columns:
        dies = kind(layer.path) in CAN_DIE
        verdict = dead(layer) if dies else saturated(layer)
        shown = look.text if verdict.severity == "healthy" else look.severity(verdict.severity)
        name = "dead" if dies else "sat" if not math.isnan(layer.saturated) else ""
        if "name" in columns:
            row.add(name.rjust(columns["name"]), shown)
        row.add(percent(layer.dead if dies else layer.saturated, columns["flat"]) if name else "", shown)


def _shares(histogram: Histogram, common: tuple[float, float] | None, cells: int) -> list[float]:
    """Heights in [0, 1] of `cells` bins, over the histogram's own range or the common one."""
    counts = histogram.counts
    if common is None or not (math.isfinite(histogram.low) and math.isfinite(histogram.high)) or not counts:
        found = gathered(counts, cells)
    else:
        found = [0.0] * max(cells, 0)
        low, span = common[0], common[1] - common[0]
        step = (histogram.high - histogram.low) / len(counts)
        for index, number in enumerate(counts):
            place = (histogram.low + (index + 0.5) * step - low) / span
            if number and cells > 0 and math.isfinite(place):
                found[min(max(int(place * cells), 0), cells - 1)] += number
    most = max(found, default=0.0)
    return [value / most for value in found] if most > 0.0 else found


def _limit(value: float) -> str:
    return fixed(value, _LIMIT).strip() if not math.isfinite(value) or abs(value) >= 1e4 else f"{value:.2g}"
