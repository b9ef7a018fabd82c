"""What follows from what: of findings that explain each other, the cause is said, as loudly as its worst effect."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from nntui.diagnosis.finding import Finding
from nntui.diagnosis.thresholds import SEVERITIES

SYMPTOMS = frozenset({
    "loss_not_falling", "one_class_predicted", "at_chance", "unchanged_weights", "near_zero_activations", "underfitting", "slow_update",
    "flat_weight_gradients", "large_activations",
})  # fmt: skip
"""What comes of many causes."""

DYNAMIC = SYMPTOMS | {
    "vanishing_signal", "exploding_signal", "dead_units", "saturated_units", "small_activations", "drifting_activations", "wrong_start",
    "learning_rate_too_high", "learning_rate_too_low", "not_finite", "hot_update", "gradient_spike", "too_simple",
}  # fmt: skip

EXPLAINS: dict[str, frozenset[str]] = {
    "symmetric_units": DYNAMIC,
    "softmax_of_one": DYNAMIC,
    "double_softmax": SYMPTOMS | {"vanishing_signal", "learning_rate_too_low"},
    "double_sigmoid": SYMPTOMS | {"vanishing_signal", "learning_rate_too_low"},
    "output_mismatch": SYMPTOMS | {"vanishing_signal", "dead_units", "learning_rate_too_low"},
    "linear_stack": SYMPTOMS | {"too_simple"},
    "missing_activation": SYMPTOMS,
    "tiny_batch_norm": DYNAMIC,
    "unscaled_inputs": DYNAMIC,
    "no_output_bias": SYMPTOMS | {"class_imbalance", "too_simple"},
    "class_imbalance": SYMPTOMS,
    "regularization_dominates": DYNAMIC,
    "exploding_signal": DYNAMIC - {"vanishing_signal"},
    "dead_units": SYMPTOMS | {"vanishing_signal", "small_activations", "learning_rate_too_low", "drifting_activations"},
    "saturated_units": SYMPTOMS | {"vanishing_signal", "learning_rate_too_low"},
    "vanishing_signal": SYMPTOMS | {"small_activations", "learning_rate_too_low", "drifting_activations", "dead_units"},
    "vanishing_through_time": SYMPTOMS | {"learning_rate_too_low", "learning_rate_too_high"},
    "small_activations": SYMPTOMS,
    "too_simple": SYMPTOMS,
    "wrong_start": frozenset({"not_finite"}),
    "learning_rate_too_high": DYNAMIC - {"wrong_start", "learning_rate_too_low"},
    "learning_rate_too_low": SYMPTOMS | {"too_simple"},
    "loss_not_falling": frozenset({"one_class_predicted", "at_chance"}),
}
"""By the name of a cause, what it may bring about. Causes stand before their effects; a cause can't come later."""

AT_START = 1
"""The step at which a layer is still seen as it started, so that no step can have brought it about."""

CRAWLS = 0.3
"""How far the fastest layer gets in all of training, below which the rate is too low where the signal arrives, too."""
LOST = 1e-3
"""Share of the signal that is left, below which the fastest layer says nothing about the rate."""
WEAK = frozenset({"vanishing_signal", "small_activations", "saturated_units", "dead_units"})
"""Causes that don't excuse such a rate."""


def attributed(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same findings, those that follow from another as notes which name it, and that one as bad as they were."""
    given = list(findings)
    serious = [finding for finding in given if finding.badness >= 2]
    cause_of = {effect.key: cause for effect in serious for cause in (_cause(effect, serious),) if cause is not None}
    worst: dict[tuple[str, str | None], int] = {}
    for effect in serious:
        root = effect
        while root.key in cause_of:
            root = cause_of[root.key]
        worst[root.key] = max(worst.get(root.key, 0), root.badness, effect.badness)
    made = []
    for finding in given:
        if finding.key in cause_of:
            finding = msgspec.structs.replace(finding, severity="note", follows=cause_of[finding.key].rule)
        elif finding.key in worst:
            finding = msgspec.structs.replace(finding, severity=SEVERITIES[worst[finding.key]])
        made.append(finding)
    return tuple(made)


def _cause(effect: Finding, serious: list[Finding]) -> Finding | None:
    """The first finding that explains this one, of those that stand before it."""
    possible = [cause for cause in serious if _explains(cause, effect)]
    return min(possible, key=_place, default=None)


def _explains(cause: Finding, effect: Finding) -> bool:
    if effect.rule not in EXPLAINS.get(cause.rule, ()) or _place(cause) >= _place(effect):
        return False
    crawls = effect.rule == "learning_rate_too_low" and effect.evidence.get("fastest", math.inf) < CRAWLS
    return not (crawls and cause.rule in WEAK and not cause.evidence.get("ratio", 1.0) < LOST)


def _place(finding: Finding) -> tuple[int, int, int]:
    """Where a finding stands between first causes and last effects: one line for all, so that nothing explains itself.

    What was there from the start comes first. Of what came later, steps that are too long stand before what they bring about.
    A layer that is dead as a whole cuts the signal off; where some units are, it is the signal's loss that shows in them.
    """
    rules = list(EXPLAINS)
    order = rules.index(finding.rule) if finding.rule in EXPLAINS else len(EXPLAINS)
    if finding.rule == "dead_units" and finding.severity != "error":
        order = rules.index("small_activations")
    if finding.rule in SYMPTOMS:
        return 3, order, finding.step
    if finding.rule == "learning_rate_too_high":
        return 1, order, finding.step
    return (0 if finding.step <= AT_START else 2), order, finding.step
