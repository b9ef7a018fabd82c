"""Which examples are learned from and which are held out."""

from __future__ import annotations

import numpy as np

from nntui.backends.operations import Array


def split(n: int, share: float, labels: Array | None, rng: np.random.Generator) -> tuple[Array, Array]:
    """Indices of the training part and of the validation part, each shuffled; together every example once.

    `share` of n is held out, rounded up, but at least one example stays for training. With labels (n,) every class gives
    its share, to within one example, and keeps at least one example for training.
    """
    order = rng.permutation(n)
    wanted = min(int(np.ceil(n * share - 1e-9)), n - 1)  # 0.07 * 100 is a little more than 7
    if wanted <= 0:
        return order, order[:0]
    if labels is None:
        return order[wanted:], order[:wanted]
    return _stratified(order, wanted, labels)


def _stratified(order: Array, wanted: int, labels: Array) -> tuple[Array, Array]:
    shuffled = labels[order]
    classes, sizes = np.unique(shuffled, return_counts=True)
    exact = wanted * sizes / len(order)
    quota = np.minimum(np.floor(exact).astype(np.int64), sizes - 1)
    # The largest remainders get what rounding down left over; of equal ones the larger class, which can spare it.
    for index in np.lexsort((-sizes, -(exact - quota))):
        if quota.sum() == wanted:
            break
        if quota[index] < sizes[index] - 1:
            quota[index] += 1
    held = np.zeros(len(order), dtype=bool)
    for label, take in zip(classes, quota, strict=True):
        held[np.flatnonzero(shuffled == label)[:take]] = True
    return order[~held], order[held]
