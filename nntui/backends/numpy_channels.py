"""Batch normalization and other operations with a number per channel (the last axis) on the CPU.

A few rows at a time go through all passes while they are in the cache, large arrays on all cores. NumPy's inner loop
runs along the last axis, and over a dozen channels it costs more than its arithmetic; so some rows are seen as one wide
row, against which every channel's number is repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np

from nntui.backends.numpy_workers import PASS, Worker, parts, team
from nntui.backends.operations import Array

SMALL = 1 << 16
"""Numbers below which waking another thread, or taking them bit by bit, isn't worth it."""
BLOCK = 1 << 18
"""Numbers of an array that go through all passes together: few enough for the caches, enough to make calls worth while."""
WIDTH = 1 << 13
"""Numbers of a wide row: a pass over it takes many times as long as its call."""
NARROW = 1 << 10
"""Numbers of the rows that are summed: their sums stay close to the core."""
ALONE = 1 << 18
"""Numbers up to which BLAS multiplies a vector and a matrix on one core: beyond, its threads wait for each other."""


@cache
def _ones(n: int, dtype: np.dtype[np.generic]) -> Array:
    return np.ones(n, dtype)


def sum_rows(A: Array, out: Array) -> None:
    if A.size <= ALONE:
        _ones(A.shape[0], A.dtype).dot(A, out)  # a matrix-vector product beats a reduction over the first axis
    else:
        _summed(_sum, (A,), (), (out,), 1)


def scale_shift(X: Array, gamma: Array, beta: Array, out: Array) -> None:
    if X.size < SMALL:
        np.multiply(X, gamma, out)
        np.add(out, beta, out)
    else:
        _walk(_scale_shift, (X, out), (gamma, beta), 2)


def column_moments(X: Array, mean: Array, variance: Array, scratch: Array) -> None:
    share = 1.0 / X.shape[0]
    sum_rows(X, mean)
    np.multiply(mean, share, mean)
    if X.size < SMALL:
        np.subtract(X, mean, scratch)
        np.multiply(scratch, scratch, scratch)
        sum_rows(scratch, variance)
    else:
        _summed(_squares, (X,), (mean,), (variance,), 2)
    np.multiply(variance, share, variance)


def normalize_columns(X: Array, mean: Array, inverse_std: Array, gamma: Array, beta: Array, out: Array, rows: Array) -> None:
    scale, offset = rows  # one product and one sum: X itself was rounded as much as gamma X / std is
    np.multiply(inverse_std, gamma, scale)
    np.multiply(mean, scale, offset)
    np.subtract(beta, offset, offset)
    scale_shift(X, scale, offset, out)


def normalize_columns_sums(X: Array, dY: Array, mean: Array, inverse_std: Array, dgamma: Array, dbeta: Array, scratch: Array) -> None:
    if X.size < SMALL:
        np.subtract(X, mean, scratch)
        np.multiply(scratch, dY, scratch)
        sum_rows(scratch, dgamma)
        sum_rows(dY, dbeta)
    else:
        _summed(_products, (X, dY), (mean,), (dgamma, dbeta), 3)
    np.multiply(dgamma, inverse_std, dgamma)


def normalize_columns_backward(
    X: Array, dY: Array, mean: Array, inverse_std: Array, gamma: Array, dgamma: Array, dbeta: Array, out: Array, rows: Array
) -> None:
    slope, offset, scale = rows  # out = scale (slope X + dY + offset)
    share = -1.0 / X.shape[0]
    np.multiply(dgamma, inverse_std, slope)
    np.multiply(slope, share, slope)
    np.multiply(dbeta, share, offset)
    np.multiply(mean, slope, scale)
    np.subtract(offset, scale, offset)
    np.multiply(gamma, inverse_std, scale)
    if X.size < SMALL:
        _backward(X, dY, out, slope, offset, scale)
    else:
        _walk(_backward, (X, dY, out), (slope, offset, scale), 4)


# -- what is done to a few rows ------------------------------------------------------------------------------------------------


def _scale_shift(X: Array, out: Array, gamma: Array, beta: Array) -> None:
    np.multiply(X, gamma, out)
    np.add(out, beta, out)


def _backward(X: Array, dY: Array, out: Array, slope: Array, offset: Array, scale: Array) -> None:
    np.multiply(X, slope, out)
    np.add(out, dY, out)
    np.add(out, offset, out)
    np.multiply(out, scale, out)


