"""What the loss curve says, in a sentence: gone, risen, overfitting, badly started - or simply how far it has come."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from nntui.diagnosis.flow import Verdict
from nntui.diagnosis.thresholds import CURVES
from nntui.measurements import Evaluation, Steps

THRESHOLDS = CURVES

EARLY = 1.0
"""The epoch until which the first loss is worth talking about."""


SAMPLE = 48
"""Steps that a median is taken of, about."""

WORTH_A_WORD = 0.05
"""A rise of less than this share of the first loss is the noise of a loss that is nearly nothing."""


def loss_verdict(steps: Sequence[Steps], evaluations: Sequence[Evaluation], expected: float | None) -> Verdict:
    """The first of these that holds: not a number, risen, overfitting, wrong start; else the best loss so far.

    `expected` is the loss of a network that knows nothing, if that is known.
    """
    validation = [one for one in evaluations if one.split == "validation"]
    for rule in (_gone(steps), _risen(steps), _overfitting(steps, validation), _start(steps, validation, expected)):
        if rule is not None:
            return rule
    best = min((one for one in validation if math.isfinite(one.loss)), key=lambda one: one.loss, default=None)
    if best is not None:
        return Verdict("healthy", "best_loss", f"best validation {best.loss:.4g}, epoch {_epoch(best.epoch)}", value=best.loss)
    known = [one.loss for one in steps if math.isfinite(one.loss)]
    text = f"best training {min(known):.4g}" if known else ""
    return Verdict("healthy", "best_loss", text, value=min(known, default=math.nan))


def _gone(steps: Sequence[Steps]) -> Verdict | None:
    lost = [one for one in steps if one.non_finite or one.loss - one.loss != 0.0]  # infinite or NaN
    if not lost:
        return None
    first = lost[0].first
    if lost[-1] is steps[-1]:
        run = len(steps)
        while run and (steps[run - 1].non_finite or not math.isfinite(steps[run - 1].loss)):
            run -= 1
        what = "infinite" if _infinite(steps[-1]) else "no longer a number"
        return Verdict("error", "not_finite", f"{what} since step {steps[run].first}")
    many = sum(max(one.non_finite, 1) for one in lost)
    if many == 1:
        what = "infinite" if _infinite(lost[0]) else "not a number"
        return Verdict("warning", "not_finite", f"one loss was {what}, at step {first}")
    return Verdict("warning", "not_finite", f"{many} losses were infinite or not numbers, first at step {first}")


def _infinite(window: Steps) -> bool:
    """Whether what was lost in a window was too large, and not yet NaN."""
    return math.isinf(window.loss) or 0 < window.infinite == window.non_finite


def _risen(steps: Sequence[Steps]) -> Verdict | None:
    """The loss now over its least value, both medians over a twentieth of the run, so that one batch counts for nothing."""
    many = len(steps) // 20
    if many < 2:
        return None
    levels = [_median(steps[start : start + many]) for start in range(len(steps) % many, len(steps), many)]
    least, now, start = min(levels), levels[-1], levels[0]
    if not least > 0.0 or now - least < WORTH_A_WORD * abs(start):
        return None
    severity = THRESHOLDS["risen_loss"].grade(now / least)
    if severity == "healthy":
        return None
    return Verdict(severity, "risen_loss", f"the loss has risen to {now / least:.2g} times its least value", value=now / least)


def _overfitting(steps: Sequence[Steps], validation: Sequence[Evaluation]) -> Verdict | None:
    known = [one for one in validation if math.isfinite(one.loss)]
    if len(known) < 3 or len(steps) < 3:
        return None
    best, last = min(known, key=lambda one: one.loss), known[-1]
    rise = last.loss / best.loss - 1.0 if best.loss > 0.0 else 0.0
    if last.loss - best.loss < WORTH_A_WORD * known[0].loss:
        return None
    severity = THRESHOLDS["overfitting"].grade(rise)
    since = sum(one.step > best.step for one in known)
    falling = _mean(steps[-max(len(steps) // 10, 1) :]) < _mean(
        steps[: bisect_right(steps, best.step, key=lambda one: one.first)][-max(len(steps) // 10, 1) :]
    )
    if severity == "healthy" or since < 2 or not falling:
        return None
    text = f"overfitting: the validation loss has risen since epoch {_epoch(best.epoch)}"
    return Verdict(severity, "overfitting", text, value=rise)


def _start(steps: Sequence[Steps], validation: Sequence[Evaluation], expected: float | None) -> Verdict | None:
    if not expected or not steps or steps[-1].epoch > EARLY or steps[0].first > 1:
        return None
    first = validation[0].loss if validation and validation[0].step == 0 else steps[0].loss
    off = first / expected - 1.0
    severity = THRESHOLDS["wrong_start"].grade(off)
    if severity == "healthy":
        return None
    text = f"it started at {first:.3g}, one that knows nothing has {expected:.3g}: the last layer starts too large"
    return Verdict(severity, "wrong_start", text, value=off)


def _epoch(epoch: float) -> str:
    return f"{epoch:.0f}" if epoch >= 9.95 else f"{epoch:.2g}"


def _median(steps: Sequence[Steps]) -> float:
    """Of at most some dozens of them, evenly spread: it is asked for with every picture of the curve."""
    known = sorted([one.loss for one in steps[:: max(len(steps) // SAMPLE, 1)] if math.isfinite(one.loss)])
    return known[len(known) // 2] if known else math.inf


def _mean(steps: Sequence[Steps]) -> float:
    known = [one.loss for one in steps if math.isfinite(one.loss)]
    return math.fsum(value / len(known) for value in known) if known else math.inf
