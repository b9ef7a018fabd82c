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


def sigmoid_cross_entropy(Z: Array, T: Array, P: Array, scratch: Array, value: Array) -> None:
    np.absolute(Z, scratch)
    np.negative(scratch, scratch)
    np.exp(scratch, scratch)
    np.log1p(scratch, scratch)
    np.maximum(Z, 0.0, out=P)
    np.add(scratch, P, scratch)
    np.multiply(Z, T, P)
    np.subtract(scratch, P, scratch)
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
