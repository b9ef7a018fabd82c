"""Does the signal arrive? Findings on delta = dL/dY through depth, which the norms of weight gradients hide."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nntui.diagnosis import flow
from nntui.diagnosis.case import Case
from nntui.diagnosis.finding import Finding, Rule
from nntui.diagnosis.thresholds import EARLY, FINDINGS, Severity

SOLVED = 0.02
"""A loss below this share of knowing nothing leaves no delta to speak of: nothing is wrong then."""
UPPER = 0.1
"""Ratio below which (or, exploding, above 1/0.1) a signal is to blame for a loss that stands still."""
SOON = 1 / 3
"""Share of the budget within which a signal that is coming back has to be there."""


def through_depth(case: Case) -> Iterator[Finding]:
    """std(delta) of the first over the last hidden layer."""
    measurement = case.measurement
    if measurement is None or case.share < SOLVED:
        return
    verdict = flow.signal(measurement)
    if verdict.rule == "not_finite" and len(case.measurements) > 1:
        measurement = case.measurements[-2]  # what has overflowed no longer says from where
        verdict = flow.signal(measurement)
    if verdict.rule not in ("vanishing_signal", "exploding_signal") or verdict.severity == "healthy":
        return
    severity = _weighed(case, verdict.severity, verdict.value, verdict.rule == "vanishing_signal")
    evidence = {"ratio": verdict.value}
    layers = flow.carriers(measurement)
    norms = [layer.gradient_norm for layer in layers]
    flat = len(norms) > 1 and norms[-1] > 0.0 and 0.3 <= norms[0] / norms[-1] <= 3.0
    if flat:
        evidence["weight_gradient_ratio"] = norms[0] / norms[-1]
    yield case.finding(verdict.rule, severity, verdict.sentence, verdict.layer, None, **evidence)
    if flat and severity in ("warning", "error"):
        text = f"|dW| doesn't show it: it is about the same in {flow.named(layers[0].path)} and {flow.named(layers[-1].path)}"
        yield case.finding("flat_weight_gradients", "note", text, verdict.layer, None, weight_gradient_ratio=norms[0] / norms[-1])


def through_time(case: Case) -> Iterator[Finding]:
    """||dL/dh_0|| over ||dL/dh_T|| of what a recurrent layer has to remember until the end."""
    measurement = case.measurement
    if measurement is None or case.share < SOLVED:
        return
    for layer in measurement.layers:
        site, norms = case.sites.get(layer.path), layer.through_time
        if site is None or getattr(site.layer, "returns", "") != "last" or len(norms) < 2 or not 0.0 < norms[-1] < math.inf:
            continue
        ratio = norms[0] / norms[-1]
        severity = FINDINGS["recall_over_time"].grade(ratio)
        if severity == "healthy":
            continue
        # Gates learn to let the gradient through within some hundred steps; a plain layer has none that could.
        if site.layer.tag != "rnn" or not (case.stuck and case.settled) or case.well:
            severity = "note"
        steps = site.x[0]
        text = f"of the gradient at the last of {steps} steps, {flow.named(layer.path)} has {ratio:.1g} left at the first"
        yield case.finding("vanishing_through_time", severity, text, layer.path, None, ratio=ratio, steps=steps)


def _weighed(case: Case, severity: Severity, ratio: float, vanishing: bool) -> Severity:
    """As bad as it is for the loss: less if that falls all the same, more if it has stood still."""
    if case.well or case.promising or not (case.settled or case.failing):
        return "note"
    if vanishing and case.adaptive and not case.failing and coming_back(case):
        return "note"
    if severity == "note" and case.failing and case.progress >= EARLY and not UPPER < ratio < 1.0 / UPPER:
        return "warning"
    return severity


def coming_back(case: Case) -> bool:
    """Whether the signal has grown so fast since the start that it will be there soon: Adam pays no heed to small gradients."""
    if len(case.measurements) < 2 or not case.total_steps:
        return False
    first, ratio = flow.signal(case.measurements[0]).value, flow.signal(case.measurements[-1]).value
    if not (0.0 < first < math.inf and 0.0 < ratio < math.inf):
        return False
    gained, missing = math.log10(ratio / first), math.log10(0.1 / ratio)
    return gained > 1.0 and missing / gained * case.step <= SOON * case.total_steps - case.step


RULES = (
    Rule(
        through_depth,
        {
            "vanishing_signal": ("initializer", "normalization", "activation", "skip", "adam"),
            "exploding_signal": ("initializer", "normalization", "lower_rate", "clip"),
            "flat_weight_gradients": (),
        },
    ),
    Rule(through_time, {"vanishing_through_time": ("gates", "identity_start")}),
)
