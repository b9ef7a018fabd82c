"""Matrix products cut into small ones where BLAS is faster at them.

OpenBLAS multiplies matrices as they lie in memory if there is little to do, and otherwise copies them into another order
first. On processors with AVX-512 the first way is up to a quarter faster (with few columns, twice), so a large product is
handed over as many small ones, some rows each, in one call. They also need no threads that wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from nntui.backends.numpy_workers import blas
from nntui.backends.operations import Array

ARCHITECTURES = frozenset({"SkylakeX", "Cooperlake", "SapphireRapids"})
"""What OpenBLAS calls processors for which it has small kernels."""
SMALL = 1_000_000
"""Multiplications up to which OpenBLAS uses them."""
FEWEST = 4
"""Rows that a kernel computes at once."""
FEWEST_TRANSPOSED = 12
"""The same if the rows lie as columns in memory."""


@cache
def small_kernels() -> bool:
    """Whether NumPy's BLAS has them here."""
    library = blas()
    return library is not None and getattr(library, "architecture", None) in ARCHITECTURES


def product(A: Array, B: Array, out: Array) -> None:
    """out = A B for matrices (groups, n, K) (groups, K, N), in portions of n if that is faster; none is copied.

    Rows may be strided, or columns be rows (a transposed view); B is best contiguous.
    """
    groups, n, K = A.shape
    N = B.shape[2]
    if K == 1:  # BLAS is slow at it
        np.multiply(A, B, out=out)
        return
    rows = SMALL // (K * N) // FEWEST * FEWEST if small_kernels() else 0
    if rows >= n or rows < (FEWEST if A.strides[2] <= A.strides[1] else FEWEST_TRANSPOSED):
        np.matmul(A, B, out=out)
        return
    head = n - n % rows
    some, into = A[:, :head].reshape(groups, -1, rows, K), out[:, :head].reshape(groups, -1, rows, N)
    np.matmul(some, B[:, None], out=into)
    if head < n:
        np.matmul(A[:, head:], B, out=out[:, head:])


def stretches(K: int, N: int) -> Iterator[slice]:
    """0 ... K in stretches, so that a transposed A (n, stretch) times B (stretch, N) can be cut into small products."""
    most = SMALL // (FEWEST_TRANSPOSED * N) if small_kernels() else 0
    count = -(-K // most) if most else 1
    return (slice(K * i // count, K * (i + 1) // count) for i in range(count))
