"""Inputs brought to a common scale by what the training part alone shows, so that nothing leaks from the held-out part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.backends.operations import Array
from nntui.data.source import Scaling
from nntui.errors import DataError


@dataclass(frozen=True)
class Affine:
    """X -> (X - shift) / divisor, with shift and divisor broadcast over the examples."""

    shift: Array
    divisor: Array

    def __call__(self, X: Array) -> Array:
        """float32, C-contiguous; computed in X's own precision, so that large numbers with small differences survive."""
        work = np.result_type(X.dtype, np.float32)
        scaled = np.subtract(X, self.shift.astype(work), dtype=work)
        scaled /= self.divisor.astype(work)
        return np.ascontiguousarray(scaled, dtype=np.float32)


def fit(X: Array, kind: Scaling, joint: bool = False, keep: Array | None = None) -> Affine | None:
    """The scaling of training examples X (n, ...), feature by feature, or one for all if they share one unit (`joint`).

    Features marked in `keep` (shape of one example) stay as they are. Constant features are divided by 1. None for
    kind "none". Raises DataError if the numbers are too large to be squared.
    """
    if kind == "none":
        return None
    axes = tuple(range(X.ndim)) if joint else (0,)
    low, high = X.min(axes).astype(np.float64), X.max(axes).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        if kind == "standardize":
            shift, divisor = X.mean(axes, dtype=np.float64), X.std(axes, dtype=np.float64)
        else:
            shift, divisor = low, high - low
    if not np.isfinite(divisor).all():
        raise DataError(f"data: the numbers are too large to be scaled (up to {np.abs([low, high]).max():g}): use smaller units")
    # The computed deviation of a constant is often not 0 but a rounding error, and its mean not the constant itself.
    constant = low == high
    shift, divisor = np.where(constant, low, shift), np.where(constant | (divisor == 0.0), 1.0, divisor)
    if keep is not None:
        shift, divisor = np.where(keep, 0.0, shift), np.where(keep, 1.0, divisor)
    return Affine(shift, divisor)
