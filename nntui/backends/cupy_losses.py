"""Losses on a GPU: the mean over examples, and its gradient."""

from __future__ import annotations

import numpy as np

from nntui.backends.cupy_device import buffer, by_rows, elementwise, total
from nntui.backends.cupy_device import total as sum_of
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


def soft_cross_entropy(Z: Array, T: Array, P: Array, row: Array, scratch: Array, sums: Array, losses: Array) -> None:
    by_rows("soft_cross_entropy", *Z.shape, Z, T, P, sums, losses)


# A total of 0 means that nothing is asked.
_soft_backward = elementwise(
    "soft_cross_entropy_backward", "T P, T asked, raw T sums, raw T total, int64 D", "T dZ",
    "dZ = total[0] == T(0) ? T(0) : (sums[i / D] * P - asked) / total[0]",
)  # fmt: skip
_ratio = elementwise("ratio", "raw T total", "T value", "value = total[0] == T(0) ? T(0) : value / total[0]")
_weigh = elementwise(
    "weigh", "raw T total", "T weight, T loss",
    "weight = total[0] == T(0) ? T(0) : weight / total[0]; loss *= weight",
)  # fmt: skip
_weighted_sigmoid_losses = elementwise(
    "weighted_sigmoid_losses", "T Z, T asked, T no, T yes", "T P, T weight, T loss",
    """
    T z = Z, t = asked;
    P = T(0.5) * tanh(T(0.5) * z) + T(0.5);
    weight = no + (yes - no) * t;
    loss = (z < T(0) ? T(0) : z) - z * t + log1p(exp(-fabs(z)));
    """,
)  # fmt: skip
_focal = elementwise(
    "focal", "T loss, T gamma, T least", "T weight, T share",
    """
    T p = exp(-loss), q = -expm1(-loss);
    q = q < least ? least : q;
    T w = weight * pow(q, gamma);
    share = w * loss;
    weight = w * (T(1) + gamma * p * loss / q);
    """,
)  # fmt: skip
_missing = elementwise(
    "missing", "raw T Z, raw int64 index, T margin, int64 D", "T missing",
    """
    T right = Z[index[i / D]], lead = Z[i] - right + margin;
    missing = index[i / D] == i ? T(0) * right : lead < T(0) ? T(0) : lead;
    """,
)  # fmt: skip
_huber = elementwise(
    "huber", "T Z, T asked, T delta", "T cut, T loss",
    "T d = Z - asked, c = d < -delta ? -delta : d > delta ? delta : d; cut = c; loss = c * (d - T(0.5) * c)",
)  # fmt: skip
_product = elementwise("product", "T A, T B", "T C", "C = A * B")
_as_labels = elementwise("as_labels", "T source", "int64 label", "label = (long long)source")


def soft_cross_entropy_backward(P: Array, T: Array, sums: Array, total: Array, dZ: Array) -> None:
    _soft_backward(P, T, sums, total, P.shape[-1], dZ)


def ratio_of_sums(A: Array, B: Array, total: Array, value: Array) -> None:
    sum_of("sum", B.size, 1.0, total, B)
    sum_of("sum", A.size, 1.0, value, A)
    _ratio(total, value)


def entropy(T: Array, scratch: Array, out: Array) -> None:
    by_rows("entropy", *T.shape, T, out)


def weighted_sigmoid_cross_entropy(
    Z: Array, T: Array, no: float, yes: float, P: Array, weight: Array, scratch: Array, total: Array, value: Array
) -> None:
    _weighted_sigmoid_losses(Z, T, no, yes, P, weight, scratch)
    sum_of("sum", weight.size, 1.0, total, weight)
    _weigh(total, weight, scratch)
    sum_of("sum", scratch.size, 1.0, value, scratch)


def focal(losses: Array, gamma: float, weight: Array, q: Array, scratch: Array, value: Array) -> None:
    _focal(losses, gamma, float(np.finfo(losses.dtype).tiny), weight, scratch)
    sum_of("sum", scratch.size, 1.0, value, scratch)


def hinge(Z: Array, index: Array, margin: float, squared: bool, missing: Array, picked: Array, value: Array) -> None:
    _missing(Z, index, margin, Z.shape[-1], missing)
    sum_of("sum_of_squares" if squared else "sum", missing.size, 1.0 / missing.size, value, missing)


def hinge_backward(missing: Array, index: Array, squared: bool, picked: Array, dZ: Array) -> None:
    by_rows("hinge_squared_backward" if squared else "hinge_backward", *missing.shape, missing, index, dZ)


def huber(Z: Array, T: Array, delta: float, cut: Array, scratch: Array, value: Array) -> None:
    _huber(Z, T, delta, cut, scratch)
    sum_of("sum", scratch.size, 1.0 / scratch.size, value, scratch)


def hebbian(Z: Array, T: Array, scratch: Array, value: Array) -> None:
    _product(Z, T, scratch)
    sum_of("sum", scratch.size, -1.0 / scratch.size, value, scratch)


def as_labels(source: Array, out: Array) -> None:
    _as_labels(source, out)
