"""Where is a loss going? An optimist's forecast of the end of the budget, from the first steps of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from nntui.diagnosis.thresholds import SOMETHING, SOONEST, STRAIGHT

Point: TypeAlias = tuple[int, float]
"""A step, and the loss there over that of knowing nothing."""


def prospect(curve: Sequence[Point], total: int) -> float:
    """The loss after `total` steps over that of knowing nothing; infinite if it has overflowed.

    curve: now, about half as many steps ago, a quarter (`halved`); two at least. Three curves are drawn through them, and the
    lowest end counts: a power of time, as losses decay; where it has fallen below knowing nothing, a power of time for what has
    been learned, as a loss leaves a plateau; where it falls straight, a straight line.
    """
    (step, now), (_, then) = curve[0], curve[1]
    if not math.isfinite(now):
        return math.inf
    doublings = math.log2(max(total / step, 1.0))
    ends = [now]
    if 0.0 < then < math.inf:
        decayed = now * min(now / then, 1.0) ** doublings
        ends.append(decayed if now < 1.0 else max(decayed, ABOVE))
    learned, before = 1.0 - now, 1.0 - then
    if learned > SOMETHING:
        growth = max(learned / before, 1.0) if before > learned / SUDDEN else SUDDEN
        ends.append(1.0 - learned * growth**doublings)
    if len(curve) > 2 and then - now > STRAIGHT * (curve[2][1] - then) > 0.0:
        straight = now - 2.0 * (then - now) * (2.0**doublings - 1.0)
        ends.append(straight if now < 1.0 else max(straight, ABOVE))
    return max(min(ends), 0.0)


ABOVE = 0.7
"""What a loss that comes down from above knowing nothing is on its way to, at best: that it comes down is nothing learned yet."""
SUDDEN = 3.0
"""Times what was learned grows while steps double, if nothing had been learned before."""


def halved(points: Sequence[Point]) -> tuple[Point, ...]:
    """The last point, and those nearest to half and a quarter of its step, as far as there are any near by."""
    found = list(points[-1:])
    for part in (2.0, 4.0):
        if not found or len(points) < 2:
            break
        wanted = points[-1][0] / part
        near = min(points[:-1], key=lambda point: abs(math.log(point[0] / wanted)))
        if not 0.7 <= near[0] / wanted <= 1.5 or near[0] >= found[-1][0]:
            break
        found.append(near)
    return tuple(found)


def smoothed(points: Sequence[Point]) -> list[Point]:
    """Medians of the losses over the last quarter, around half, and around a quarter of the steps."""
    many = len(points)
    if many < 2 * SOONEST:
        return []
    spans = ((many // 8, 3 * many // 8), (3 * many // 8, 5 * many // 8), (-(-3 * many // 4), many))
    return [
        (max(round(points[-1][0] * share), 1), median([loss for _, loss in points[start:stop]]))
        for share, (start, stop) in zip((0.25, 0.5, 1.0), spans, strict=True)
    ]


def median(values: Sequence[float]) -> float:
    """Of those that are numbers; infinite if others are in the majority; NaN of nothing."""
    if not values:
        return math.nan
    ordered = sorted(value if math.isfinite(value) else math.inf for value in values)
    return ordered[len(ordered) // 2]
