"""The operations on the CPU. Array methods are used where they save a call through NumPy's Python layer: for small
networks a step is a few dozen such calls, and each costs more than its arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nntui.backends.numpy_attention import attention as attention
from nntui.backends.numpy_attention import attention_backward as attention_backward
from nntui.backends.numpy_embedding import scatter as scatter
from nntui.backends.numpy_normalization import normalize_groups as normalize_groups
from nntui.backends.numpy_normalization import normalize_groups_backward as normalize_groups_backward
from nntui.backends.numpy_recurrent import gru_cell as gru_cell
from nntui.backends.numpy_recurrent import gru_cell_backward as gru_cell_backward
from nntui.backends.numpy_recurrent import gru_slopes as gru_slopes
from nntui.backends.numpy_recurrent import lstm_cell as lstm_cell
from nntui.backends.numpy_recurrent import lstm_cell_backward as lstm_cell_backward
from nntui.backends.numpy_recurrent import lstm_slopes as lstm_slopes
from nntui.backends.numpy_workers import MANY, side_by_side
from nntui.backends.operations import Array

from nntui.backends.numpy_activations import (  # noqa: F401  # isort: skip
    relu, relu_backward, leaky_relu, leaky_relu_backward, tanh, tanh_backward, sigmoid, sigmoid_backward, gelu,
    gelu_backward, elu, elu_backward, prelu, prelu_backward, softplus, softplus_backward, softsign, softsign_backward,
    hard_tanh, hard_tanh_backward, step, silu, silu_backward, mish, mish_backward, gelu_tanh, gelu_tanh_backward,
)  # fmt: skip
from nntui.backends.numpy_rows import (  # noqa: F401  # isort: skip
    softmax, softmax_backward, log_softmax, log_softmax_backward, maxout, maxout_backward,
)  # fmt: skip
from nntui.backends.numpy_channels import (  # noqa: F401  # isort: skip
    sum_rows, scale_shift, column_moments, normalize_columns, normalize_columns_sums, normalize_columns_backward,
)  # fmt: skip
from nntui.backends.numpy_linear import (  # noqa: F401  # isort: skip
    matmul, affine, matmul_transposed_left, matmul_transposed_right,
)  # fmt: skip
from nntui.backends.numpy_convolution import (  # noqa: F401  # isort: skip
    convolution, convolution_input_gradient, convolution_weight_gradient,
)  # fmt: skip
from nntui.backends.numpy_pooling import (  # noqa: F401  # isort: skip
    max_pool, max_pool_backward, average_pool, average_pool_backward, upsample, upsample_backward,
)  # fmt: skip
from nntui.backends.numpy_losses import (  # noqa: F401  # isort: skip
    softmax_cross_entropy, softmax_cross_entropy_backward, label_index, masked_mean, weighted_cross_entropy_backward,
    sigmoid_cross_entropy, squared_error, absolute_error, sign, soft_cross_entropy, soft_cross_entropy_backward,
    ratio_of_sums, entropy, weighted_sigmoid_cross_entropy, focal, hinge, hinge_backward, huber, hebbian, as_labels,
)  # fmt: skip
from nntui.backends.numpy_optimizers import (  # noqa: F401  # isort: skip
    sgd, momentum, adam, add_scaled, moments, adam_direction, nadam, rmsprop, rmsprop_centered, adagrad, adadelta,
    lion, penalize,
)  # fmt: skip

NAME = "numpy"


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


def to_hosts(sources: Sequence[Array]) -> list[Array]:
    return list(sources)


def copy(source: Array, out: Array) -> None:
    if out.size < MANY or source.shape != out.shape:
        np.copyto(out, source)
    else:
        side_by_side(np.copyto, out, source)


def fill(out: Array, value: float) -> None:
    out.fill(value)


def gather(source: Array, indices: Array, out: Array) -> None:
    source.take(indices, 0, out, "clip")  # mode "raise" would buffer the output


def rows(source: Array, start: int, stop: int, out: Array) -> None:
    np.copyto(out, source[start:stop])


def synchronize() -> None:
    pass


# -- arithmetic --------------------------------------------------------------------------------------------------------


def add(A: Array, B: Array, out: Array) -> None:
    if out.size < MANY or A.shape != B.shape:
        np.add(A, B, out)
    else:
        side_by_side(np.add, A, B, out)


def subtract(A: Array, B: Array, out: Array) -> None:
    np.subtract(A, B, out)


def multiply(A: Array, B: Array, out: Array) -> None:
    if out.size < MANY or A.shape != B.shape:
        np.multiply(A, B, out)
    else:
        side_by_side(np.multiply, A, B, out)


def scale(A: Array, factor: float, out: Array) -> None:
    np.multiply(A, factor, out)


def squared_norm(A: Array) -> float:
    return float(A.dot(A))


def squared_norms(arrays: Sequence[Array]) -> list[float]:
    return [squared_norm(A) for A in arrays]


# -- regularization and normalization ----------------------------------------------------------------------------------------


def dropout_mask(stream: np.random.Generator, rate: float, out: Array) -> None:
    stream.random(out=out, dtype=out.dtype.type)  # fills out: nothing is allocated
    np.greater_equal(out, rate, out=out)
    np.multiply(out, 1.0 / (1.0 - rate), out)


def normal(stream: np.random.Generator, out: Array) -> None:
    stream.standard_normal(out=out, dtype=out.dtype.type)


def inverse_std(variance: Array, epsilon: float, out: Array) -> None:
    np.add(variance, epsilon, out)
    np.sqrt(out, out)
    np.reciprocal(out, out)


def moving_average(average: Array, value: Array, rate: float, scratch: Array) -> None:
    np.subtract(value, average, scratch)
    np.multiply(scratch, rate, scratch)
    np.add(average, scratch, average)
