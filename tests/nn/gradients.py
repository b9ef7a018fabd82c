"""Whether a gradient is right: its component along a random direction against central differences.

Two evaluations check all partial derivatives at once: a wrong one shows in almost every direction. Differences at two
step widths tell where a kink lies between the evaluated points, so that such a point isn't judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

RTOL = 1e-6
WIDTH = 1e-3
"""Step along the unit direction. The Richardson step below leaves an error of WIDTH^4."""


class KinkError(Exception):
    """The function has no derivative near this point."""


def slope(f: Callable[[], float], arrays: Sequence[np.ndarray], direction: Sequence[np.ndarray], width: float = WIDTH) -> float:
    """The derivative of f along a direction in its arrays, which are moved and put back. Raises KinkError."""
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
    # A smooth function's central difference is off by c width^2: each halving leaves a quarter of that.
    first, second = wide - half, half - quarter
    noise = 1e-9 * max(1.0, abs(half))
    if abs(second) > 0.5 * abs(first) + noise or abs(first) > 100.0 * width**2 * max(1.0, abs(half)):
        raise KinkError
    return (4.0 * quarter - half) / 3.0


def unit(arrays: Sequence[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """A random direction over all arrays together, of length 1."""
    direction = [rng.standard_normal(array.shape) for array in arrays]
    length = np.sqrt(sum(float(np.square(d).sum()) for d in direction))
    return [d / length for d in direction]


def assert_gradient(
    f: Callable[[], float], arrays: Sequence[np.ndarray], gradients: Sequence[np.ndarray], direction: Sequence[np.ndarray]
) -> None:
    """Hold gradients of f to its slope along a direction. Raises AssertionError, or KinkError where that can't be told."""
    expected = slope(f, arrays, direction)
    got = sum(float((g * d).sum()) for g, d in zip(gradients, direction, strict=True))
    size, count = np.sqrt(sum(float(np.square(g).sum()) for g in gradients)), sum(g.size for g in gradients)
    # Along an unlucky direction the slope is nearly nothing: then the gradient's usual component is the measure.
    assert abs(got - expected) <= RTOL * max(abs(expected), size / np.sqrt(max(count, 1)), 1e-3), f"{got!r} isn't {expected!r}"
