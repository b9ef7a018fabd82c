"""Losses on a GPU: the mean over examples, and its gradient."""

from __future__ import annotations

from nntui.backends.cupy_device import buffer, by_rows, elementwise, total
from nntui.backends.operations import Array

_label_index = elementwise("label_index", "T label, T offset", "T index", "index = offset + (label > T(0) ? label : T(0))")
_unmasked = elementwise("unmasked", "int64 label", "T weight", "weight = label >= 0 ? T(1) : T(0)")
_masked_losses = elementwise(
    "masked_losses", "raw T count", "T weight, T loss",
    "weight /= count[0] > T(1) ? count[0] : T(1); loss *= weight",
)  # fmt: skip
_weighted_cross_entropy_backward = elementwise(
    "weighted_cross_entropy_backward", "T P, raw int64 index, raw T weight, int64 D", "T dZ",
    "dZ = (index[i / D] == i ? P - T(1) : P) * weight[i / D]",
)  # fmt: skip

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


def label_index(labels: Array, offsets: Array, out: Array) -> None:
    _label_index(labels, offsets, out)


def masked_mean(labels: Array, losses: Array, weight: Array, value: Array) -> None:
    _unmasked(labels, weight)
    count = buffer("count", 1, weight.dtype)
    total("sum", weight.size, 1.0, count, weight)
    _masked_losses(count, weight, losses)
    total("sum", weight.size, 1.0, value, losses)


def weighted_cross_entropy_backward(P: Array, index: Array, weight: Array, picked: Array, dZ: Array) -> None:
    _weighted_cross_entropy_backward(P, index, weight, P.shape[-1], dZ)


def sigmoid_cross_entropy(Z: Array, T: Array, P: Array, scratch: Array, value: Array) -> None:
    total("sigmoid_cross_entropy", Z.size, 1.0 / Z.size, value, Z, T, P)


def squared_error(Z: Array, T: Array, difference: Array, value: Array) -> None:
    total("squared_error", Z.size, 1.0 / Z.size, value, Z, T, difference)


def absolute_error(Z: Array, T: Array, difference: Array, scratch: Array, value: Array) -> None:
    total("absolute_error", Z.size, 1.0 / Z.size, value, Z, T, difference)


_sign = elementwise("sign", "T A", "T Y", "Y = A > T(0) ? T(1) : A < T(0) ? T(-1) : A")


def sign(A: Array, out: Array) -> None:
    _sign(A, out)
