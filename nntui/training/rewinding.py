"""Which checkpoint of a run that diverged is worth going back to: before numbers overflow they grow, and nobody goes back to that."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections.abc import Sequence

from nntui.measurements import Steps

GOOD = 2.0
"""Times the least level up to which a checkpoint is good."""
WINDOWS = 9
"""Windows of steps whose median is the level of the loss: single batches stray."""


def good(saved: Sequence[int], steps: Sequence[Steps]) -> int | None:
    """The newest of the saved steps at which the loss was not far above the least it was at any of them; None if there is none."""
    levels = {step: level(steps, step) for step in saved if step > 0}
    least = min((one for one in levels.values() if math.isfinite(one)), default=math.inf)
    found = [step for step, one in levels.items() if one <= GOOD * max(least, 0.0)]
    return max(found or levels, default=None)


def level(steps: Sequence[Steps], at: int) -> float:
    """The median loss of the last windows up to a step; infinite where numbers overflowed, or nothing is known."""
    end = max(bisect_right(steps, at, key=lambda one: one.last), 1)
    losses = [one.loss if not one.non_finite and math.isfinite(one.loss) else math.inf for one in steps[max(end - WINDOWS, 0) : end]]
    return statistics.median_high(losses) if losses else math.inf
