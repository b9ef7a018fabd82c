"""What the very first look says: a loss that starts too high, a signal that dies or swells on its way up."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nntui.diagnosis.case import Case
from nntui.diagnosis.finding import Finding, Rule
from nntui.diagnosis.flow import named
from nntui.diagnosis.thresholds import FINDINGS
from nntui.measurements import LayerMeasurement

STILL = 1.2
"""Times that of knowing nothing which a loss still is, where its start is to blame."""
FIRST = 3
"""Steps within which a measurement still shows how the network started."""


def wrong_start(case: Case) -> Iterator[Finding]:
    """The first loss against that of knowing nothing; it is forgotten once the loss has come down to that."""
    if case.ignorance is None or not math.isfinite(case.start) or case.learning:
        return
    factor = case.start / case.ignorance
    severity = FINDINGS["start_factor"].grade(factor)
    if severity == "warning" and not (case.failing and case.share > STILL):
        severity = "note"  # a few steps can put it right
    if severity != "healthy":
        text = f"the loss started at {case.start:.3g}, one that knows nothing has {case.ignorance:.3g}: the last layer starts too large"
        yield case.finding("wrong_start", severity, text, None, 0, start=case.start, expected=case.ignorance)


def drifting_activations(case: Case) -> Iterator[Finding]:
    """The spread of what layers give, last over first: through many layers a factor per layer adds up."""
    layers = _hidden(case)
    if len(layers) < 2 or not layers[0].std > 0.0:
        return
    ratio = layers[-1].std / layers[0].std
    if FINDINGS["activation_drift"].grade(max(ratio, 1.0 / ratio if ratio > 0.0 else math.inf)) == "healthy":
        return
    way = "grows" if ratio > 1.0 else "shrinks"
    ends = f"standard deviation {layers[0].std:.2g} in {named(layers[0].path)}, {layers[-1].std:.2g} in {named(layers[-1].path)}"
    text = f"what layers give {way} on its way up: {ends}"
    yield case.finding("drifting_activations", "note", text, layers[-1].path, 0, first=layers[0].std, last=layers[-1].std)


def small_activations(case: Case) -> Iterator[Finding]:
    """Hidden layers that give next to nothing: their units are still straight lines, so the network is nearly a linear map."""
    layers = _hidden(case)
    if not layers or case.learning:
        return
    least = min(layers, key=lambda layer: layer.std)
    if FINDINGS["small_activations"].grade(least.std) == "healthy":
        return
    unmoved = case.failing
    text = f"{named(least.path)} started with outputs of only {least.std:.2g}" + (", and the loss hasn't moved" if unmoved else "")
    yield case.finding("small_activations", "warning" if unmoved else "note", text, least.path, 0, std=least.std)


def _hidden(case: Case) -> list[LayerMeasurement]:
    """Hidden layers with weights as they were measured at the start."""
    if not case.measurements or case.measurements[0].step > FIRST:
        return []
    return [layer for layer in case.weighted(case.measurements[0]) if layer.path not in case.output and math.isfinite(layer.std)]


RULES = (
    Rule(wrong_start, {"wrong_start": ("standardize", "initializer", "normalization")}),
    Rule(drifting_activations, {"drifting_activations": ("initializer", "normalization")}),
    Rule(small_activations, {"small_activations": ("initializer", "normalization")}),
)
