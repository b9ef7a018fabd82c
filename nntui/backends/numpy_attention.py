"""Scaled dot-product attention on the CPU, a few examples at a time on every core, so that what lies between two matrix
products is still in the cache.

Weights stand with keys before queries, (T, T) transposed: the softmax then goes down columns, whole rows at a time.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from nntui.backends.numpy_workers import Worker, parts, team
from nntui.backends.operations import Array

_NANOSECONDS = 3.0
"""What one number of the weights costs, products included; gradients twice that."""


@lru_cache(8)
def _ones(T: int, dtype: np.dtype[np.generic]) -> Array:
    return np.ones((1, T), dtype)


@lru_cache(8)
def _forbidden(T: int, dtype: np.dtype[np.generic]) -> Array:
    """-inf where a key comes after its query, (keys, queries); it becomes exactly 0 in the softmax."""
    return np.tril(np.full((T, T), -np.inf, dtype), -1)


def _largest(S: Array, worker: Worker) -> Array:
    """The maximum over keys (n, heads, 1, T): by halves, because NumPy's own goes through short rows one at a time."""
    n, heads, keys, T = S.shape
    half = keys // 2
    left = keys - half
    top = worker.array("half", (n, heads, left, T), S.dtype)
    np.maximum(S[:, :, :half], S[:, :, left:], out=top[:, :, :half])
    if left > half:
        np.copyto(top[:, :, half], S[:, :, half])
    while left > 1:
        half = left // 2
        left -= half
        np.maximum(top[:, :, :half], top[:, :, left : left + half], out=top[:, :, :half])
    return top[:, :, :1]


def attention(Q: Array, K: Array, V: Array, causal: bool, P: Array, out: Array) -> None:
    B, heads, T, d = Q.shape
    scale = d**-0.5
    ones, forbidden = _ones(T, P.dtype), _forbidden(T, P.dtype) if causal else None
    portions = parts(B, _NANOSECONDS * P.size)

    def job(worker: Worker, portion: int) -> None:
        some = slice(*portions[portion])
        S, n = P[some], portions[portion][1] - portions[portion][0]
        queries = worker.array("queries", (n, heads, d, T), P.dtype)
        np.multiply(Q[some].swapaxes(2, 3), scale, queries)
        np.matmul(K[some], queries, out=S)
        if forbidden is not None:
            np.add(S, forbidden, S)
        np.subtract(S, _largest(S, worker), S)
        np.exp(S, S)
        total = worker.array("total", (n, heads, 1, T), P.dtype)
        np.matmul(ones, S, out=total)
        np.reciprocal(total, total)
        np.multiply(S, total, S)
        np.matmul(S.swapaxes(2, 3), V[some], out=out[some])

    with team() as ours:
        ours.share(job, len(portions))


def attention_backward(Q: Array, K: Array, V: Array, P: Array, Y: Array, dY: Array, dQ: Array, dK: Array, dV: Array) -> None:
    B, heads, T, d = Q.shape
    scale = d**-0.5
    ones = _ones(d, P.dtype).reshape(d)
    portions = parts(B, 2.0 * _NANOSECONDS * P.size)

    def job(worker: Worker, portion: int) -> None:
        some = slice(*portions[portion])
        n = portions[portion][1] - portions[portion][0]
        weights, signal = P[some], dY[some]
        # sum_k P_k dP_k = Y . dY: one number per query from what is d wide instead of T (Dao et al. 2022, appendix B.2).
        product, drawn = worker.array("product", (n, heads, T, d), P.dtype), worker.array("total", (n, heads, 1, T), P.dtype)
        np.multiply(Y[some], signal, product)
        product.reshape(-1, d).dot(ones, drawn.reshape(-1))
        np.multiply(drawn, scale, drawn)
        across = worker.array("queries", (n, heads, d, T), P.dtype)
        np.multiply(signal.swapaxes(2, 3), scale, across)
        dS = worker.array("dS", (n, heads, T, T), P.dtype)
        np.matmul(weights, signal, out=dV[some])
        np.matmul(V[some], across, out=dS)
        np.subtract(dS, drawn, dS)
        np.multiply(dS, weights, dS)
        np.matmul(dS.swapaxes(2, 3), K[some], out=dQ[some])
        np.matmul(dS, Q[some], out=dK[some])

    with team() as ours:
        ours.share(job, len(portions))
