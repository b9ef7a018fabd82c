"""What the same experiment comes to over several seeds: mean and standard deviation of everything that is judged."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

NOT_JUDGED = frozenset({"steps", "seconds", "steps_per_second"})


class Average(msgspec.Struct, frozen=True):
    """Of one value over the runs that have it."""

    mean: float
    std: float
    """With n - 1 in the denominator; 0 for a single run."""
    low: float
    high: float
    runs: int


def averages(summaries: Iterable[Mapping[str, Any]]) -> dict[str, Average]:
    """By name, over the objects that `--json` prints; values that a run doesn't have, or that are no numbers, are left out."""
    found: dict[str, list[float]] = {}
    for summary in summaries:
        for name, value in summary.items():
            if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and name not in NOT_JUDGED:
                found.setdefault(name, []).append(float(value))
    return {
        name: Average(
            statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0, min(values), max(values), len(values)
        )
        for name, values in found.items()
    }
