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


_elu = elementwise("elu", "T X, T bottom, T gain", "T Y", "Y = X > T(0) ? gain * X : bottom * expm1(X)")
_elu_backward = elementwise(
    "elu_backward", "T Y, T dY, T bottom, T gain", "T dX", "dX = dY * (Y > T(0) ? gain : Y + bottom)"
)  # fmt: skip
_prelu = elementwise(
    "prelu", "T X, T slope", "T Y, T negative",
    "T low = X > T(0) ? T(0) : X; negative = low; Y = X > T(0) ? X : slope * low",
)  # fmt: skip
_prelu_backward = elementwise("prelu_backward", "T X, T dY, T slope", "T dX", "dX = X > T(0) ? dY : slope * dY")
_softplus = elementwise("softplus", "T X", "T Y", "Y = (X < T(0) ? T(0) : X) + log1p(exp(-fabs(X)))")
_softplus_backward = elementwise("softplus_backward", "T Y, T dY", "T dX", "dX = -dY * expm1(-Y)")
_softsign = elementwise("softsign", "T X", "T Y", "Y = X / (T(1) + fabs(X))")
_softsign_backward = elementwise(
    "softsign_backward", "T Y, T dY", "T dX", "T slope = T(1) - fabs(Y); dX = dY * slope * slope"
)  # fmt: skip
_hard_tanh = elementwise("hard_tanh", "T X", "T Y", "Y = X < T(-1) ? T(-1) : X > T(1) ? T(1) : X")
_hard_tanh_backward = elementwise("hard_tanh_backward", "T Y, T dY", "T dX", "dX = fabs(Y) < T(1) ? dY : T(0)")
_step = elementwise("step", "T X", "T Y", "Y = X > T(0) ? T(1) : X <= T(0) ? T(0) : X")


def elu(X: Array, alpha: float, gain: float, out: Array, scratch: Array) -> None:
    _elu(X, alpha * gain, gain, out)


def elu_backward(Y: Array, dY: Array, alpha: float, gain: float, out: Array, scratch: Array) -> None:
    _elu_backward(Y, dY, alpha * gain, gain, out)


def prelu(X: Array, slope: Array, out: Array, negative: Array, scratch: Array) -> None:
    _prelu(X, slope, out, negative)


def prelu_backward(X: Array, dY: Array, slope: Array, out: Array, scratch: Array) -> None:
    _prelu_backward(X, dY, slope, out)


def softplus(X: Array, out: Array, scratch: Array) -> None:
    _softplus(X, out)


def softplus_backward(Y: Array, dY: Array, out: Array) -> None:
    _softplus_backward(Y, dY, out)


def softsign(X: Array, out: Array) -> None:
    _softsign(X, out)


def softsign_backward(Y: Array, dY: Array, out: Array) -> None:
    _softsign_backward(Y, dY, out)


def hard_tanh(X: Array, out: Array) -> None:
    _hard_tanh(X, out)


def hard_tanh_backward(Y: Array, dY: Array, out: Array) -> None:
    _hard_tanh_backward(Y, dY, out)


def step(X: Array, out: Array) -> None:
    _step(X, out)


_silu = elementwise("silu", "T X", "T Y, T gate", "T s = T(0.5) * tanh(T(0.5) * X) + T(0.5); gate = s; Y = X * s")
_silu_backward = elementwise("silu_backward", "T Y, T dY, T gate", "T dX", "dX = dY * (gate + Y * (T(1) - gate))")
# tanh(log(1 + e)) = n / (n + 2) with e = exp(X), n = e (e + 2); above 20 it is 1, and e^2 might not fit.
_mish = elementwise(
    "mish", "T X", "T Y, T gate", "T e = exp(X > T(20) ? T(20) : X), n = e * (e + T(2)), s = n / (n + T(2)); gate = s; Y = X * s"
)  # fmt: skip
_mish_backward = elementwise(
    "mish_backward", "T X, T dY, T gate", "T dX",
    "dX = dY * (gate + X * (T(1) - gate * gate) * (T(0.5) * tanh(T(0.5) * X) + T(0.5)))",
)  # fmt: skip
_SLOPE = math.sqrt(2.0 / math.pi)
_gelu_tanh = elementwise(
    "gelu_tanh", "T X", "T Y, T cdf",
    f"T p = T(0.5) * tanh(T({_SLOPE!r}) * X * (T(1) + T(0.044715) * X * X)) + T(0.5); cdf = p; Y = X * p",
)  # fmt: skip
_gelu_tanh_backward = elementwise(
    "gelu_tanh_backward", "T X, T dY, T cdf", "T dX",
    f"dX = dY * (cdf + X * T({2.0 * _SLOPE!r}) * cdf * (T(1) - cdf) * (T(1) + T({3.0 * 0.044715!r}) * X * X))",
)  # fmt: skip


def silu(X: Array, out: Array, gate: Array) -> None:
    _silu(X, out, gate)


def silu_backward(Y: Array, dY: Array, out: Array, gate: Array) -> None:
    _silu_backward(Y, dY, gate, out)


def mish(X: Array, out: Array, gate: Array) -> None:
    _mish(X, out, gate)


def mish_backward(X: Array, dY: Array, out: Array, gate: Array, scratch: Array) -> None:
    _mish_backward(X, dY, gate, out)


def gelu_tanh(X: Array, out: Array, cdf: Array) -> None:
    _gelu_tanh(X, out, cdf)


def gelu_tanh_backward(X: Array, dY: Array, out: Array, cdf: Array, scratch: Array) -> None:
    _gelu_tanh_backward(X, dY, cdf, out)


def log_softmax(X: Array, out: Array, row: Array, scratch: Array) -> None:
    by_rows("log_softmax", row.size, X.shape[-1], X, out)


def log_softmax_backward(Y: Array, dY: Array, out: Array, row: Array, scratch: Array) -> None:
    by_rows("log_softmax_backward", row.size, Y.shape[-1], Y, dY, out)


# Element i of the output is column i % D of row i / D; its pieces lie D apart from `first` on.
_FIRST = "long long first = i / D * pieces * D + i % D;"
_maxout = elementwise(
    "maxout", "raw T Z, int64 pieces, int64 D", "T Y",
    f"{_FIRST} T m = Z[first]; for (long long k = 1; k < pieces; ++k) {{ T z = Z[first + k * D]; if (z > m || z != z) m = z; }} Y = m",
)  # fmt: skip
_maxout_backward = elementwise(
    "maxout_backward", "T Y, T dY, int64 pieces, int64 D, raw T Z", "raw T dZ",
    f"""
    {_FIRST}
    T left = dY;
    for (long long k = 0; k < pieces; ++k) {{
      T taken = Z[first + k * D] == Y ? left : T(0);
      dZ[first + k * D] = taken;
      left -= taken;
    }}
    """,
)  # fmt: skip


def maxout(Z: Array, out: Array) -> None:
    _maxout(Z, *Z.shape[1:], out)


def maxout_backward(Z: Array, Y: Array, dY: Array, dZ: Array, scratch: Array) -> None:
    _maxout_backward(Y, dY, *Z.shape[1:], Z, dZ)
