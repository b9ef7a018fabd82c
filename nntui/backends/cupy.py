"""The operations on an NVIDIA GPU, by CuPy. The same names, formulas and letters as on the CPU.

Matrix products are cuBLAS; everything else is a kernel of ours, because a launch costs more than the arithmetic of a
small network and CuPy's own functions would need one per arithmetic operation. An elementwise kernel stands above its
operation; those that sum over rows, columns or everything are in `cupy_kernels`. All run in order on one stream, in
float32 or float64 as their arrays are; scalars take that type too. Nothing is allocated after binding, except by
cuBLAS's caller for products of a single number.

Matrices are C-contiguous, as every place's are; only elementwise operations take slices of them. The host waits for
the device where it asks for a number: `to_host`, `squared_norm`, `synchronize` and whoever reads a loss.

Random numbers are not NumPy's: a mask, or an array of normal numbers, is computed on the device from one number drawn
on the host, so the state of the stream is still all that a checkpoint has to keep.

No GPU has run this yet. The kernels' sources are compiled and compared with NumPy on the CPU (tests/backends); what is
left to see on a GPU is in tests/backends/test_gpu.py: `python -m pytest -m gpu`.
"""

from __future__ import annotations

import math

import cupy
import numpy as np

from nntui.backends import cupy_device
from nntui.backends.cupy_device import buffer, by_columns, by_groups, by_rows, elementwise, total
from nntui.backends.cupy_device import device_name as device_name
from nntui.backends.cupy_device import memory as memory
from nntui.backends.cupy_device import require_device as require_device
from nntui.backends.cupy_kernels import RANDOM_BITS
from nntui.backends.cupy_recurrent import gru_cell as gru_cell
from nntui.backends.cupy_recurrent import gru_cell_backward as gru_cell_backward
from nntui.backends.cupy_recurrent import gru_slopes as gru_slopes
from nntui.backends.cupy_recurrent import lstm_cell as lstm_cell
from nntui.backends.cupy_recurrent import lstm_cell_backward as lstm_cell_backward
from nntui.backends.cupy_recurrent import lstm_slopes as lstm_slopes
from nntui.backends.operations import Array

NAME = "cupy"


# -- memory ----------------------------------------------------------------------------------------------------------


def empty(shape: tuple[int, ...], dtype: str) -> Array:
    return cupy_device.empty(shape, dtype)


def zeros(shape: tuple[int, ...], dtype: str) -> Array:
    made = empty(shape, dtype)
    made.fill(0)
    return made


def count(n: int, stride: int) -> Array:
    return from_host(np.arange(n, dtype=np.int64) * stride)


def from_host(source: Array, dtype: str | None = None) -> Array:
    return cupy_device.from_host(source, dtype)


def to_host(source: Array) -> Array:
    host: Array = cupy.asnumpy(source)
    return host


_copy = elementwise("copy", "T source", "T target", "target = source")


def copy(source: Array, out: Array) -> None:
    _copy(source, out)


def fill(out: Array, value: float) -> None:
    out.fill(value)


_gather = elementwise(
    "gather", "raw T source, raw int64 indices, int64 rows, int64 width", "T target",
    """
    long long k = indices[i / width];
    k = k < 0 ? 0 : k < rows ? k : rows - 1;
    target = source[k * width + i % width];
    """,
)  # fmt: skip


