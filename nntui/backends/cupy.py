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

from collections.abc import Sequence
from itertools import accumulate

import cupy
import numpy as np

from nntui.backends import cupy_device
from nntui.backends.cupy_attention import attention as attention
from nntui.backends.cupy_attention import attention_backward as attention_backward
from nntui.backends.cupy_blas import product
from nntui.backends.cupy_device import buffer, by_columns, by_groups, changing, elementwise, scratch, total
from nntui.backends.cupy_device import device_name as device_name
from nntui.backends.cupy_device import memory as memory
from nntui.backends.cupy_device import require_device as require_device
from nntui.backends.cupy_embedding import scatter as scatter
from nntui.backends.cupy_kernels import RANDOM_BITS
from nntui.backends.cupy_recurrent import gru_cell as gru_cell
from nntui.backends.cupy_recurrent import gru_cell_backward as gru_cell_backward
from nntui.backends.cupy_recurrent import gru_slopes as gru_slopes
from nntui.backends.cupy_recurrent import lstm_cell as lstm_cell
from nntui.backends.cupy_recurrent import lstm_cell_backward as lstm_cell_backward
from nntui.backends.cupy_recurrent import lstm_slopes as lstm_slopes
from nntui.backends.cupy_streaming import send_rows
from nntui.backends.cupy_tape import seed
from nntui.backends.operations import Array

from nntui.backends.cupy_activations import (  # noqa: F401  # isort: skip
    relu, relu_backward, leaky_relu, leaky_relu_backward, tanh, tanh_backward, sigmoid, sigmoid_backward, gelu,
    gelu_backward, softmax, softmax_backward, elu, elu_backward, prelu, prelu_backward, softplus, softplus_backward,
    softsign, softsign_backward, hard_tanh, hard_tanh_backward, step, silu, silu_backward, mish, mish_backward,
    gelu_tanh, gelu_tanh_backward, log_softmax, log_softmax_backward, maxout, maxout_backward,
)  # fmt: skip
from nntui.backends.cupy_convolution import (  # noqa: F401  # isort: skip
    convolution, convolution_input_gradient, convolution_weight_gradient,
)  # fmt: skip
from nntui.backends.cupy_pooling import (  # noqa: F401  # isort: skip
    max_pool, max_pool_backward, average_pool, average_pool_backward, upsample, upsample_backward,
)  # fmt: skip
from nntui.backends.cupy_losses import (  # noqa: F401  # isort: skip
    softmax_cross_entropy, softmax_cross_entropy_backward, label_index, masked_mean, weighted_cross_entropy_backward,
    sigmoid_cross_entropy, squared_error, absolute_error, sign, soft_cross_entropy, soft_cross_entropy_backward,
    ratio_of_sums, entropy, weighted_sigmoid_cross_entropy, focal, hinge, hinge_backward, huber, hebbian, as_labels,
)  # fmt: skip
from nntui.backends.cupy_optimizers import (  # noqa: F401  # isort: skip
    sgd, momentum, adam, add_scaled, moments, adam_direction, nadam, rmsprop, rmsprop_centered, adagrad, adadelta,
    lion, penalize,
)  # fmt: skip

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


_copy = changing("copy", "T source", "T target", "target = source")


def copy(source: Array, out: Array) -> None:
    _copy(source, out)


