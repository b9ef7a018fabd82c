"""Pane 3: does the signal reach the first layer? delta, weight gradients and update sizes, layer by layer, as powers of ten."""

from __future__ import annotations

import math

from textual.strip import Strip

from nntui.diagnosis.flow import Verdict, finite, reach, signal, update, worst
from nntui.measurements import LayerMeasurement, Measurement
from nntui.tui.look import Look
from nntui.tui.numbers import exponent
from nntui.tui.panes.blocks import bar
from nntui.tui.panes.layers import Labels, decades, focus, log10, nothing, profile, share
from nntui.tui.panes.row import Row, filled, kept, window, written
from nntui.tui.view import View

NAME = "gradient flow"
KEY = 3
HELP = """\
## Gradient flow

For every layer with weights, first layer on top, as powers of ten (`-3.0` is a thousandth):

- **δ** - the spread (standard deviation) of dL/dY, the signal that comes back from the loss. *This is what to look at.*
- **dW** - the size ||dW|| of the gradient of its weights.
- **ΔW/W** - how much of itself the layer changes per step. Near `-3.0` is a good pace; above `-2.0` is hot, below
  `-4.0` slow.

**Look for** bars of δ of about equal length. Bars that shrink towards the first layer are a vanishing signal: the lower
layers hardly learn. Bars that grow towards it are an exploding one.

**Common mistakes**: judging by dW. Its norms stay flat while δ dies, because the activations below grow just as the
signal shrinks (Glorot & Bengio 2010, eq. 14). And raising the learning rate against a vanishing signal: the last layers
then explode before the first ones learn. A better initializer, relu, batch norm or a skip helps.

*Sources: Glorot & Bengio 2010; CS231n, neural networks 3 (update:weight ratio).*
"""

_LONGEST = 48
"""Cells of a bar; longer ones aren't read better."""

_WORDS = {
    "hot_update": "hot",
    "slow_update": "slow",
    "vanishing_signal": "fades",
    "exploding_signal": "grows",
    "not_finite": "broken",
}


def title(view: View) -> str:
    return f"{NAME}  log10"


def subtitle(view: View) -> str:
    return "" if view.measurement is None else signal(view.measurement).sentence


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    return filled([strip for _, strip in _rows(view, width, height, look)], width, height)


def row_at(view: View, width: int, height: int, y: int, look: Look) -> str:
    """The path of the layer that is drawn on line y; nothing where there is none."""
    rows = _rows(view, width, height, look)
    return rows[y][0] if y < len(rows) else ""


def _rows(view: View, width: int, height: int, look: Look) -> list[tuple[str, Strip]]:
    """Every line with the layer it belongs to."""
    measurement = view.measurement
    if measurement is None:
        return [("", strip) for strip in written(nothing(), width, look.muted, indent=1)]
    layers = [layer for layer in measurement.layers if math.isfinite(layer.weight_norm)]
    layers = layers or [layer for layer in measurement.layers if not math.isnan(layer.delta)]
    if not layers:
        return [("", strip) for strip in written("No layer of this network gets a gradient.", width, look.muted, indent=1)]

    labels = Labels(layers, width)
    columns = _columns(width - labels.width)
    deltas = decades([log10(layer.delta) for layer in layers])
    gradients = decades([log10(layer.gradient_norm) for layer in layers])
    verdicts = _verdicts(measurement, layers)
    at = focus(measurement.layers, layers, view.selected)

    above = [_header(labels.width, columns, deltas, gradients, width, look)] if height >= 4 else []
    if len(layers) > height - len(above) and height >= 6:
        rows = 3 if height >= 14 else 2 if height >= 9 else 1
        name = f"all {len(layers)}"
        above = [
            row.strip() for row in profile([layer.delta for layer in layers], name, labels.width, rows, width, at, look)
        ] + above
    shown = window(len(layers), height - len(above), at)
    strips = [
        (layers[index].path, _layer(layers[index], verdicts[index], view.selected, labels, columns, deltas, gradients, width, look))
        for index in shown
    ]
    return [*(("", strip) for strip in above), *strips]


def _verdicts(measurement: Measurement, layers: list[LayerMeasurement]) -> list[Verdict]:
    reached = reach(measurement)
    found = []
    for layer in layers:
        own = [finite(layer), update(layer)]
        found.append(worst([reached[layer.path], *own] if layer.path in reached else own))
    return found


def _columns(room: int) -> dict[str, int]:
    """Widths of what fits beside the labels; what is left over makes the bars longer."""
    found = kept(room, [("delta", 6), ("mark", 2), ("bar", 4), ("ratio", 6), ("gradient", 6), ("longer", 6), ("word", 7)])
    found["bar"] = found.get("bar", 0) + found.pop("longer", 0)
    spare = room - sum(found.values())
    if found["bar"]:
        if "word" in found and found["bar"] + spare >= 20:
            found["second"] = min((found["bar"] + spare) // 2, _LONGEST)
            spare -= found["second"]
        found["bar"] = min(found["bar"] + spare, _LONGEST)
    return found


def _header(
    labels: int,
    columns: dict[str, int],
    deltas: tuple[float, float],
    gradients: tuple[float, float],
    width: int,
    look: Look,
) -> Strip:
    row = Row(width).add("layer"[: max(labels - 1, 0)], look.muted).to(labels)
    for bars, number, name, scale in (
        ("bar", "delta", look.delta, deltas),
        ("second", "gradient", "dW", gradients),
    ):
        if cells := columns.get(bars):
            low, high = f"{'  ' if number == 'gradient' else ''}{scale[0]:.0f}", f"{scale[1]:.0f}"
            text = low + high.rjust(cells - len(low) - 1) + " " if cells >= len(low) + len(high) + 3 else " " * cells
            row.add(text, look.faint)
        if cells := columns.get(number):
            row.add(name.rjust(cells), look.muted)
    if cells := columns.get("ratio"):
        row.add(look.update_ratio.rjust(cells), look.muted)
    return row.strip()


def _layer(
    layer: LayerMeasurement,
    verdict: Verdict,
    selected: str,
    labels: Labels,
    columns: dict[str, int],
    deltas: tuple[float, float],
    gradients: tuple[float, float],
    width: int,
    look: Look,
) -> Strip:
    style = look.severity(verdict.severity)
    bad = verdict.severity != "healthy"
    row = Row(width).add(labels.of(layer.path), look.text)
    of_signal = verdict.rule in ("vanishing_signal", "exploding_signal", "not_finite") and bad
    for bars, number, value, scale, mine in (
        ("bar", "delta", layer.delta, deltas, of_signal),
        ("second", "gradient", layer.gradient_norm, gradients, False),
    ):
        if cells := columns.get(bars):
            end = row.used + cells
            row.add("  " if number == "gradient" else "")
            length = end - 1 - row.used
            colour = style if mine else look.train if number == "delta" else look.faint
            row.add(bar(share(log10(value), *scale), length, look), colour).to(end)
        if cells := columns.get(number):
            row.add(exponent(value, cells), style if mine else look.text if number == "delta" else look.muted)
    if cells := columns.get("ratio"):
        hot = verdict.rule in ("hot_update", "slow_update") and bad
        row.add(exponent(layer.update_ratio, cells), style if hot else look.text)
    if "mark" in columns:
        row.add(f" {look.mark(verdict.severity)}", style)
    if "word" in columns and bad:
        row.add(f" {_WORDS.get(verdict.rule, '')}", style)
    return row.strip(look.selected if layer.path == selected else None)
