"""The mean of several curves, and how far they lie apart, at the columns of a chart."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from nntui.tui.plots import Curve
from nntui.tui.ticks import Axis


class Spread(NamedTuple):
    """Mean, and mean minus and plus one standard deviation (n - 1), at every x, but no further than the curves themselves lie."""

    x: list[float]
    mean: list[float]
    low: list[float]
    high: list[float]


def spread(curves: Sequence[Curve], axis: Axis, width: int) -> Spread:
    """Over the curves that reach that far, each read off between its own points, in the middle of every column."""
    known = [[(x, y) for x, y in zip(curve.x, curve.y, strict=True) if math.isfinite(x) and math.isfinite(y)] for curve in curves]
    found = Spread([], [], [], [])
    for column in range(max(width, 0)):
        x = axis.low + (axis.high - axis.low) * (column + 0.5) / width
        values = [value for points in known if (value := _read(points, x, 0.5 * (axis.high - axis.low) / width)) is not None]
        if not values:
            continue
        mean = statistics.fmean(values)
        apart = statistics.stdev(values) if len(values) > 1 else 0.0
        for column_values, value in zip(found, (x, mean, max(mean - apart, min(values)), min(mean + apart, max(values))), strict=True):
            column_values.append(value)
    return found


def _read(points: list[tuple[float, float]], x: float, near: float) -> float | None:
    """Between the two points around x, on the straight line that joins them; None where the curve doesn't reach, but for half a column."""
    if not points or not points[0][0] - near <= x <= points[-1][0] + near:
        return None
    index = bisect_left(points, (x, -math.inf))
    if index == 0:
        return points[0][1]
    if index == len(points):
        return points[-1][1]
    (a, b), (c, d) = points[index - 1], points[index]
    return d if c <= a else b + (d - b) * (x - a) / (c - a)