def gather(source: Array, indices: Array, out: Array) -> None:
    rows = source.shape[0]
    _gather(source, indices, rows, source.size // rows, out)


def rows(source: Array, start: int, stop: int, out: Array) -> None:
    _copy(source[start:stop], out)


def synchronize() -> None:
    cupy.cuda.runtime.deviceSynchronize()


# -- linear algebra --------------------------------------------------------------------------------------------------


_add_bias = elementwise("add_bias", "T b", "T Y", "Y += b")


def matmul(A: Array, B: Array, out: Array) -> None:
    A.dot(B, out)


def affine(X: Array, W: Array, b: Array, out: Array) -> None:
    X.dot(W, out)
    _add_bias(b, out)


def matmul_transposed_left(A: Array, B: Array, out: Array) -> None:
    A.T.dot(B, out)  # a transposed view is a flag to cuBLAS, not a copy


def matmul_transposed_right(A: Array, B: Array, out: Array) -> None:
    A.dot(B.T, out)


def sum_rows(A: Array, out: Array) -> None:
    by_columns("sum_rows", *A.shape, A, out)


_add = elementwise("add", "T A, T B", "T C", "C = A + B")
_subtract = elementwise("subtract", "T A, T B", "T C", "C = A - B")
_multiply = elementwise("multiply", "T A, T B", "T C", "C = A * B")
_scale = elementwise("scale", "T A, T factor", "T C", "C = A * factor")


def add(A: Array, B: Array, out: Array) -> None:
    _add(A, B, out)


def subtract(A: Array, B: Array, out: Array) -> None:
    _subtract(A, B, out)


def multiply(A: Array, B: Array, out: Array) -> None:
    _multiply(A, B, out)


def scale(A: Array, factor: float, out: Array) -> None:
    _scale(A, factor, out)


def squared_norm(A: Array) -> float:
    value = buffer("norm", 1, A.dtype)
    total("sum_of_squares", A.size, 1.0, value, A)
    return float(value.item())


# -- activations: comparisons are written so that NaN comes through -------------------------------------------------------


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


# -- regularization and normalization ------------------------------------------------------------------------------------


_dropout_mask = elementwise(
    "dropout_mask", "int64 seed, int64 threshold, T kept", "T mask",
    "mask = (long long)(nntui_bits(seed, i) >> 32) < threshold ? T(0) : kept",
    preamble=RANDOM_BITS,
)  # fmt: skip
# Box & Muller 1958: sqrt(-2 log u) cos(2 pi v), u and v uniform; half a step keeps u off 0. One number of the pair is enough.
_normal = elementwise(
    "normal", "int64 seed", "T X",
    """
    double u = ((double)(nntui_bits(seed, 2 * i) >> 11) + 0.5) / 9007199254740992.0;  // 2^53
    double v = (double)(nntui_bits(seed, 2 * i + 1) >> 11) / 4503599627370496.0;  // from 0 to 2, as cospi likes it
    X = (T)(sqrt(-2.0 * log(u)) * cospi(v));
    """,
    preamble=RANDOM_BITS,
)  # fmt: skip


def dropout_mask(stream: np.random.Generator, rate: float, out: Array) -> None:
    _dropout_mask(_seed(stream), round(rate * 2**32), 1.0 / (1.0 - rate), out)


def normal(stream: np.random.Generator, out: Array) -> None:
    _normal(_seed(stream), out)


def _seed(stream: np.random.Generator) -> int:
    return stream.bit_generator.random_raw() >> 1  # 63 bits, a positive int64


def column_moments(X: Array, mean: Array, variance: Array, centered: Array, scratch: Array) -> None:
    by_columns("column_moments", *X.shape, X, mean, variance, centered)


_inverse_std = elementwise("inverse_std", "T variance, T epsilon", "T Y", "Y = T(1) / sqrt(variance + epsilon)")
_scale_shift = elementwise("scale_shift", "T X, T gamma, T beta", "T Y", "Y = gamma * X + beta")
_moving_average = elementwise("moving_average", "T value, T rate", "T average", "average += rate * (value - average)")


def inverse_std(variance: Array, epsilon: float, out: Array) -> None:
    _inverse_std(variance, epsilon, out)


def scale_shift(X: Array, gamma: Array, beta: Array, out: Array) -> None:
    _scale_shift(X, gamma, beta, out)


def moving_average(average: Array, value: Array, rate: float, scratch: Array) -> None:
    _moving_average(value, rate, average)


def normalize_columns_backward(N: Array, dN: Array, inverse_std: Array, out: Array, row: Array, scratch: Array) -> None:
    by_columns("normalize_columns_backward", *N.shape, N, dN, inverse_std, out)


def normalize_groups(X: Array, epsilon: float, N: Array, inverse_std: Array, group: Array, spread: Array, scratch: Array) -> None:
    by_groups("normalize_groups", X.shape, (X, N, inverse_std), epsilon)


def normalize_groups_backward(N: Array, dN: Array, inverse_std: Array, out: Array, group: Array, spread: Array, scratch: Array) -> None:
    by_groups("normalize_groups_backward", N.shape, (N, dN, inverse_std, out))


# -- losses ----------------------------------------------------------------------------------------------------------


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


# -- optimizers: one kernel each; what depends on the step alone is computed on the host in double precision ------------------


_sgd = elementwise("sgd", "T dW, T rate", "T W", "W -= rate * dW")
_momentum = elementwise(
    "momentum", "T dW, T rate, T momentum, bool nesterov", "T W, T v",
    """
    v = momentum * v + dW;
    W -= rate * (nesterov ? dW + momentum * v : v);
    """,
)  # fmt: skip
_adam = elementwise(
    "adam", "T dW, T beta1, T rest1, T beta2, T rest2, T step, T epsilon", "T W, T m, T v",
    """
    m = beta1 * m + rest1 * dW;
    v = beta2 * v + rest2 * dW * dW;
    W -= step * m / (sqrt(v) + epsilon);
    """,
)  # fmt: skip
_add_scaled = elementwise("add_scaled", "T B, T factor", "T A", "A += factor * B")


def sgd(W: Array, dW: Array, rate: float, s: Array) -> None:
    _sgd(dW, rate, W)


def momentum(W: Array, dW: Array, v: Array, rate: float, momentum: float, nesterov: bool, s: Array) -> None:
    _momentum(dW, rate, momentum, nesterov, W, v)


def adam(
    W: Array, dW: Array, m: Array, v: Array, rate: float, beta1: float, beta2: float, epsilon: float, t: int, s: Array
) -> None:
    # m^ / (sqrt(v^) + e) = (r / c1) m / (sqrt(v) + e r), c1 = 1 - beta1^t and r = sqrt(1 - beta2^t).
    root = math.sqrt(1.0 - beta2**t)
    _adam(dW, beta1, 1.0 - beta1, beta2, 1.0 - beta2, rate * root / (1.0 - beta1**t), epsilon * root, W, m, v)


def add_scaled(A: Array, B: Array, factor: float, s: Array) -> None:
    _add_scaled(B, factor, A)
