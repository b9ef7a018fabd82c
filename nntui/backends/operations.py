"""The operations a layer may use, by name, with their formulas: the contract between layers and backends.

Arrays of one backend never meet arrays of another. Every operation writes into `out` (or in place where it says so) and
allocates nothing, so that a training step runs without touching the memory allocator and a GPU can replay it.
Each backend is a module with exactly these functions; a test compares the signatures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np

from nntui.backends.operations_activations import Activations
from nntui.backends.operations_convolution import Convolutions
from nntui.backends.operations_losses import Losses
from nntui.backends.operations_optimizers import Optimizers
from nntui.backends.operations_sequences import Sequences

Array: TypeAlias = np.ndarray[Any, Any]
"""An array of the backend in use. CuPy's arrays share NumPy's interface, so one name stands for both."""


class Operations(Activations, Convolutions, Losses, Optimizers, Sequences, Protocol):
    """What a backend can do. Shapes: (N, D) means any leading axes flattened to N rows."""

    @property
    def NAME(self) -> str:
        """`numpy` or `cupy`."""

    # -- memory ------------------------------------------------------------------------------------------------------
    def empty(self, shape: tuple[int, ...], dtype: str) -> Array:
        """Uninitialised array on the device."""

    def zeros(self, shape: tuple[int, ...], dtype: str) -> Array:
        """Array of zeros on the device."""

    def count(self, n: int, stride: int) -> Array:
        """0, stride, 2 stride, ... (n,) as int64: where rows begin in a flattened matrix."""

    def from_host(self, source: Array, dtype: str | None = None) -> Array:
        """Copy (or, on the CPU, view) a NumPy array on the device, C-contiguous."""

    def to_host(self, source: Array) -> Array:
        """A NumPy copy that stays as it is when training goes on."""

    def to_hosts(self, sources: Sequence[Array]) -> list[Array]:
        """NumPy arrays with the values of several, in one transfer; on the CPU the arrays themselves, to be read at once."""

    def copy(self, source: Array, out: Array) -> None:
        """out = source."""

    def fill(self, out: Array, value: float) -> None:
        """out = value everywhere."""

    def gather(self, source: Array, indices: Array, out: Array) -> None:
        """out[i] = source[indices[i]], indices int64; they must be in range (they are clipped, not checked).

        The source may lie on the host, if it is too large for the device.
        """

    def rows(self, source: Array, start: int, stop: int, out: Array) -> None:
        """out = source[start:stop]. The source may lie on the host."""

    def synchronize(self) -> None:
        """Wait for the device, so that a clock read afterwards tells the truth."""

    # -- linear algebra ----------------------------------------------------------------------------------------------
    def matmul(self, A: Array, B: Array, out: Array) -> None:
        """out = A B for matrices (N, K) (K, M)."""

    def affine(self, X: Array, W: Array, b: Array, out: Array) -> None:
        """out = X W + b, X (N, D_in), W (D_in, D_out), b (D_out,)."""

    def matmul_transposed_left(self, A: Array, B: Array, out: Array) -> None:
        """out = A^T B: a weight gradient, (N, K)^T (N, M) -> (K, M)."""

    def matmul_transposed_right(self, A: Array, B: Array, out: Array) -> None:
        """out = A B^T: an input gradient, (N, M) (K, M)^T -> (N, K)."""

    def sum_rows(self, A: Array, out: Array) -> None:
        """out_j = sum_i A_ij: a bias gradient, (N, D) -> (D,)."""

    def add(self, A: Array, B: Array, out: Array) -> None:
        """out = A + B, broadcasting B."""

    def subtract(self, A: Array, B: Array, out: Array) -> None:
        """out = A - B, broadcasting B."""

    def multiply(self, A: Array, B: Array, out: Array) -> None:
        """out = A * B elementwise, broadcasting B."""

    def scale(self, A: Array, factor: float, out: Array) -> None:
        """out = factor * A."""

    def squared_norm(self, A: Array) -> float:
        """sum_i A_i^2 of a flat array, as a host number (this waits for the device)."""

    def squared_norms(self, arrays: Sequence[Array]) -> list[float]:
        """`squared_norm` of each of several flat arrays, waiting for the device once."""

    # -- regularization and normalization -------------------------------------------------------------------------------
    def dropout_mask(self, stream: np.random.Generator, rate: float, out: Array) -> None:
        """out = 0 with probability rate, else 1 / (1 - rate): inverted dropout, the mean stays.

        The numbers drawn from `stream` are all the state there is; the masks of two backends differ.
        """

    def column_moments(self, X: Array, mean: Array, variance: Array, scratch: Array) -> None:
        """mean and (biased) variance of every column of X (N, D); scratch like X."""

    def inverse_std(self, variance: Array, epsilon: float, out: Array) -> None:
        """out = 1 / sqrt(variance + epsilon)."""

    def scale_shift(self, X: Array, gamma: Array, beta: Array, out: Array) -> None:
        """out = gamma X + beta, column by column."""

    def moving_average(self, average: Array, value: Array, rate: float, scratch: Array) -> None:
        """average += rate (value - average), in place; scratch like value."""

    def normalize_columns(
        self, X: Array, mean: Array, inverse_std: Array, gamma: Array, beta: Array, out: Array, rows: Array
    ) -> None:
        """out = gamma (X - mean) inverse_std + beta, column by column; rows (2, D) is scratch."""

    def normalize_columns_sums(
        self, X: Array, dY: Array, mean: Array, inverse_std: Array, dgamma: Array, dbeta: Array, scratch: Array
    ) -> None:
        """Gradients of gamma and beta: dgamma = sum(dY N), dbeta = sum(dY) over rows, N = (X - mean) inverse_std; scratch like X."""

    def normalize_columns_backward(
        self, X: Array, dY: Array, mean: Array, inverse_std: Array, gamma: Array, dgamma: Array, dbeta: Array, out: Array, rows: Array
    ) -> None:
        """Gradient of X when mean and variance come from the batch itself, given those of gamma and beta.

        out = gamma inverse_std (dY - dbeta / n - N dgamma / n), n rows (Ioffe & Szegedy 2015, section 3); out is neither X
        nor dY, rows (3, D) is scratch.
        """

    def normal(self, stream: np.random.Generator, out: Array) -> None:
        """out ~ N(0, 1)."""
