"""Sums of rows that belong to the same id on a GPU: ids sorted with their places, then added up segment by segment.

Written without a GPU at hand: tests compile these kernels for the CPU and compare them with NumPy. No atomics: the same
inputs give the same bits.
"""

from __future__ import annotations

import math

from nntui.backends.cupy_device import elementwise
from nntui.backends.cupy_sorting import sort
from nntui.backends.operations import Array

_keys = elementwise("id_keys", "T id, T place, T places", "T key", "key = id * places + place")

# The sorted rows are cut into tiles, so that one id in every place - padding - doesn't keep one thread busy alone. Row k
# of `piece` is the sum of the rows of one id in one tile if k is the first of them there; the others stay as they were.
_pieces = elementwise(
    "id_pieces", "raw T A, raw int64 keys, int64 bits, int64 N, int64 D, int64 tile", "T piece",
    """
    long long k = i / D, end = (k / tile + 1) * tile, id = keys[k] >> bits;
    if (k % tile == 0 || keys[k - 1] >> bits != id) {
      T sum = 0;
      for (; k < end && k < N && keys[k] >> bits == id; ++k) sum += A[(keys[k] & ((1ll << bits) - 1)) * D + i % D];
      piece = sum;
    }
    """,
)  # fmt: skip
# The first row of an id takes the pieces of the tiles after it. An id that isn't in the table would write elsewhere.
_segments = elementwise(
    "id_segments", "T piece, raw T pieces, raw int64 keys, int64 bits, int64 N, int64 D, int64 tile, int64 rows", "raw T out",
    """
    long long k = i / D, id = keys[k] >> bits;
    if ((k == 0 || keys[k - 1] >> bits != id) && id >= 0 && id < rows) {
      T sum = piece;
      for (k = (k / tile + 1) * tile; k < N && keys[k] >> bits == id; k += tile) sum += pieces[k * D + i % D];
      out[id * D + i % D] = sum;
    }
    """,
)  # fmt: skip


def scatter(ids: Array, A: Array, out: Array, positions: Array, order: Array, gathered: Array, sums: Array) -> None:
    N, D = A.shape
    bits = (N - 1).bit_length()
    tile = max(32, math.isqrt(N))  # as many rows in a tile as tiles: a thread adds up to twice that
    _keys(ids, positions, 1 << bits, order)
    sort(order)
    _pieces(A, order, bits, N, D, tile, gathered)
    out.fill(0.0)
    _segments(gathered, gathered, order, bits, N, D, tile, len(out), out)