def _sum(worker: Worker, A: Array, out: Array) -> None:
    rows = A.reshape(-1, len(out))
    _ones(len(rows), A.dtype).dot(rows, out)


def _squares(worker: Worker, X: Array, mean: Array, out: Array) -> None:
    centered = worker.array("centered", X.shape, X.dtype)
    np.subtract(X, mean, centered)
    _dot(centered, centered, out)


def _products(worker: Worker, X: Array, dY: Array, mean: Array, products: Array, sums: Array) -> None:
    centered = worker.array("centered", X.shape, X.dtype)
    np.subtract(X, mean, centered)
    _dot(centered, dY, products)
    _sum(worker, dY, sums)


def _dot(A: Array, B: Array, out: Array) -> None:
    """The sums of A B over rows as long as out."""
    np.einsum("ij,ij->j", A.reshape(-1, len(out)), B.reshape(-1, len(out)), out=out)


# -- a few rows at a time --------------------------------------------------------------------------------------------------------


def _walk(compute: Callable[..., None], arrays: tuple[Array, ...], vectors: tuple[Array, ...], passes: int) -> None:
    """compute(*rows of the arrays (N, D), *vectors (D,)) for all rows; on rows so wide that every array is (n, k D)."""
    k, _, portions = _cut(*arrays[0].shape, passes)
    rows = [_wide(A, k) for A in arrays]
    with team() as ours:
        repeated = [_repeated(ours.worker, i, vector, k) for i, vector in enumerate(vectors)]

        def job(worker: Worker, portion: int) -> None:
            for some in portions[portion]:
                compute(*(A[some] for A in rows), *repeated)

        ours.share(job, len(portions))
    rest = len(arrays[0]) % k
    if rest:
        compute(*(A[-rest:] for A in arrays), *vectors)


def _summed(
    compute: Callable[..., None], arrays: tuple[Array, ...], vectors: tuple[Array, ...], sums: tuple[Array, ...], passes: int
) -> None:
    """The sums over all rows of what compute(worker, *rows, *vectors, *sums) gives for some: sums of narrower rows, side by side."""
    k, width, portions = _cut(*arrays[0].shape, passes)
    rows, dtype = [_wide(A, k) for A in arrays], sums[0].dtype
    with team() as ours:
        repeated = [_repeated(ours.worker, i, vector, k) for i, vector in enumerate(vectors)]
        totals = ours.worker.array("totals", (len(sums), len(portions), width), dtype)

        def job(worker: Worker, portion: int) -> None:
            own = totals[:, portion]
            part = worker.array("part", (len(sums), width), dtype)
            for number, some in enumerate(portions[portion]):
                compute(worker, *(A[some] for A in rows), *repeated, *(part if number else own))
                if number:
                    np.add(own, part, own)

        ours.share(job, len(portions))
        rest = len(arrays[0]) % k
        for out, total in zip(sums, totals.reshape(len(sums), -1, len(sums[0])), strict=True):
            _ones(len(total), dtype).dot(total, out)
        if rest:
            part = ours.worker.array("part", (len(sums), len(sums[0])), dtype)
            compute(ours.worker, *(A[-rest:] for A in arrays), *vectors, *part)
            for out, some in zip(sums, part, strict=True):
                np.add(out, some, out)


@lru_cache(maxsize=256)
def _cut(N: int, D: int, passes: int) -> tuple[int, int, list[list[slice]]]:
    """How many rows make a wide one; the length of narrow ones; which wide rows are taken together: parts, each in blocks."""
    few = max(1, min(NARROW // D, N))
    k = few * max(1, min(WIDTH // (few * D), N // few))
    step = max(1, BLOCK // (k * D))
    portions = parts(N // k, N * D * passes * PASS)
    return k, few * D, [[slice(start, min(start + step, last)) for start in range(first, last, step)] for first, last in portions]


def _wide(A: Array, k: int) -> Array:
    """All whole groups of k rows, each as one, (N // k, k D); a view."""
    N, D = A.shape
    return A[: N - N % k].reshape(N // k, k * D)


def _repeated(worker: Worker, number: int, vector: Array, k: int) -> Array:
    """A vector k times in a row."""
    made = worker.array(f"vector {number}", (k, len(vector)), vector.dtype)
    made[...] = vector
    return made.reshape(-1)
