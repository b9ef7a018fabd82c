"""Matrix products on all cores: cut across whichever axis leaves the pieces closest to square.

Pieces are made by whoever comes first, each with BLAS on one core, and what is added to a product is added while it is in
the cache.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nntui.backends.numpy_workers import Worker, team
from nntui.backends.operations import Array

SMALL = 1 << 13
"""Numbers of the first factor below which one core is enough, whatever the second is."""
WORTH = 5_000_000
"""Multiplications that are worth waking another thread for: a tenth of a millisecond."""
LONG = 512
"""Rows or columns of a product that may be cut into more pieces than there are threads: so long pieces cost nothing."""
SHORT = 128
"""Rows and columns of a product below which it is rather cut into sums, if those are long."""


def matmul(A: Array, B: Array, out: Array) -> None:
    if A.size < SMALL or A.size * B.shape[1] < 2 * WORTH:
        A.dot(B, out)
    else:
        _spread(A, B, None, out)


def affine(X: Array, W: Array, b: Array, out: Array) -> None:
    if X.size < SMALL or X.size * W.shape[1] < 2 * WORTH:
        X.dot(W, out)
        np.add(out, b, out)
    else:
        _spread(X, W, b, out)


def matmul_transposed_left(A: Array, B: Array, out: Array) -> None:
    if A.size < SMALL or A.size * B.shape[1] < 2 * WORTH:
        A.T.dot(B, out)
    else:
        _spread(A.T, B, None, out)


def matmul_transposed_right(A: Array, B: Array, out: Array) -> None:
    if A.size < SMALL or A.size * B.shape[0] < 2 * WORTH:
        A.dot(B.T, out)
    else:
        _spread(A, B.T, None, out)


def _spread(A: Array, B: Array, b: Array | None, out: Array) -> None:
    """out = A B, + b if there is one."""
    (M, K), N = A.shape, B.shape[1]
    with team() as ours:
        most = min(ours.threads, M * K * N // WORTH)
        if most < 2:
            _piece(A, B, b, out)
        elif max(M, N) < SHORT and 4 * most * max(M, N) <= K:
            _sums(A, B, out, most, ours.worker.array("sums", (most - 1, M, N), out.dtype), ours.share)
            if b is not None:
                np.add(out, b, out)
        elif M >= N:
            cuts = _cuts(M, most)
            ours.share(lambda _, i: _piece(A[cuts[i]], B, b, out[cuts[i]]), len(cuts))
        else:
            cuts = _cuts(N, most)
            ours.share(lambda _, i: _piece(A, B[:, cuts[i]], b if b is None else b[cuts[i]], out[:, cuts[i]]), len(cuts))


def _piece(A: Array, B: Array, b: Array | None, out: Array) -> None:
    np.matmul(A, B, out=out)
    if b is not None:
        np.add(out, b, out)


def _sums(A: Array, B: Array, out: Array, count: int, others: Array, share: Callable[[Callable[[Worker, int], None], int], None]) -> None:
    """out = A B as a sum of `count` products, the first in out, the rest in others, added in their order."""
    K = len(B)
    cuts = [slice(K * i // count, K * (i + 1) // count) for i in range(count)]
    share(lambda _, i: _piece(A[:, cuts[i]], B[cuts[i]], None, others[i - 1] if i else out), count)
    for other in others:
        np.add(out, other, out)


def _cuts(length: int, threads: int) -> list[slice]:
    """0 ... length in pieces, one for each thread, or two if they are long enough: then nobody waits long for another."""
    count = 2 * threads if length >= 2 * threads * LONG else threads
    return [slice(length * i // count, length * (i + 1) // count) for i in range(count)]
