"""Whether a gradient is right: its component along a random direction against central differences.

Two evaluations check all partial derivatives at once: a wrong one shows in almost every direction. Differences at two
step widths tell where a kink lies between the evaluated points, so that such a point isn't judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nntui.checks.slopes import WIDTH, KinkError, slope, unit

__all__ = ["RTOL", "WIDTH", "KinkError", "assert_gradient", "slope", "unit"]

RTOL = 1e-6


def assert_gradient(
    f: Callable[[], float], arrays: Sequence[np.ndarray], gradients: Sequence[np.ndarray], direction: Sequence[np.ndarray]
) -> None:
    """Hold gradients of f to its slope along a direction. Raises AssertionError, or KinkError where that can't be told."""
    expected = slope(f, arrays, direction)
    got = sum(float((g * d).sum()) for g, d in zip(gradients, direction, strict=True))
    size, count = np.sqrt(sum(float(np.square(g).sum()) for g in gradients)), sum(g.size for g in gradients)
    # Along an unlucky direction the slope is nearly nothing: then the gradient's usual component is the measure.
    assert abs(got - expected) <= RTOL * max(abs(expected), size / np.sqrt(max(count, 1)), 1e-3), f"{got!r} isn't {expected!r}"
