"""Does the signal flow? Verdicts on one measurement: is a layer healthy, and does delta reach the first layer?

Every rule is a pure function of what was measured; what it holds values to stands in `THRESHOLDS`, with its source.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from nntui.diagnosis.thresholds import FLOW, SEVERITIES, Severity
from nntui.measurements import LayerMeasurement, Measurement

THRESHOLDS = FLOW

CAN_DIE: frozenset[str] = frozenset({"relu"})
"""Layers whose units can be 0 for every example and then get no gradient."""


@dataclass(frozen=True)
class Verdict:
    """What a rule says: how bad it is, about which layer, in one sentence."""

    severity: Severity
    rule: str
    sentence: str
    layer: str = ""
    value: float = math.nan

    @property
    def badness(self) -> int:
        """0 for healthy to 3 for an error."""
        return SEVERITIES.index(self.severity)


def named(path: str) -> str:
    """A layer's path as people say it: "4.tanh" is "layer 4 (tanh)", "3.skip.0.dense" is "layer 3.0 (dense)"."""
    return f"layer {numbered(path)} ({kind(path)})"


def numbered(path: str) -> str:
    """The numbers of a path: "3.skip.0.dense" is "3.0"."""
    return ".".join(path.split(".")[0::2])


def kind(path: str) -> str:
    """The name of the layer a path leads to: "3.skip.0.dense" is "dense"."""
    return path.rsplit(".", 1)[-1]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first of the worst."""
    return max(verdicts, key=lambda verdict: verdict.badness)


def finite(layer: LayerMeasurement) -> Verdict:
    """Are the layer's numbers still numbers?"""
    if not (math.isfinite(layer.mean) and math.isfinite(layer.std)):
        return Verdict("error", "not_finite", f"{named(layer.path)} is no longer a number", layer.path)
    if any(math.isinf(value) for value in (layer.delta, layer.gradient_norm, layer.weight_norm)):
        return Verdict("error", "not_finite", f"the gradient of {named(layer.path)} is infinite", layer.path)
    return Verdict("healthy", "not_finite", f"{named(layer.path)} is finite", layer.path)


def dead(layer: LayerMeasurement) -> Verdict:
    """How many units are 0 for the whole batch, and so learn nothing?"""
    share = layer.dead if kind(layer.path) in CAN_DIE else math.nan
    severity = THRESHOLDS["dead_units"].grade(share)
    sentence = "no unit is dead" if severity == "healthy" else f"{named(layer.path)} is {100.0 * share:.0f} % dead"
    return Verdict(severity, "dead_units", sentence, layer.path, share)


def saturated(layer: LayerMeasurement) -> Verdict:
    """How many outputs are on the flat part, where no gradient comes through?"""
    severity = THRESHOLDS["saturated_units"].grade(layer.saturated)
    if severity == "healthy":
        sentence = "not saturated"
    else:
        sentence = f"{named(layer.path)} is {100.0 * layer.saturated:.0f} % saturated"
    return Verdict(severity, "saturated_units", sentence, layer.path, layer.saturated)


def update(layer: LayerMeasurement) -> Verdict:
    """Do the weights move at a useful pace: about a thousandth of themselves per step?"""
    ratio = layer.update_ratio
    hot = THRESHOLDS["hot_update"].grade(ratio)
    slow = THRESHOLDS["slow_update"].grade(ratio)
    if hot != "healthy":
        sentence = f"{named(layer.path)} is hot: it changes by {part(ratio)} per step"
        return Verdict(hot, "hot_update", sentence, layer.path, ratio)
    if slow != "healthy":
        amount = "doesn't change" if ratio == 0.0 else f"changes by {part(ratio)} per step"
        sentence = f"{named(layer.path)} is slow: it {amount}"
        return Verdict(slow, "slow_update", sentence, layer.path, ratio)
    return Verdict("healthy", "slow_update", "the weights move at a useful pace", layer.path, ratio)


def layer_verdict(layer: LayerMeasurement) -> Verdict:
    """The worst that the rules on a single layer say."""
    return worst((finite(layer), dead(layer), saturated(layer), update(layer)))


