"""The operations on the CPU. Array methods are used where they save a call through NumPy's Python layer: for small
networks a step is a few dozen such calls, and each costs more than its arithmetic.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from nntui.backends.numpy_normalization import normalize_groups as normalize_groups
from nntui.backends.numpy_normalization import normalize_groups_backward as normalize_groups_backward
from nntui.backends.numpy_recurrent import gru_cell as gru_cell
from nntui.backends.numpy_recurrent import gru_cell_backward as gru_cell_backward
from nntui.backends.numpy_recurrent import gru_slopes as gru_slopes
from nntui.backends.numpy_recurrent import lstm_cell as lstm_cell
from nntui.backends.numpy_recurrent import lstm_cell_backward as lstm_cell_backward
from nntui.backends.numpy_recurrent import lstm_slopes as lstm_slopes
from nntui.backends.operations import Array

NAME = "numpy"

_SMALL = 4096
"""Elements below which the number of passes over an array matters less than the number and kind of calls."""


# -- memory ----------------------------------------------------------------------------------------------------------


def empty(shape: tuple[int, ...], dtype: str) -> Array:
    return np.empty(shape, dtype)


def zeros(shape: tuple[int, ...], dtype: str) -> Array:
    return np.zeros(shape, dtype)


def count(n: int, stride: int) -> Array:
    return np.arange(n, dtype=np.int64) * stride


def from_host(source: Array, dtype: str | None = None) -> Array:
    return np.ascontiguousarray(source, dtype)


def to_host(source: Array) -> Array:
    return np.array(source)


def copy(source: Array, out: Array) -> None:
    np.copyto(out, source)


def fill(out: Array, value: float) -> None:
    out.fill(value)


def gather(source: Array, indices: Array, out: Array) -> None:
    source.take(indices, 0, out, "clip")  # mode "raise" would buffer the output


def rows(source: Array, start: int, stop: int, out: Array) -> None:
    np.copyto(out, source[start:stop])


def synchronize() -> None:
    pass


# -- linear algebra ----------------------------------------------------------------------------------------------------


def matmul(A: Array, B: Array, out: Array) -> None:
    A.dot(B, out)


def affine(X: Array, W: Array, b: Array, out: Array) -> None:
    X.dot(W, out)
    np.add(out, b, out)


def matmul_transposed_left(A: Array, B: Array, out: Array) -> None:
    A.T.dot(B, out)


def matmul_transposed_right(A: Array, B: Array, out: Array) -> None:
    A.dot(B.T, out)


@cache
def _ones(n: int, dtype: np.dtype[np.generic]) -> Array:
    return np.ones(n, dtype)


def sum_rows(A: Array, out: Array) -> None:
    _ones(A.shape[0], A.dtype).dot(A, out)  # a matrix-vector product beats a reduction over the first axis


def add(A: Array, B: Array, out: Array) -> None:
    np.add(A, B, out)


def subtract(A: Array, B: Array, out: Array) -> None:
    np.subtract(A, B, out)


def multiply(A: Array, B: Array, out: Array) -> None:
    np.multiply(A, B, out)


def scale(A: Array, factor: float, out: Array) -> None:
    np.multiply(A, factor, out)


def squared_norm(A: Array) -> float:
    return float(A.dot(A))


# -- activations ---------------------------------------------------------------------------------------------------------


def relu(X: Array, out: Array) -> None:
    np.maximum(X, 0.0, out=out)


def relu_backward(Y: Array, dY: Array, out: Array) -> None:
    if Y.size < _SMALL:
        np.sign(Y, out)  # Y >= 0, so this is 0 or 1, in Y's own type
    else:
        np.greater(Y, 0.0, out=out)  # a buffered cast, but vectorized
    np.multiply(out, dY, out)


def leaky_relu(X: Array, slope: float, out: Array) -> None:
    np.multiply(X, slope, out)
    np.maximum(X, out, out=out)


def leaky_relu_backward(X: Array, dY: Array, slope: float, out: Array) -> None:
    np.greater(X, 0.0, out=out)
    np.multiply(out, 1.0 - slope, out)
    np.add(out, slope, out)
    np.multiply(out, dY, out)


def tanh(X: Array, out: Array) -> None:
    np.tanh(X, out)


def tanh_backward(Y: Array, dY: Array, out: Array) -> None:
    np.multiply(Y, Y, out)
    np.subtract(1.0, out, out)
    np.multiply(out, dY, out)


def sigmoid(X: Array, out: Array) -> None:
    np.multiply(X, 0.5, out)
    np.tanh(out, out)
    np.multiply(out, 0.5, out)
    np.add(out, 0.5, out)


def sigmoid_backward(Y: Array, dY: Array, out: Array) -> None:
    np.subtract(1.0, Y, out)
    np.multiply(out, Y, out)
    np.multiply(out, dY, out)


def gelu(X: Array, out: Array, cdf: Array) -> None:
    from scipy.special import ndtr  # NumPy has no error function; imported only by networks that use it

    ndtr(X, out=cdf)
    np.multiply(X, cdf, out)


def gelu_backward(X: Array, dY: Array, out: Array, cdf: Array, scratch: Array) -> None:
    np.multiply(X, X, scratch)
    np.multiply(scratch, -0.5, scratch)
    np.exp(scratch, scratch)
    np.multiply(scratch, 1.0 / math.sqrt(2.0 * math.pi), scratch)
    np.multiply(scratch, X, scratch)
    np.add(scratch, cdf, scratch)
    np.multiply(scratch, dY, out)


def softmax(X: Array, out: Array, row: Array) -> None:
    np.maximum.reduce(X, axis=-1, keepdims=True, out=row)
    np.subtract(X, row, out)
    np.exp(out, out)
    np.add.reduce(out, axis=-1, keepdims=True, out=row)
    np.divide(out, row, out)


def softmax_backward(Y: Array, dY: Array, out: Array, row: Array, scratch: Array) -> None:
    np.multiply(Y, dY, scratch)
    np.add.reduce(scratch, axis=-1, keepdims=True, out=row)
    np.subtract(dY, row, out)
    np.multiply(out, Y, out)


# -- regularization and normalization ----------------------------------------------------------------------------------------


def dropout_mask(stream: np.random.Generator, rate: float, out: Array) -> None:
    stream.random(out=out, dtype=out.dtype.type)  # fills out: nothing is allocated
    np.greater_equal(out, rate, out=out)
    np.multiply(out, 1.0 / (1.0 - rate), out)


def normal(stream: np.random.Generator, out: Array) -> None:
    stream.standard_normal(out=out, dtype=out.dtype.type)


def column_moments(X: Array, mean: Array, variance: Array, centered: Array, scratch: Array) -> None:
    n = X.shape[0]
    sum_rows(X, mean)
    np.multiply(mean, 1.0 / n, mean)
    np.subtract(X, mean, centered)
    np.multiply(centered, centered, scratch)
    sum_rows(scratch, variance)
    np.multiply(variance, 1.0 / n, variance)


def inverse_std(variance: Array, epsilon: float, out: Array) -> None:
    np.add(variance, epsilon, out)
    np.sqrt(out, out)
    np.reciprocal(out, out)


def scale_shift(X: Array, gamma: Array, beta: Array, out: Array) -> None:
    np.multiply(X, gamma, out)
    np.add(out, beta, out)


def moving_average(average: Array, value: Array, rate: float, scratch: Array) -> None:
    np.subtract(value, average, scratch)
    np.multiply(scratch, rate, scratch)
    np.add(average, scratch, average)


def normalize_columns_backward(N: Array, dN: Array, inverse_std: Array, out: Array, row: Array, scratch: Array) -> None:
    n = N.shape[0]
    np.multiply(dN, N, scratch)
    sum_rows(scratch, row)
    np.multiply(row, 1.0 / n, row)
    np.multiply(N, row, scratch)
    sum_rows(dN, row)
    np.multiply(row, 1.0 / n, row)
    np.subtract(dN, row, out)
    np.subtract(out, scratch, out)
    np.multiply(out, inverse_std, out)


# -- losses --------------------------------------------------------------------------------------------------------------------


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


# -- optimizers ------------------------------------------------------------------------------------------------------------------


def sgd(W: Array, dW: Array, rate: float, s: Array) -> None:
    np.multiply(dW, rate, s)
    np.subtract(W, s, W)


def momentum(W: Array, dW: Array, v: Array, rate: float, momentum: float, nesterov: bool, s: Array) -> None:
    np.multiply(v, momentum, v)
    np.add(v, dW, v)
    if nesterov:
        np.multiply(v, momentum, s)
        np.add(s, dW, s)
        np.multiply(s, rate, s)
    else:
        np.multiply(v, rate, s)
    np.subtract(W, s, W)


def adam(
    W: Array, dW: Array, m: Array, v: Array, rate: float, beta1: float, beta2: float, epsilon: float, t: int, s: Array
) -> None:
    np.multiply(m, beta1, m)
    np.multiply(dW, 1.0 - beta1, s)
    np.add(m, s, m)
    np.multiply(v, beta2, v)
    np.multiply(dW, dW, s)
    np.multiply(s, 1.0 - beta2, s)
    np.add(v, s, v)
    # Both bias corrections are folded into two numbers: m^ / (sqrt(v^) + e) = (r / c1) m / (sqrt(v) + e r), r = sqrt(c2).
    root = math.sqrt(1.0 - beta2**t)
    np.sqrt(v, s)
    np.add(s, epsilon * root, s)
    np.divide(m, s, s)
    np.multiply(s, rate * root / (1.0 - beta1**t), s)
    np.subtract(W, s, W)


def add_scaled(A: Array, B: Array, factor: float, s: Array) -> None:
    np.multiply(B, factor, s)
    np.add(A, s, A)
