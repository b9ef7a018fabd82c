"""The derivative of a function along a direction, by central differences that notice a kink between their points."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from nntui.backends.operations import Array

WIDTH = 1e-3
"""Step along the unit direction. The Richardson step below leaves an error of WIDTH^4."""


class KinkError(Exception):
    """The function has no derivative near this point."""


def slope(f: Callable[[], float], arrays: Sequence[Array], direction: Sequence[Array], width: float = WIDTH) -> float:
    """The derivative of f along a direction in its arrays (float64), which are moved and put back. Raises KinkError.

    Two differences at half the step each time tell where a kink lies between the evaluated points: a smooth function's error
    falls to a quarter with every halving (Richardson 1911).
    """
    before = [array.copy() for array in arrays]

    def at(step: float) -> float:
        for array, start, d in zip(arrays, before, direction, strict=True):
            array[...] = start + step * d
        return f()

    try:
        wide, half, quarter = ((at(w) - at(-w)) / (2.0 * w) for w in (width, width / 2.0, width / 4.0))
    finally:
        for array, start in zip(arrays, before, strict=True):
            array[...] = start
    first, second = wide - half, half - quarter
    noise = 1e-9 * max(1.0, abs(half))
    if abs(second) > 0.5 * abs(first) + noise or abs(first) > 100.0 * width**2 * max(1.0, abs(half)):
        raise KinkError
    return (4.0 * quarter - half) / 3.0


def unit(arrays: Sequence[Array], rng: np.random.Generator) -> list[Array]:
    """A random direction over all arrays together, of length 1."""
    direction: list[Array] = [np.asarray(rng.standard_normal(array.shape)) for array in arrays]
    length = math.sqrt(math.fsum(float((d * d).sum()) for d in direction))
    for array in direction:
        array /= length
    return direction
