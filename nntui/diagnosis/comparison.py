"""Whether a change has helped: two runs side by side, at the same step as long as one of them isn't done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from nntui.diagnosis.case import Told
from nntui.measurements import Evaluation

ALIKE = 0.02
"""Difference of an accuracy, an R^2 or (as a share) of a loss that may be chance."""

Verdict: TypeAlias = Literal["helped", "no difference", "worse", "unknown"]

SAID: dict[Verdict, str] = {
    "helped": "It helped",
    "no difference": "It made no difference",
    "worse": "It made it worse",
    "unknown": "It can't be told yet",
}


@dataclass(frozen=True)
class Comparison:
    """What came of a change."""

    verdict: Verdict
    numbers: str
    """"validation accuracy 0.52 → 0.97, loss 0.69 → 0.09 at step 2,000"."""
    final: bool
    """Whether the new run is done."""

    @property
    def sentence(self) -> str:
        """For people."""
        so_far = "" if self.final or self.verdict == "unknown" else " so far"
        return f"{SAID[self.verdict]}{so_far}{': ' if self.numbers else ''}{self.numbers}"


def compare(before: Told, after: Told, same_loss: bool = True) -> Comparison:
    """How the run after a change does beside the one before it. same_loss: whether their losses mean the same."""
    final = after.status.state in ("finished", "diverged")
    fell, falls = before.status.state == "diverged", after.status.state == "diverged"
    if falls:
        when = f"the new run diverged at step {after.status.step:,}"
        return Comparison("no difference" if fell else "worse", f"{when}, the old one at {before.status.step:,}" if fell else when, True)
    split = "validation" if _of(before, "validation") and _of(after, "validation") else "train"
    old, new = _pair(_of(before, split), _of(after, split), fell)
    if new is None:
        return Comparison("unknown", "", final)
    part = "validation" if split == "validation" else "training"
    name = next((name for name in ("accuracy", "r2") if name in new.metrics), "")
    if fell and (final or after.status.step > before.status.step):
        reached = f"{part} {name or 'loss'} {_number(new.metrics[name] if name else new.loss)}"
        when = f"the old run diverged at step {before.status.step:,}, this one is at {reached} at step {new.step:,}"
        return Comparison("helped", when, final)
    if old is None or (not name and not same_loss):
        return Comparison("unknown", "", final)
    told = [f"{part} {name} {_number(old.metrics[name])} → {_number(new.metrics[name])}"] if name and name in old.metrics else []
    if same_loss:
        told.append(f"{'' if told else part + ' '}loss {_number(old.loss)} → {_number(new.loss)}")
    when = f"at step {new.step:,}" if old.step == new.step else f"at the steps {old.step:,} and {new.step:,}"
    return Comparison(_judged(old, new, name, same_loss), f"{', '.join(told)} {when}", final)


def _judged(old: Evaluation, new: Evaluation, name: str, same_loss: bool) -> Verdict:
    if name and name in old.metrics:
        gained = new.metrics[name] - old.metrics[name]
        if abs(gained) > ALIKE:
            return "helped" if gained > 0.0 else "worse"
    if same_loss and math.isfinite(old.loss) and math.isfinite(new.loss):
        if new.loss < (1.0 - 2.5 * ALIKE) * old.loss:
            return "helped"
        if new.loss > old.loss / (1.0 - 2.5 * ALIKE):
            return "worse"
    return "no difference"


def _of(told: Told, split: str) -> list[Evaluation]:
    return [one for one in told.evaluations if one.split == split]


def _pair(old: Sequence[Evaluation], new: Sequence[Evaluation], whatever: bool) -> tuple[Evaluation | None, Evaluation | None]:
    """The last ones of both at about the same step, after step 0; the newest of the new run if there is nothing to hold it to."""
    if whatever or not old:
        return None, new[-1] if new else None
    for later in reversed(new):
        earlier = [one for one in old if 0 < one.step <= later.step]
        if later.step > 0 and earlier and (earlier[-1].step >= 0.9 * later.step or earlier[-1] is old[-1]):
            # A run that ended long ago is held to what the new one had reached by then.
            known = [one for one in new if one.step >= earlier[-1].step]
            return earlier[-1], known[0] if earlier[-1] is old[-1] else later
    return None, new[-1] if new else None


def _number(value: float) -> str:
    return f"{value:.3g}"
