"""Losses on the CPU: the mean over examples, and its gradient."""

from __future__ import annotations

import numpy as np

from nntui.backends.numpy_activations import sigmoid
from nntui.backends.operations import Array


def softmax_cross_entropy(Z: Array, index: Array, P: Array, row: Array, picked: Array, value: Array) -> None:
    np.maximum.reduce(Z, axis=-1, keepdims=True, out=row)
    np.subtract(Z, row, P)
    P.take(index, None, picked, "clip")
    np.exp(P, P)
    np.add.reduce(P, axis=-1, keepdims=True, out=row)
    np.divide(P, row, P)
    np.log(row, row)
    np.subtract(row.reshape(-1), picked, picked)
    np.add.reduce(picked, axis=0, keepdims=True, out=value)
    value[0] /= len(picked)


def softmax_cross_entropy_backward(P: Array, index: Array, picked: Array, dZ: Array) -> None:
    share = 1.0 / len(picked)
    P.take(index, None, picked, "clip")
    np.subtract(picked, 1.0, picked)
    np.multiply(picked, share, picked)
    np.multiply(P, share, dZ)
    dZ.put(index, picked, "clip")


def label_index(labels: Array, offsets: Array, out: Array) -> None:
    np.maximum(labels, 0, out=out)
    np.add(out, offsets, out)


def masked_mean(labels: Array, losses: Array, weight: Array, value: Array) -> None:
    np.greater_equal(labels, 0, out=weight)
    count = float(np.add.reduce(weight))
    np.multiply(weight, 1.0 / max(count, 1.0), weight)
    value[0] = weight.dot(losses)


def weighted_cross_entropy_backward(P: Array, index: Array, weight: Array, picked: Array, dZ: Array) -> None:
    P.take(index, None, picked, "clip")
    np.subtract(picked, 1.0, picked)
    np.multiply(picked, weight, picked)
    np.multiply(P, weight[:, None], dZ)
    dZ.put(index, picked, "clip")


def _sigmoid_losses(Z: Array, T: Array, P: Array, out: Array) -> None:
    np.absolute(Z, out)
    np.negative(out, out)
    np.exp(out, out)
    np.log1p(out, out)
    np.maximum(Z, 0.0, out=P)
    np.add(out, P, out)
    np.multiply(Z, T, P)
    np.subtract(out, P, out)


def sigmoid_cross_entropy(Z: Array, T: Array, P: Array, scratch: Array, value: Array) -> None:
    _sigmoid_losses(Z, T, P, scratch)
    value[0] = np.add.reduce(scratch, axis=None) / Z.size
    sigmoid(Z, P)


def squared_error(Z: Array, T: Array, difference: Array, value: Array) -> None:
    np.subtract(Z, T, difference)
    flat = difference.reshape(-1)
    value[0] = flat.dot(flat) / Z.size


def absolute_error(Z: Array, T: Array, difference: Array, scratch: Array, value: Array) -> None:
    np.subtract(Z, T, difference)
    np.absolute(difference, scratch)
    value[0] = np.add.reduce(scratch, axis=None) / Z.size


def sign(A: Array, out: Array) -> None:
    np.sign(A, out)


def soft_cross_entropy(Z: Array, T: Array, P: Array, row: Array, scratch: Array, sums: Array, losses: Array) -> None:
    np.maximum.reduce(Z, axis=-1, keepdims=True, out=row)
    np.subtract(Z, row, P)
    np.multiply(P, T, scratch)
    np.add.reduce(scratch, axis=-1, out=losses)
    np.add.reduce(T, axis=-1, out=sums)
    np.exp(P, P)
    np.add.reduce(P, axis=-1, keepdims=True, out=row)
    np.divide(P, row, P)
    np.log(row, row)
    flat = row.reshape(-1)
    np.multiply(flat, sums, flat)
    np.subtract(flat, losses, losses)


