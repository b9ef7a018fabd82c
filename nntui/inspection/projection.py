"""Many numbers per thing drawn as two: principal components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nntui.backends.operations import Array


@dataclass(frozen=True, eq=False)
class Projection:
    """Points in the plane in which they differ most."""

    points: Array
    """(n, 2) float64, mean 0 unless they are as they were."""
    shares: tuple[float, float]
    """Of all variance, along each axis; together 1 if nothing was lost."""
    rotated: bool
    """Whether axes are principal components; else they are the things' own two numbers."""


def project(X: Array) -> Projection:
    """Rows of X (n, D) in two dimensions: as they are if D <= 2, else on the first two right singular vectors of X - mean.

    Of the two signs that each vector may have, the one whose largest component is positive.
    """
    X = np.nan_to_num(X.reshape(len(X), -1).astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    centred = X - X.mean(0)
    total = float(np.square(centred).sum())
    if X.shape[1] <= 2:
        points = np.zeros((len(X), 2))
        points[:, : X.shape[1]] = X
        own = np.square(centred).sum(0) / total if total > 0.0 else np.zeros(X.shape[1])
        return Projection(points, (float(own[0]), float(own[1]) if len(own) > 1 else 0.0), False)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:2]
    axes *= np.where(axes[np.arange(len(axes)), np.abs(axes).argmax(1)] < 0.0, -1.0, 1.0)[:, None]
    points = np.zeros((len(X), 2))
    points[:, : len(axes)] = centred @ axes.T
    shares = np.zeros(2)
    shares[: len(axes)] = np.square(singular[:2]) / total if total > 0.0 else 0.0
    return Projection(points, (float(shares[0]), float(shares[1])), True)
