"""Are the steps of a useful size? Findings on updates against weights, on what they do to the loss, on clipping and penalties."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nntui.diagnosis.case import Case
from nntui.diagnosis.finding import Finding, Rule
from nntui.diagnosis.flow import named, part
from nntui.diagnosis.outlook import median
from nntui.diagnosis.thresholds import EARLY, FINDINGS, Severity
from nntui.measurements import LayerMeasurement

FIRST_STEPS = 20
"""Within which a rate that is too high shows in the loss."""
OUT_OF_HAND = 1e4
"""Times that a loss has risen which no first steps excuse."""
FAR_TOO_LOW = 0.02
"""Reach from which a hundred times the rate is asked for: about half of the weights themselves is usual for all of training."""
HOT_LOOKS = 4


def not_finite(case: Case) -> Iterator[Finding]:
    """A loss or gradient that isn't a number any more."""
    lost = next((one for one in case.steps if one.non_finite or not math.isfinite(one.loss)), None)
    if lost is None and case.ended != "diverged":
        return
    since = lost.first if lost is not None else case.step
    rate = next((one.learning_rate for one in reversed(case.steps) if one.first <= since), math.nan)
    text = f"the numbers overflowed at step {since}, with learning rate {rate:.3g}"
    if case.ended == "diverged" and case.message:
        text = case.message.partition("; ")[0]  # the trainer has looked where
    yield case.finding("not_finite", "error", text, None, since, learning_rate=rate)


def learning_rate_too_high(case: Case) -> Iterator[Finding]:
    """Steps so long that they make the loss worse: it rises over where it was, or shot up at once; or weights are thrown about."""
    rate = case.steps[-1].learning_rate if case.steps else math.nan
    rise = _rise(case)
    ratio = _pace(case, HOT_LOOKS)
    first = _first_rise(case)
    if case.ended == "diverged" or not math.isfinite(case.level if case.steps else 0.0):
        text = f"learning rate {rate:.3g} is too high: the loss has left all bounds"
        yield case.finding("learning_rate_too_high", "error", text, None, None, learning_rate=rate)
    elif FINDINGS["rise"].grade(rise) != "healthy" and (case.settled or rise > OUT_OF_HAND):
        text = f"learning rate {rate:.3g} is too high: the loss is {rise:.2g} times what it has been"
        severity: Severity = "note" if case.well else FINDINGS["rise"].grade(rise)
        yield case.finding("learning_rate_too_high", severity, text, None, None, rise=rise, learning_rate=rate)
    elif case.settled and case.ignorant and not case.promising and FINDINGS["first_rise"].grade(first) != "healthy":
        severity = FINDINGS["first_rise"].grade(first)
        text = f"learning rate {rate:.3g} is too high: the first steps made the loss {first:.2g} times as large"
        yield case.finding("learning_rate_too_high", severity, text, None, None, first_rise=first, learning_rate=rate)
    elif FINDINGS["hot_update"].grade(ratio) != "healthy":
        severity = FINDINGS["hot_update"].grade(ratio) if case.settled and not case.learning else "note"
        text = f"weights change by {100.0 * ratio:.2g} % in every step: learning rate {rate:.3g} is too high"
        yield case.finding("learning_rate_too_high", severity, text, None, None, update_ratio=ratio, learning_rate=rate)


def learning_rate_too_low(case: Case) -> Iterator[Finding]:
    """Steps so short that in the whole of training the weights can't get anywhere; or a loss that will not have fallen by its end."""
    if case.total_steps == 0 or len(case.steps) < 10 or case.progress < EARLY or not case.ignorant:
        return
    # A network whose weights moved well at first stands still for another reason.
    reach = max(_pace(case, 3), _pace(case, 3, first=True)) * case.total_steps
    if math.isnan(reach) or reach == 0.0 or (case.promising and not case.level > 1.2 * case.reference):
        return
    severity = FINDINGS["reach"].grade(reach)
    if severity == "warning" and not case.failing and case.level < 1.2 * case.reference:
        severity = "note"
    rate = case.steps[-1].learning_rate
    known = {"reach": reach, "fastest": _fastest(case) * case.total_steps, "learning_rate": rate}
    text = f"learning rate {rate:.3g} is too low: in all {case.total_steps:,} steps the weights move by {_percent(reach)} of themselves"
    if severity != "warning" and case.failing and FINDINGS["slow_reach"].grade(reach) != "healthy":
        severity = "warning"
        known["outlook"] = case.outlook
        text = f"learning rate {rate:.3g} is too low for {case.total_steps:,} steps: at their end the loss will hardly have fallen"
    if severity != "healthy" and case.experiment.schedule.tag == "constant":
        found = case.finding("learning_rate_too_low", severity, text, None, None, **known)
        yield found.answered_by("raise_rate_100", "raise_rate", "adam") if reach < FAR_TOO_LOW else found


