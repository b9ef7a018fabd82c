"""Sums of rows that belong to the same id on the CPU: by sorting, 5 to 10 times faster than adding at indices."""

from __future__ import annotations

import numpy as np

from nntui.backends.operations import Array


def scatter(ids: Array, A: Array, out: Array, positions: Array, order: Array, gathered: Array, sums: Array) -> None:
    bits = (len(ids) - 1).bit_length()
    # Id and position in one number: it can be sorted in place, and equal ids keep their order.
    np.left_shift(ids, bits, order)
    np.bitwise_or(order, positions, order)
    order.sort()
    np.bitwise_and(order, (1 << bits) - 1, order)
    A.take(order, 0, gathered, "clip")
    counts = np.bincount(ids, minlength=len(out))
    named = counts.nonzero()[0]
    counts = counts[named]
    totals = sums[: len(named)]
    np.add.reduceat(gathered, counts.cumsum() - counts, axis=0, out=totals)
    out.fill(0.0)
    out[named] = totals
