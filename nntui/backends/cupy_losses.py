"""Losses on a GPU: the mean over examples, and its gradient."""

from __future__ import annotations

from nntui.backends.cupy_device import by_rows, elementwise, total
from nntui.backends.operations import Array

# dZ = (P - onehot) / N: the label of row i / D has its logit at index.
_cross_entropy_backward = elementwise(
    "cross_entropy_backward", "T P, raw int64 index, int64 D, T share", "T dZ",
    "dZ = (index[i / D] == i ? P - T(1) : P) * share",
)  # fmt: skip


def softmax_cross_entropy(Z: Array, index: Array, P: Array, row: Array, picked: Array, value: Array) -> None:
    n = picked.size
    by_rows("cross_entropy", n, Z.shape[-1], Z, index, P, picked)
    total("sum", n, 1.0 / n, value, picked)


def softmax_cross_entropy_backward(P: Array, index: Array, picked: Array, dZ: Array) -> None:
    _cross_entropy_backward(P, index, P.shape[-1], 1.0 / picked.size, dZ)


def sigmoid_cross_entropy(Z: Array, T: Array, P: Array, scratch: Array, value: Array) -> None:
    total("sigmoid_cross_entropy", Z.size, 1.0 / Z.size, value, Z, T, P)


def squared_error(Z: Array, T: Array, difference: Array, value: Array) -> None:
    total("squared_error", Z.size, 1.0 / Z.size, value, Z, T, difference)


def absolute_error(Z: Array, T: Array, difference: Array, scratch: Array, value: Array) -> None:
    total("absolute_error", Z.size, 1.0 / Z.size, value, Z, T, difference)


_sign = elementwise("sign", "T A", "T Y", "Y = A > T(0) ? T(1) : A < T(0) ? T(-1) : A")


def sign(A: Array, out: Array) -> None:
    _sign(A, out)