def unchanged_weights(case: Case) -> Iterator[Finding]:
    """Weights that no step changes, and nobody has frozen: their gradient is 0, or too small to be added in single precision."""
    looks = case.measurements[-3:]
    if len(looks) < 3 or case.share < 1e-3:
        return
    by_path: dict[str, list[LayerMeasurement]] = {}
    for look in looks:
        for layer in case.weighted(look):
            by_path.setdefault(layer.path, []).append(layer)
    still = [path for path, layers in by_path.items() if all(layer.update_ratio == 0.0 or layer.gradient_norm == 0.0 for layer in layers)]
    if still:
        zero = all(layer.gradient_norm == 0.0 for layer in by_path[still[0]])
        why = "their gradient is 0" if zero else "their gradient is too small to count"
        many = f" and {len(still) - 1} more" if len(still) > 1 else ""
        text = f"the weights of {named(still[0])}{many} don't change: {why}"
        severity: Severity = "note" if case.learning else "warning"
        yield case.finding("unchanged_weights", severity, text, still[0], None, layers=len(still))


def uneven_updates(case: Case) -> Iterator[Finding]:
    """One layer that changes much faster, or slower, than a thousandth of itself per step."""
    if case.measurement is None or not case.settled:
        return
    ratios = {layer.path: layer.update_ratio for layer in case.weighted(case.measurement) if math.isfinite(layer.update_ratio)}
    hot = {path: ratio for path, ratio in ratios.items() if ratio > 0.1}
    if hot:
        path = max(hot, key=lambda one: hot[one])
        text = f"{named(path)} changes by {_percent(hot[path])} of itself per step, about 0.1 % would be right"
        yield case.finding("hot_update", "note", text, path, None, update_ratio=hot[path])
    slow = {path: ratio for path, ratio in ratios.items() if 0.0 < ratio < 1e-4}
    if slow and not case.share < 0.1:
        path = min(slow, key=lambda one: slow[one])
        text = f"{named(path)} changes by only {part(slow[path])} of itself per step"
        yield case.finding("slow_update", "note", text, path, None, update_ratio=slow[path])


def gradient_spikes(case: Case) -> Iterator[Finding]:
    """Single gradients many times as long as usual: one of them can undo what was learned."""
    recent = case.steps[-200:]
    if len(recent) < 50 or case.share < 0.05:
        return
    usual = median([one.gradient_norm for one in recent])
    spikes = [one for one in recent if one.gradient_norm_max > 10.0 * usual > 0.0]
    if spikes and len(spikes) <= len(recent) // 10:
        worst = max(spikes, key=lambda one: one.gradient_norm_max)
        text = f"a gradient {worst.gradient_norm_max / usual:.0f} times as long as usual, at step {worst.last:,}"
        yield case.finding("gradient_spike", "note", text, None, None, norm=worst.gradient_norm_max, usual=usual)


def clipping_always_on(case: Case) -> Iterator[Finding]:
    """Clipping that shortens most gradients is a lower learning rate in disguise."""
    if case.experiment.training.clip_norm is None:
        return
    recent = case.steps[-200:]
    steps = sum(one.last - one.first + 1 for one in recent)
    share = sum(one.clipped for one in recent) / steps if steps else 0.0
    if steps >= 50 and FINDINGS["clipped"].grade(share) != "healthy":
        text = f"{100.0 * share:.0f} % of the gradients are clipped: the learning rate is in fact lower than it says"
        yield case.finding("clipping_always_on", "note", text, None, None, share=share)