def carriers(measurement: Measurement) -> tuple[LayerMeasurement, ...]:
    """The layers whose delta tells whether the signal arrives: the hidden ones with weights, first to last.

    The output layer's own delta comes straight from the loss, so it is left out.
    """
    weighted = [layer for layer in measurement.layers if math.isfinite(layer.weight_norm)]
    return tuple(layer for layer in weighted[:-1] if not math.isnan(layer.delta))


def signal(measurement: Measurement) -> Verdict:
    """Does delta = dL/dY reach the first layer with a useful size, compared with the last hidden layer?"""
    broken = [finite(layer) for layer in measurement.layers]
    if any(verdict.severity == "error" for verdict in broken):
        return worst(broken)
    layers = carriers(measurement)
    if not layers:
        return Verdict("healthy", "signal", "the signal has no hidden layer to cross")
    first, last = layers[0], layers[-1]
    if last.delta == 0.0:
        return Verdict("error", "vanishing_signal", f"no signal: delta is 0 in {named(last.path)}", last.path, 0.0)
    ratio = first.delta / last.delta
    if ratio == 0.0:
        lost = next(layer for layer in reversed(layers) if layer.delta == 0.0)
        return Verdict("error", "vanishing_signal", f"the signal dies: delta is 0 in {named(lost.path)}", lost.path, 0.0)
    down, up = THRESHOLDS["vanishing_signal"].grade(ratio), THRESHOLDS["exploding_signal"].grade(ratio)
    if down != "healthy":
        verb = {"note": "weakens", "warning": "fades", "error": "dies"}[down]
        return Verdict(down, "vanishing_signal", f"the signal {verb}: {part(ratio)} of it reaches {named(first.path)}", first.path, ratio)
    if up != "healthy":
        verb = "swells" if up == "note" else "explodes"
        return Verdict(up, "exploding_signal", f"the signal {verb}: it grows {_fold(ratio)} to {named(first.path)}", first.path, ratio)
    return Verdict("healthy", "signal", f"the signal reaches {named(first.path)}", first.path, ratio)


def reach(measurement: Measurement) -> dict[str, Verdict]:
    """For every hidden layer with weights, how much of the signal of the last one is left there."""
    layers = carriers(measurement)
    found: dict[str, Verdict] = {}
    if not layers or not layers[-1].delta > 0.0 or math.isinf(layers[-1].delta):
        return found
    for layer in layers:
        ratio = layer.delta / layers[-1].delta
        down, up = THRESHOLDS["vanishing_signal"].grade(ratio), THRESHOLDS["exploding_signal"].grade(ratio)
        if down != "healthy":
            amount = "nothing" if ratio == 0.0 else f"{part(ratio)} of the signal"
            found[layer.path] = Verdict(down, "vanishing_signal", f"{amount} reaches {named(layer.path)}", layer.path, ratio)
        elif up != "healthy":
            text = f"the signal has grown {_fold(ratio)} at {named(layer.path)}"
            found[layer.path] = Verdict(up, "exploding_signal", text, layer.path, ratio)
        else:
            found[layer.path] = Verdict("healthy", "signal", f"the signal reaches {named(layer.path)}", layer.path, ratio)
    return found


def health(measurement: Measurement) -> dict[str, Verdict]:
    """The worst verdict on every measured layer, by path, the signal's reach included."""
    reached = reach(measurement)
    found: dict[str, Verdict] = {}
    for layer in measurement.layers:
        own = layer_verdict(layer)
        found[layer.path] = worst((own, reached[layer.path])) if layer.path in reached else own
    return found


def _fold(factor: float) -> str:
    if math.isinf(factor):
        return "beyond measure"
    return f"{factor:.0f}-fold" if factor < 9999.5 else f"10^{math.log10(factor):.0f}-fold"


def part(value: float) -> str:
    """A small share: "2.1 %", "0.087 %" or "3e-5"."""
    if math.isinf(value):
        return "infinitely much"
    if value >= 1e-4:
        return f"{100.0 * value:.2g} %"
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"
