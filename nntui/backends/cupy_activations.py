"""Activations on a GPU, one launch each. Comparisons are written so that NaN comes through."""

from __future__ import annotations

import math

from nntui.backends.cupy_device import by_rows, elementwise
from nntui.backends.operations import Array

_relu = elementwise("relu", "T X", "T Y", "Y = X < T(0) ? T(0) : X")
_relu_backward = elementwise("relu_backward", "T Y, T dY", "T dX", "dX = Y > T(0) ? dY : T(0)")
_leaky_relu = elementwise("leaky_relu", "T X, T slope", "T Y", "Y = X > T(0) ? X : slope * X")
_leaky_relu_backward = elementwise(
    "leaky_relu_backward", "T X, T dY, T slope", "T dX", "dX = X > T(0) ? dY : slope * dY"
)  # fmt: skip
_tanh = elementwise("tanh", "T X", "T Y", "Y = tanh(X)")
_tanh_backward = elementwise("tanh_backward", "T Y, T dY", "T dX", "dX = dY * (T(1) - Y * Y)")
_sigmoid = elementwise("sigmoid", "T X", "T Y", "Y = T(0.5) * tanh(T(0.5) * X) + T(0.5)")
_sigmoid_backward = elementwise("sigmoid_backward", "T Y, T dY", "T dX", "dX = dY * Y * (T(1) - Y)")


def relu(X: Array, out: Array) -> None:
    _relu(X, out)


def relu_backward(Y: Array, dY: Array, out: Array) -> None:
    _relu_backward(Y, dY, out)


def leaky_relu(X: Array, slope: float, out: Array) -> None:
    _leaky_relu(X, slope, out)


def leaky_relu_backward(X: Array, dY: Array, slope: float, out: Array) -> None:
    _leaky_relu_backward(X, dY, slope, out)


def tanh(X: Array, out: Array) -> None:
    _tanh(X, out)


def tanh_backward(Y: Array, dY: Array, out: Array) -> None:
    _tanh_backward(Y, dY, out)


def sigmoid(X: Array, out: Array) -> None:
    _sigmoid(X, out)


def sigmoid_backward(Y: Array, dY: Array, out: Array) -> None:
    _sigmoid_backward(Y, dY, out)


# Phi(x) = erfc(-x / sqrt(2)) / 2, exact in the left tail too; phi(x) = exp(-x^2 / 2) / sqrt(2 pi).
_gelu = elementwise(
    "gelu", "T X", "T Y, T cdf", f"T phi = T(0.5) * erfc(T({-math.sqrt(0.5)!r}) * X); cdf = phi; Y = X * phi"
)  # fmt: skip
_gelu_backward = elementwise(
    "gelu_backward", "T X, T dY, T cdf", "T dX",
    f"dX = dY * (cdf + X * T({1.0 / math.sqrt(2.0 * math.pi)!r}) * exp(T(-0.5) * X * X))",
)  # fmt: skip


def gelu(X: Array, out: Array, cdf: Array) -> None:
    _gelu(X, out, cdf)


def gelu_backward(X: Array, dY: Array, out: Array, cdf: Array, scratch: Array) -> None:
    _gelu_backward(X, dY, cdf, out)


def softmax(X: Array, out: Array, row: Array) -> None:
    by_rows("softmax", row.size, X.shape[-1], X, out)


def softmax_backward(Y: Array, dY: Array, out: Array, row: Array, scratch: Array) -> None:
    by_rows("softmax_backward", row.size, Y.shape[-1], Y, dY, out)
