"""Axes: limits that stand still while values grow, and ticks at numbers that people read at a glance."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

LARGEST = 1e300
"""Values beyond it are drawn at the edge, so that the arithmetic of limits can't overflow."""

_LADDER = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True)
class Axis:
    """Where values lie between the ends of an axis. On a logarithmic one, what isn't positive lies at the low end."""

    low: float
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high end, clamped; NaN stays NaN."""
        return self.places((value,))[0]

    def places(self, values: Iterable[float]) -> list[float]:
        """The places of many values."""
        low, high, log10 = self.low, self.high, math.log10
        if self.log:
            bottom = log10(low)
            span = log10(high) - bottom
            return [
                value if value != value else 0.0 if value <= low else 1.0 if value >= high else (log10(value) - bottom) / span
                for value in values
            ]
        # Halves, because high - low itself may be too large for a float.
        bottom, span = 0.5 * low, 0.5 * high - 0.5 * low
        return [
            value if value != value else 0.0 if value <= low else 1.0 if value >= high else (0.5 * value - bottom) / span
            for value in values
        ]

    def ticks(self, most: int, widest: int = 8) -> list[tuple[float, str]]:
        """At most `most` values with labels of at most `widest` cells that differ, from low to high; none if none fit."""
        for fewer in range(most, 0, -1):
            found = _log_ticks(self.low, self.high, fewer) if self.log else _linear_ticks(self.low, self.high, fewer)
            texts = [text for _, text in found]
            if len(set(texts)) == len(texts) and all(len(text) <= widest for text in texts):
                return found
        return []


def spanning(low: float, high: float, log: bool = False, ticks: int = 4) -> Axis:
    """An axis around finite values from low to high, with ends at round numbers, so that it seldom moves.

    A linear axis starts at 0 if the values come near it; a logarithmic one needs high > 0.
    """
    low, high = max(low, -LARGEST), min(high, LARGEST)
    if log:
        high = max(high, 1e-300)
        low = max(low, 1e-300, high * 1e-16 if low <= 0.0 else 0.0)
        if high / low < 1.0 + 1e-9:
            low, high = low / 2.0, high * 2.0
        return Axis(_round_down(low), _round_up(high), log=True)
    if 0.0 < low < 0.7 * high:
        low = 0.0
    elif 0.7 * low < high < 0.0:
        high = 0.0
    widest = max(abs(low), abs(high))
    if high - low <= 1e-9 * widest or widest < 1e-290:
        pad = 0.5 * widest
        low, high = (low - pad, high + pad) if pad > 1e-290 else (0.0, 1.0)
    step = _step(low, high, ticks)
    first, last = math.floor(low / step * (1.0 + 1e-12)) * step, math.ceil(high / step * (1.0 - 1e-12)) * step
    return Axis(min(first, low), max(last, high))


def growing(high: float, end: float | None = None) -> Axis:
    """An axis from 0 over at least `high`: it grows by jumps to round numbers, and never beyond `end`."""
    if not high > 0.0 or math.isinf(high):
        return Axis(0.0, end if end is not None and 0.0 < end <= LARGEST else 1.0)
    high = min(high, LARGEST)
    power = 10.0 ** math.floor(math.log10(high))
    rounded = next((float(f"{step * power:.12g}") for step in _LADDER if step * power >= high * (1.0 - 1e-9)), high)
    return Axis(0.0, min(rounded, end) if end is not None and end >= high else rounded)


def label(value: float, step: float = 0.0) -> str:
    """A tick's number: as many decimals as the step needs; powers of ten where it would be long."""
    magnitude = max(abs(value), abs(step))
    if magnitude == 0.0:
        return "0"
    if (abs(step) or magnitude) >= 1e-4 and magnitude < 99999.5:
        decimals = max(-math.floor(math.log10(abs(step)) + 1e-9), 0) if step else 0
        if step and abs(round(step, decimals) - step) > 1e-6 * abs(step):
            decimals += 1
        return f"{value:.{decimals}f}" if step else f"{value:.{4 if magnitude < 9999.5 else 5}g}"
    if value == 0.0:
        return "0"
    places = math.floor(math.log10(abs(value))) - math.floor(math.log10(abs(step)) + 1e-9) if step else 1
    mantissa, power = f"{value:.{min(max(places, 0), 6)}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(power)}"


def _step(low: float, high: float, most: int) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that makes at most `most` intervals."""
    rough = (high / most) - (low / most)
    power = 10.0 ** math.floor(math.log10(rough))
    return next((factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * (1.0 - 1e-9)), rough)


def _linear_ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    step = _step(low, high, most)
    for _ in range(4):
        first = math.ceil(low / step - 1e-9)
        count = math.floor(high / step + 1e-9) - first + 1
        if count <= most:
            return [((first + n) * step, label((first + n) * step, step)) for n in range(count)]
        step = _step(0.0, step * 1.01, 1)
    return [(low, label(low, high - low))]


def _log_ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    decades = math.log10(high / low) if high / low < math.inf else 300.0
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    for factors in ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        if decades > most:
            break
        found = [
            factor * 10.0**power
            for power in range(first, last + 1)
            for factor in factors
            if low * (1 - 1e-9) <= factor * 10.0**power <= high * (1 + 1e-9)
        ]
        if 2 <= len(found) <= most:
            return [(value, label(value)) for value in found]
    found = [10.0**power for power in range(first, last + 1) if low * (1 - 1e-9) <= 10.0**power <= high * (1 + 1e-9)]
    stride = max(math.ceil(len(found) / most), 1)
    return [(value, label(value)) for value in (found[::stride] or [low])]


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return max((factor for factor in (1.0, 2.0, 5.0) if factor * power <= value * (1.0 + 1e-9)), default=1.0) * power


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return min((factor for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= value * (1.0 - 1e-9)), default=10.0) * power
