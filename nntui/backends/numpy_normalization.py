"""Normalization over some of an example's own axes on the CPU: layer, instance and group norm are one function.

X is seen as (A, P, G, S): A examples (or positions that stand for themselves), P positions and S channels that are
normalized together, G groups apart. Sums over rows of numbers are matrix-vector products: several times faster than
NumPy's reductions over a short last axis.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from nntui.backends.numpy_workers import side_by_side
from nntui.backends.operations import Array

MANY = 1 << 16
"""Numbers that are worth more than one core."""
PASSES = 20
"""What it all costs, in passes over an array: several go through short rows."""


@cache
def _weights(n: int, value: float, dtype: np.dtype[np.generic]) -> Array:
    return np.full(n, value, dtype)


def _mean(X: Array, group: Array, spread: Array) -> Array:
    """The mean of every group (A, G), left in `group`, in a shape that broadcasts against the array it is taken from."""
    A, P, G, S = X.shape
    if P == 1 or G == 1:  # a group is one piece of memory
        rows = X.reshape(A * G, P * S)
        column = group.reshape(-1)
        rows.dot(_weights(P * S, 1.0 / (P * S), X.dtype), column)
        return column[:, None]
    sums = spread.reshape(A, 1, G * S)
    np.matmul(_weights(P, 1.0 / (P * S), X.dtype)[None], X.reshape(A, P, G * S), sums)
    if S > 1:
        spread.reshape(A * G, S).dot(_weights(S, 1.0, X.dtype), group.reshape(-1))
    else:
        np.copyto(group, spread.reshape(A, G))
    return _spread(group, spread)


def _spread(group: Array, spread: Array) -> Array:
    """A number per group as one per channel (A, 1, G S): broadcasting over S alone would loop over a few numbers at a time."""
    np.copyto(spread, group[:, :, None])
    return spread.reshape(len(group), 1, -1)


def _alike(X: Array) -> Array:
    """X in the shape that `_mean` broadcasts against."""
    A, P, G, S = X.shape
    return X.reshape(A * G, P * S) if P == 1 or G == 1 else X.reshape(A, P, G * S)


def _per_group(value: Array, X: Array, spread: Array) -> Array:
    """`value` (A, G) in a shape that broadcasts against `_alike(X)`."""
    _, P, G, _ = X.shape
    return value.reshape(-1, 1) if P == 1 or G == 1 else _spread(value, spread)


def normalize_groups(X: Array, epsilon: float, N: Array, inverse_std: Array, group: Array, spread: Array, scratch: Array) -> None:
    def normalize(X: Array, N: Array, inverse_std: Array, group: Array, scratch: Array, spread: Array = spread) -> None:
        flat = _alike(N)
        np.subtract(_alike(X), _mean(X, group, spread), flat)
        np.multiply(N, N, scratch)
        _mean(scratch, inverse_std, spread)
        np.add(inverse_std, epsilon, inverse_std)
        np.sqrt(inverse_std, inverse_std)
        np.reciprocal(inverse_std, inverse_std)
        np.multiply(flat, _per_group(inverse_std, X, spread), flat)

    _by_example(normalize, (X, N, inverse_std, group, scratch), spread)


def normalize_groups_backward(N: Array, dN: Array, inverse_std: Array, out: Array, group: Array, spread: Array, scratch: Array) -> None:
    def normalize_backward(
        N: Array, dN: Array, inverse_std: Array, out: Array, group: Array, scratch: Array, spread: Array = spread
    ) -> None:
        flat, product = _alike(out), _alike(scratch)
        np.multiply(dN, N, scratch)
        np.multiply(_alike(N), _mean(scratch, group, spread), product)
        np.subtract(_alike(dN), _mean(dN, group, spread), flat)
        np.subtract(flat, product, flat)
        np.multiply(flat, _per_group(inverse_std, N, spread), flat)

    _by_example(normalize_backward, (N, dN, inverse_std, out, group, scratch), spread)


def _by_example(compute: Callable[..., None], arrays: tuple[Array, ...], spread: Array) -> None:
    """compute(*arrays, spread), some examples at a time side by side if they are many; spread is used by groups that lie apart."""
    X = arrays[0]
    if len(spread) == len(X):
        arrays = (*arrays, spread)
    if X.size < MANY:
        compute(*arrays)
    else:
        side_by_side(compute, *arrays, passes=PASSES)