def regularization_dominates(case: Case) -> Iterator[Finding]:
    """Weight decay that pulls harder than the data: ||weight_decay W|| over ||dW||, over all layers."""
    decay = case.experiment.optimizer.weight_decay
    if not decay or not case.measurements or case.experiment.optimizer.tag == "adamw":
        return
    pulls = []
    for look in case.measurements:
        layers = [layer for layer in case.weighted(look) if math.isfinite(layer.gradient_norm)]
        data = math.sqrt(math.fsum(layer.gradient_norm**2 for layer in layers))
        pull = decay * math.sqrt(math.fsum(layer.weight_norm**2 for layer in layers))
        pulls.append(pull / data if data > 0.0 else (math.inf if pull else 0.0))
    # Three looks, not all: weights that were pulled to 0 are not pulled any more. And where little is left to learn, balance is meant.
    usual = sorted(pulls)[-3] if len(pulls) >= 3 else math.nan
    severity = FINDINGS["penalty"].grade(usual)
    if severity != "healthy" and case.settled and not case.well:
        text = f"weight decay {decay:.3g} pulls {usual:.2g} times as hard as the data: the weights are held near 0"
        first = case.measurements[0].step
        yield case.finding("regularization_dominates", severity, text, None, first, pull=usual, weight_decay=decay)


def _pace(case: Case, looks: int, first: bool = False) -> float:
    """The update:weight ratio of the layer in the middle; the least of the last (or first) looks, so that one step counts for nothing."""
    paces = []
    for look in case.measurements[:looks] if first else case.measurements[-looks:]:
        ratios = [_ratio(case, layer) for layer in case.weighted(look) if not math.isnan(layer.update_ratio)]
        if ratios:
            paces.append(median(ratios))
    return min(paces) if len(paces) == looks else math.nan


def _fastest(case: Case) -> float:
    """The update:weight ratio of the layer that moves most, where the signal arrives if it does anywhere."""
    layers = case.weighted(case.measurement) if case.measurement is not None else []
    return max((_ratio(case, layer) for layer in layers if not math.isnan(layer.update_ratio)), default=math.nan)


def _ratio(case: Case, layer: LayerMeasurement) -> float:
    """The update:weight ratio; of weights that started next to 0 against what Glorot & Bengio would have given them (eq. 12)."""
    site = case.sites.get(layer.path)
    shape = next((p.shape for p in site.parameters if p.name == "W"), ()) if site is not None else ()
    if len(shape) < 2 or not layer.weight_norm > 0.0:
        return layer.update_ratio
    size = math.prod(shape)
    usual = math.sqrt(2.0 * size / (size / shape[-1] + shape[-1]))
    return layer.update_ratio * min(layer.weight_norm / usual, 1.0)


def _rise(case: Case) -> float:
    """The loss now over the least that it has been, the start included; NaN if both are nearly nothing."""
    if len(case.steps) < 5 or not math.isfinite(case.start):
        return math.nan
    least = min(case.start, case.least)
    reference = case.reference if math.isfinite(case.reference) else case.start
    if case.level < 0.5 * reference:
        return math.nan  # well below knowing nothing: noise of a loss that is small already
    return case.level / least if least > 0.0 else math.nan


def _first_rise(case: Case) -> float:
    early = [one.loss for one in case.steps if 1 < one.last <= FIRST_STEPS]
    if len(early) < 3 or not case.start > 0.0:
        return math.nan
    return max(loss if math.isfinite(loss) else math.inf for loss in early) / case.start


def _percent(share: float) -> str:
    return f"{100.0 * share:.2g} %"


RULES = (
    Rule(not_finite, {"not_finite": ("lower_rate", "initializer", "normalization", "clip")}),
    Rule(learning_rate_too_high, {"learning_rate_too_high": ("lower_rate", "adam", "normalization")}),
    Rule(learning_rate_too_low, {"learning_rate_too_low": ("raise_rate", "adam")}),
    Rule(unchanged_weights, {"unchanged_weights": ("normalization", "initializer", "lower_rate", "activation")}),
    Rule(uneven_updates, {"hot_update": (), "slow_update": ()}),
    Rule(gradient_spikes, {"gradient_spike": ("clip",)}),
    Rule(clipping_always_on, {"clipping_always_on": ()}),
    Rule(regularization_dominates, {"regularization_dominates": ("less_decay",)}),
)
