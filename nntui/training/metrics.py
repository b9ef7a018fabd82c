"""How good answers are, in numbers people know: accuracy for classes, R^2 for numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nntui.backends.operations import Array


def accuracy(answers: Array, y: Array) -> float:
    """Share of right answers among the labels that aren't masked (-1)."""
    asked = int(np.count_nonzero(y >= 0))
    return int(np.count_nonzero(answers == y)) / asked if asked else float("nan")


def mean_iou(answers: Array, y: Array, classes: int) -> float:
    """Intersection over union of the positions with a class and those answered with it, averaged over the classes there are."""
    asked = y >= 0
    answers, y = answers[asked], y[asked]
    shares = []
    for label in range(classes):
        said, true = answers == label, y == label
        union = np.count_nonzero(said | true)
        if union:
            shares.append(np.count_nonzero(said & true) / union)
    return float(np.mean(shares)) if shares else float("nan")


def energy_distance(X: Array, Y: Array) -> float:
    """2 E|x - y| - E|x - x'| - E|y - y'| for samples X (n, D) and Y (m, D): 0 if they are alike (Szekely & Rizzo 2013)."""
    from scipy.spatial.distance import cdist, pdist

    if not (np.isfinite(X).all() and np.isfinite(Y).all()):
        return float("nan")
    n, m = len(X), len(Y)
    within = 2.0 * pdist(X).sum() / n**2 + 2.0 * pdist(Y).sum() / m**2
    return float(2.0 * cdist(X, Y).mean() - within)


def r2(Z: Array, y: Array) -> float:
    """1 - sum (y - Z)^2 / sum (y - mean y)^2, sums over examples and outputs; 0 if the targets never vary.

    Summed before dividing, so that of several outputs each weighs by its variance (a constant pixel doesn't count).
    """
    y = y.reshape(len(y), -1).astype(np.float64)
    residual = np.square(y - Z.reshape(len(y), -1)).sum()
    total = np.square(y - y.mean(0)).sum()
    return float(1.0 - residual / total) if total > 0.0 else 0.0
