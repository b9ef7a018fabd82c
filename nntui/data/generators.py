"""The formulas behind the generated sources. Each returns X float64 (n, d), and labels int64 (n,) or numbers (n, 1).

Examples come in the generator's own order, class after class; whoever splits them also shuffles them.
"""

from __future__ import annotations

from math import pi

import numpy as np

from nntui.backends.operations import Array

_RADIUS = 5.0
_REACH = 6.0
_BUMPS = ((-4.0, 2.5, 1.0), (0.0, 2.5, -1.0), (4.0, 2.5, 1.0), (-4.0, -2.5, -1.0), (0.0, -2.5, 1.0), (4.0, -2.5, -1.0))
"""Centre (x, y) and sign of the six cones of reg_gauss."""


def circle(n: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Half at radius U(0, 2.5), half at U(3.5, 5); class 1 where |p + noise U(-5, 5)| < 2.5."""
    inner, outer = _halves(n)
    r = np.concatenate([rng.uniform(0.0, 0.5 * _RADIUS, inner), rng.uniform(0.7 * _RADIUS, _RADIUS, outer)])
    angle = rng.uniform(0.0, 2.0 * pi, n)
    points = np.stack([r * np.sin(angle), r * np.cos(angle)], axis=1)
    moved = points + noise * rng.uniform(-_RADIUS, _RADIUS, (n, 2))
    return points, (np.hypot(*moved.T) < 0.5 * _RADIUS).astype(np.int64)


def xor(n: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """x, y from U(-5, 5), pushed away from 0 by 0.3; class 1 where the product of p + noise U(-5, 5) is at least 0."""
    points = rng.uniform(-_RADIUS, _RADIUS, (n, 2))
    points += np.where(points > 0.0, 0.3, -0.3)
    moved = points + noise * rng.uniform(-_RADIUS, _RADIUS, (n, 2))
    return points, (moved[:, 0] * moved[:, 1] >= 0.0).astype(np.int64)


def gauss(n: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Normal around (2, 2) for class 1 and (-2, -2) for class 0; the variance goes from 0.5 (no noise) to 4 (noise 0.5)."""
    labels = np.repeat(np.array([1, 0]), _halves(n))
    variance = 0.5 + 7.0 * noise
    centres = np.where(labels[:, None] == 1, 2.0, -2.0)
    return centres + np.sqrt(variance) * rng.standard_normal((n, 2)), labels


def spiral(n: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """(r sin t, r cos t) + noise U(-1, 1), r = 5 i/m, t = 3.5 pi i/m, i = 0 .. m-1; class 0 half a turn further."""
    arms = []
    for m, start in zip(_halves(n), (0.0, pi), strict=True):
        share = np.arange(m) / m
        r, t = _RADIUS * share, 1.75 * 2.0 * pi * share + start
        arms.append(np.stack([r * np.sin(t), r * np.cos(t)], axis=1))
    points = np.concatenate(arms) + noise * rng.uniform(-1.0, 1.0, (n, 2))
    return points, np.repeat(np.array([1, 0]), _halves(n))


def regress_plane(n: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """(x + y) / 10 at p + noise U(-6, 6), p from U(-6, 6)."""
    points = rng.uniform(-_REACH, _REACH, (n, 2))
    moved = points + noise * rng.uniform(-_REACH, _REACH, (n, 2))
    return points, moved.sum(axis=1, keepdims=True) / 10.0


def regress_gauss(n: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """sign * clip(1 - d/2, 0, 1) of the nearest of six centres, at p + noise U(-6, 6), p from U(-6, 6)."""
    points = rng.uniform(-_REACH, _REACH, (n, 2))
    moved = points + noise * rng.uniform(-_REACH, _REACH, (n, 2))
    bumps = np.array(_BUMPS)
    distance = np.hypot(moved[:, None, 0] - bumps[:, 0], moved[:, None, 1] - bumps[:, 1])
    heights = bumps[:, 2] * np.clip(1.0 - distance / 2.0, 0.0, 1.0)
    strongest = np.abs(heights).argmax(axis=1)
    return points, heights[np.arange(n), strongest][:, None] + 0.0  # -0 becomes 0


def cs231n_spiral(n: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Arm j: (r sin t, r cos t), r from 0 to 1, t from 4 j to 4 (j + 1) + noise N(0, 1)."""
    sizes = [n // 3 + (arm < n % 3) for arm in range(3)]
    arms = []
    for arm, m in enumerate(sizes):
        r = np.linspace(0.0, 1.0, m)
        t = np.linspace(4.0 * arm, 4.0 * (arm + 1), m) + noise * rng.standard_normal(m)
        arms.append(np.stack([r * np.sin(t), r * np.cos(t)], axis=1))
    return np.concatenate(arms), np.repeat(np.arange(3), sizes)


def moons(n: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """(cos t, sin t) and (1 - cos t, 1/2 - sin t), t from 0 to pi, + noise N(0, 1)."""
    lower, upper = _halves(n)
    t, s = np.linspace(0.0, pi, upper), np.linspace(0.0, pi, lower)
    points = np.concatenate([np.stack([np.cos(t), np.sin(t)], axis=1), np.stack([1.0 - np.cos(s), 0.5 - np.sin(s)], axis=1)])
    return points + noise * rng.standard_normal((n, 2)), np.repeat(np.arange(2), (upper, lower))


def circles(n: int, noise: float, factor: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Points evenly on the circles of radius 1 (class 0) and `factor` (class 1), + noise N(0, 1)."""
    inner, outer = _halves(n)
    t = np.concatenate([2.0 * pi * np.arange(outer) / outer, 2.0 * pi * np.arange(inner) / inner])
    labels = np.repeat(np.arange(2), (outer, inner))
    radius = np.where(labels == 0, 1.0, factor)
    points = np.stack([radius * np.cos(t), radius * np.sin(t)], axis=1)
    return points + noise * rng.standard_normal((n, 2)), labels


def ring(examples: int, clouds: int, radius: float, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Point i lies around the angle 2 pi (i mod clouds) / clouds."""
    y = np.arange(examples) % clouds
    angle = 2.0 * np.pi * y / clouds
    centres = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres + noise * rng.standard_normal((examples, 2)), y


def rare(n: int, share: float, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Class 0 from N(0, 1) around (0, 0); class 1, `share` of all but at least 2, from N(0, noise^2) around (2, 2)."""
    few = min(max(round(share * n), 2), n - 2)
    points = np.concatenate([rng.standard_normal((n - few, 2)), 2.0 + noise * rng.standard_normal((few, 2))])
    return points, np.repeat(np.arange(2), (n - few, few))


def xor_table() -> tuple[Array, Array]:
    """The four rows (0, 0), (0, 1), (1, 0), (1, 1) with a xor b."""
    points = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return points, np.array([0, 1, 1, 0])


def hastie(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """X (n, 10) from N(0, 1); class 1 where the sum of squares exceeds 9.34, the median of chi-squared with 10 degrees."""
    X = rng.standard_normal((n, 10))
    return X, ((X * X).sum(axis=1) > 9.34).astype(np.int64)


def _halves(n: int) -> tuple[int, int]:
    """The larger half and the smaller."""
    return n - n // 2, n // 2