def soft_cross_entropy_backward(P: Array, T: Array, sums: Array, total: Array, dZ: Array) -> None:
    whole = float(total[0])
    np.multiply(P, sums[:, None], dZ)
    np.subtract(dZ, T, dZ)
    np.multiply(dZ, 1.0 / whole if whole else 0.0, dZ)


def ratio_of_sums(A: Array, B: Array, total: Array, value: Array) -> None:
    whole = float(np.add.reduce(B))
    total[0] = whole
    value[0] = float(np.add.reduce(A)) / whole if whole else 0.0


def entropy(T: Array, scratch: Array, out: Array) -> None:
    np.maximum(T, np.finfo(T.dtype).tiny, out=scratch)
    np.log(scratch, scratch)
    np.multiply(scratch, T, scratch)
    np.add.reduce(scratch, axis=-1, out=out)
    np.negative(out, out)


def weighted_sigmoid_cross_entropy(
    Z: Array, T: Array, no: float, yes: float, P: Array, weight: Array, scratch: Array, total: Array, value: Array
) -> None:
    _sigmoid_losses(Z, T, P, scratch)
    np.multiply(T, yes - no, weight)
    np.add(weight, no, weight)
    whole = float(np.add.reduce(weight, axis=None))
    np.multiply(weight, 1.0 / whole if whole else 0.0, weight)
    np.multiply(scratch, weight, scratch)
    value[0] = np.add.reduce(scratch, axis=None)
    sigmoid(Z, P)


def focal(losses: Array, gamma: float, weight: Array, q: Array, scratch: Array, value: Array) -> None:
    np.negative(losses, scratch)
    np.expm1(scratch, q)
    np.negative(q, q)
    np.maximum(q, np.finfo(q.dtype).tiny, out=q)  # an answer that can't be better: 0 times a negative power would be none
    np.exp(scratch, scratch)  # p
    np.multiply(scratch, losses, scratch)
    np.multiply(scratch, gamma, scratch)
    np.divide(scratch, q, scratch)
    np.add(scratch, 1.0, scratch)  # 1 + gamma p losses / q
    np.power(q, gamma, q)
    np.multiply(weight, q, weight)
    value[0] = weight.dot(losses)
    np.multiply(weight, scratch, weight)


def hinge(Z: Array, index: Array, margin: float, squared: bool, missing: Array, picked: Array, value: Array) -> None:
    Z.take(index, None, picked, "clip")
    np.subtract(picked, margin, picked)
    np.subtract(Z, picked[:, None], missing)
    np.maximum(missing, 0.0, out=missing)
    np.multiply(picked, 0.0, picked)  # not filled with 0: a logit that is no number has to be seen
    missing.put(index, picked, "clip")
    flat = missing.reshape(-1)
    value[0] = (flat.dot(flat) if squared else np.add.reduce(flat)) / flat.size


def hinge_backward(missing: Array, index: Array, squared: bool, picked: Array, dZ: Array) -> None:
    if squared:
        np.multiply(missing, 2.0 / missing.size, dZ)
    else:
        np.sign(missing, dZ)
        np.multiply(dZ, 1.0 / missing.size, dZ)
    np.add.reduce(dZ, axis=-1, out=picked)
    np.negative(picked, picked)
    dZ.put(index, picked, "clip")


def huber(Z: Array, T: Array, delta: float, cut: Array, scratch: Array, value: Array) -> None:
    np.subtract(Z, T, scratch)
    np.maximum(scratch, -delta, out=cut)
    np.minimum(cut, delta, out=cut)
    a, b = cut.reshape(-1), scratch.reshape(-1)
    value[0] = (float(a.dot(b)) - 0.5 * float(a.dot(a))) / Z.size


def hebbian(Z: Array, T: Array, scratch: Array, value: Array) -> None:
    value[0] = -float(Z.reshape(-1).dot(T.reshape(-1))) / Z.size


def as_labels(source: Array, out: Array) -> None:
    np.copyto(out, source, "unsafe")
