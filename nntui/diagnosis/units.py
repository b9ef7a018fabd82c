"""Are units alive? Findings on outputs that are 0, on the flat part, or the same as others."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nntui.diagnosis.case import Case
from nntui.diagnosis.finding import Finding, Rule
from nntui.diagnosis.flow import CAN_DIE, kind, named
from nntui.diagnosis.thresholds import FINDINGS, FLOW, MOST, Severity
from nntui.measurements import LayerMeasurement, Measurement

LOOKS = 5
"""Measurements over which the least share counts: a unit that is 0 for one batch may answer to the next."""
LARGE_FROM = 2
"""Steps before sizes of outputs are worth a word: the first step is told by how the loss starts."""
ALL, NEARLY_ALL = 0.999, 0.9


def dead_units(case: Case) -> Iterator[Finding]:
    """ReLU units that are 0 for every example get no gradient, and so never come back."""
    for layer in _measured(case):
        if kind(layer.path) not in CAN_DIE or layer.path in case.output:
            continue
        share = _least(case, layer.path, "dead")
        severity = FLOW["dead_units"].grade(share)
        if severity == "healthy":
            continue
        if share >= ALL and not case.well:
            severity = "error"
        elif severity == "warning" and not (case.settled and share > (MOST if case.failing else NEARLY_ALL) and not case.well):
            severity = "note"
        what = "all units" if share >= ALL else f"{100.0 * share:.0f} % of the units"
        text = f"{what} of {named(layer.path)} are dead: 0 for every example"
        at_start = case.measurements[0].step == 1 and _share(case.measurements[0], layer.path, "dead") >= share
        found = case.finding("dead_units", severity, text, layer.path, None, share=share)
        yield found.answered_by("initializer", "normalization", "activation") if at_start else found


def saturated_units(case: Case) -> Iterator[Finding]:
    """tanh and sigmoid outputs on the flat part let next to no gradient through."""
    for layer in _measured(case):
        if layer.path in case.output or not math.isfinite(layer.saturated):
            continue
        share = _least(case, layer.path, "saturated")
        severity = FLOW["saturated_units"].grade(share)
        if severity != "healthy":
            text = f"{100.0 * share:.0f} % of what {named(layer.path)} gives is on the flat part, where no gradient comes through"
            yield case.finding("saturated_units", _weighed(case, severity), text, layer.path, None, share=share)


def near_zero_activations(case: Case) -> Iterator[Finding]:
    """Nearly everything that a layer gives is next to nothing."""
    for layer in _measured(case):
        site = case.sites.get(layer.path)
        if site is None or site.layer.family != "activation" or layer.path in case.output or layer.saturated > 0.0:
            continue
        share = _near_zero(layer)
        if FINDINGS["near_zero"].grade(share) != "healthy":
            text = f"{100.0 * share:.0f} % of what {named(layer.path)} gives is within 0.05 of 0"
            yield case.finding("near_zero_activations", "note", text, layer.path, None, share=share)


def large_activations(case: Case) -> Iterator[Finding]:
    """A hidden layer whose outputs are far above 1: what follows is driven to its flat part, or has to unlearn its own size."""
    worst = max(
        (layer for layer in _measured(case) if layer.path not in case.output and layer.path in case.sites and math.isfinite(layer.std)),
        key=lambda layer: math.hypot(layer.mean, layer.std),
        default=None,
    )
    if worst is None or case.step < LARGE_FROM or case.quality is None or case.quality.largest_std > 3.0:
        return
    size = math.hypot(worst.mean, worst.std)
    if FINDINGS["large_activations"].grade(size) != "healthy":
        text = f"outputs of {named(worst.path)} are {size:.3g} in size (root mean square), about 1 would be right"
        yield case.finding("large_activations", "note", text, worst.path, None, size=size)


def symmetric_units(case: Case) -> Iterator[Finding]:
    """Units with the same weights compute the same and learn the same."""
    if case.step < 2:
        return
    for layer in _measured(case):
        site = case.sites.get(layer.path)
        if site is None or site.layer.tag not in ("dense", "conv1d", "conv2d") or layer.path in case.output or layer.update_ratio == 0.0:
            continue
        severity = FINDINGS["alike_units"].grade(layer.alike)
        severity = "note" if severity != "healthy" and case.well else severity
        if severity != "healthy" and site.y[-1] > 2:
            text = f"{100.0 * layer.alike:.0f} % of the units of {named(layer.path)} have the same weights as another: they learn the same"
            yield case.finding("symmetric_units", severity, text, layer.path, None, share=layer.alike)


def _measured(case: Case) -> tuple[LayerMeasurement, ...]:
    return case.measurement.layers if case.measurement is not None else ()


def _least(case: Case, path: str, name: str) -> float:
    """The least of a share over the last looks."""
    found = [_share(look, path, name) for look in case.measurements[-LOOKS:]]
    return min((share for share in found if not math.isnan(share)), default=math.nan)


def _share(look: Measurement, path: str, name: str) -> float:
    return next((getattr(layer, name) for layer in look.layers if layer.path == path), math.nan)


def _near_zero(layer: LayerMeasurement) -> float:
    """Share of the values within 0.05 of 0, by the histogram's bins that lie there whole."""
    total = sum(layer.histogram.counts)
    bins = len(layer.histogram.counts)
    if not total:
        return math.nan
    width = (layer.histogram.high - layer.histogram.low) / bins
    near = sum(
        count
        for index, count in enumerate(layer.histogram.counts)
        if count and layer.histogram.low + index * width >= -0.05 and layer.histogram.low + (index + 1) * width <= 0.05
    )
    return max(near / total, layer.zero)


def _weighed(case: Case, severity: Severity) -> Severity:
    """What doesn't keep the loss from falling is worth a note."""
    return "note" if severity == "warning" and (case.well or not case.failing) else severity


RULES = (
    Rule(dead_units, {"dead_units": ("lower_rate", "normalization", "activation", "initializer")}),
    Rule(saturated_units, {"saturated_units": ("initializer", "normalization", "lower_rate", "activation")}),
    Rule(near_zero_activations, {"near_zero_activations": ("initializer", "normalization")}),
    Rule(large_activations, {"large_activations": ("initializer", "normalization", "lower_rate")}),
    Rule(symmetric_units, {"symmetric_units": ("initializer",)}),
)