def to_hosts(sources: Sequence[Array]) -> list[Array]:
    found: dict[int, Array] = {}
    for dtype in {source.dtype for source in sources}:
        alike = [k for k, source in enumerate(sources) if source.dtype == dtype]
        ends = list(accumulate((sources[k].size for k in alike), initial=0))
        if not ends[-1]:
            continue
        gathered = scratch("to_hosts", (ends[-1],), sources[alike[0]])
        for k, start, end in zip(alike, ends, ends[1:], strict=False):
            _copy(sources[k], gathered[start:end].reshape(sources[k].shape))
        host = to_host(gathered)
        found |= {k: host[start:end].reshape(sources[k].shape) for k, start, end in zip(alike, ends, ends[1:], strict=False)}
    return [found[k] if k in found else np.empty(source.shape, source.dtype) for k, source in enumerate(sources)]


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
    if isinstance(source, np.ndarray):
        send_rows(source, to_host(indices), out)
    else:
        _gather(source, indices, rows, source.size // rows, out)


def rows(source: Array, start: int, stop: int, out: Array) -> None:
    if isinstance(source, np.ndarray):
        send_rows(source, slice(start, stop), out)
    else:
        _copy(source[start:stop], out)


def synchronize() -> None:
    cupy.cuda.runtime.deviceSynchronize()


# -- linear algebra --------------------------------------------------------------------------------------------------


_add_bias = elementwise("add_bias", "T b", "T Y", "Y += b")


def matmul(A: Array, B: Array, out: Array) -> None:
    product(A, B, out)


def affine(X: Array, W: Array, b: Array, out: Array) -> None:
    product(X, W, out)
    _add_bias(b, out)


def matmul_transposed_left(A: Array, B: Array, out: Array) -> None:
    product(A.T, B, out)  # a transposed view is a flag to cuBLAS, not a copy


def matmul_transposed_right(A: Array, B: Array, out: Array) -> None:
    product(A, B.T, out)


def sum_rows(A: Array, out: Array) -> None:
    by_columns("sum_rows", *A.shape, A, out)


_add = elementwise("add", "T A, T B", "T C", "C = A + B")
_subtract = elementwise("subtract", "T A, T B", "T C", "C = A - B")
_multiply = elementwise("multiply", "T A, T B", "T C", "C = A * B")
_scale = changing("scale", "T A, T factor", "T C", "C = A * factor")


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


def squared_norms(arrays: Sequence[Array]) -> list[float]:
    if not arrays:
        return []
    values = scratch("norms", (len(arrays),), arrays[0])
    for k, A in enumerate(arrays):
        total("sum_of_squares", A.size, 1.0, values[k : k + 1], A)
    return [float(value) for value in to_host(values)]


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
    _dropout_mask(seed(stream), round(rate * 2**32), 1.0 / (1.0 - rate), out)


def normal(stream: np.random.Generator, out: Array) -> None:
    _normal(seed(stream), out)


def column_moments(X: Array, mean: Array, variance: Array, scratch: Array) -> None:
    by_columns("column_moments", *X.shape, X, mean, variance)


_inverse_std = elementwise("inverse_std", "T variance, T epsilon", "T Y", "Y = T(1) / sqrt(variance + epsilon)")
_scale_shift = elementwise("scale_shift", "T X, T gamma, T beta", "T Y", "Y = gamma * X + beta")
_moving_average = elementwise("moving_average", "T value, T rate", "T average", "average += rate * (value - average)")


def inverse_std(variance: Array, epsilon: float, out: Array) -> None:
    _inverse_std(variance, epsilon, out)


def scale_shift(X: Array, gamma: Array, beta: Array, out: Array) -> None:
    _scale_shift(X, gamma, beta, out)


def moving_average(average: Array, value: Array, rate: float, scratch: Array) -> None:
    _moving_average(value, rate, average)


_normalize_columns = elementwise(
    "normalize_columns", "T X, T mean, T inverse_std, T gamma, T beta", "T Y", "Y = gamma * ((X - mean) * inverse_std) + beta"
)  # fmt: skip
_normalize_columns_backward = elementwise(
    "normalize_columns_backward", "T X, T dY, T mean, T inverse_std, T gamma, T dgamma, T dbeta, T share", "T dX",
    "dX = gamma * inverse_std * (dY - share * (dbeta + (X - mean) * inverse_std * dgamma))",
)  # fmt: skip


def normalize_columns(X: Array, mean: Array, inverse_std: Array, gamma: Array, beta: Array, out: Array, rows: Array) -> None:
    _normalize_columns(X, mean, inverse_std, gamma, beta, out)


def normalize_columns_sums(X: Array, dY: Array, mean: Array, inverse_std: Array, dgamma: Array, dbeta: Array, scratch: Array) -> None:
    by_columns("normalize_columns_sums", *X.shape, X, dY, mean, inverse_std, dgamma, dbeta)


def normalize_columns_backward(
    X: Array, dY: Array, mean: Array, inverse_std: Array, gamma: Array, dgamma: Array, dbeta: Array, out: Array, rows: Array
) -> None:
    _normalize_columns_backward(X, dY, mean, inverse_std, gamma, dgamma, dbeta, 1.0 / X.shape[0], out)


def normalize_groups(X: Array, epsilon: float, N: Array, inverse_std: Array, group: Array, spread: Array, scratch: Array) -> None:
    by_groups("normalize_groups", X.shape, (X, N, inverse_std), epsilon)


def normalize_groups_backward(N: Array, dN: Array, inverse_std: Array, out: Array, group: Array, spread: Array, scratch: Array) -> None:
    by_groups("normalize_groups_backward", N.shape, (N, dN, inverse_std, out))
