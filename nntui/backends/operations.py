"""The operations a layer may use, by name, with their formulas: the contract between layers and backends.

Arrays of one backend never meet arrays of another. Every operation writes into `out` (or in place where it says so) and
allocates nothing, so that a training step runs without touching the memory allocator and a GPU can replay it.
Each backend is a module with exactly these functions; a test compares the signatures.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

import numpy as np

from nntui.backends.operations_activations import Activations
from nntui.backends.operations_convolution import Convolutions
from nntui.backends.operations_losses import Losses
from nntui.backends.operations_optimizers import Optimizers

Array: TypeAlias = np.ndarray[Any, Any]
"""An array of the backend in use. CuPy's arrays share NumPy's interface, so one name stands for both."""


class Operations(Activations, Convolutions, Losses, Optimizers, Protocol):
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

    def copy(self, source: Array, out: Array) -> None:
        """out = source."""

    def fill(self, out: Array, value: float) -> None:
        """out = value everywhere."""

    def gather(self, source: Array, indices: Array, out: Array) -> None:
        """out[i] = source[indices[i]], indices int64; they must be in range (they are clipped, not checked)."""

    def rows(self, source: Array, start: int, stop: int, out: Array) -> None:
        """out = source[start:stop]."""

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

    # -- regularization and normalization -------------------------------------------------------------------------------
    def dropout_mask(self, stream: np.random.Generator, rate: float, out: Array) -> None:
        """out = 0 with probability rate, else 1 / (1 - rate): inverted dropout, the mean stays.

        The numbers drawn from `stream` are all the state there is; the masks of two backends differ.
        """

    def column_moments(self, X: Array, mean: Array, variance: Array, centered: Array, scratch: Array) -> None:
        """mean and (biased) variance of every column of X (N, D); centered = X - mean; scratch like X."""

    def inverse_std(self, variance: Array, epsilon: float, out: Array) -> None:
        """out = 1 / sqrt(variance + epsilon)."""

    def scale_shift(self, X: Array, gamma: Array, beta: Array, out: Array) -> None:
        """out = gamma X + beta, column by column."""

    def moving_average(self, average: Array, value: Array, rate: float, scratch: Array) -> None:
        """average += rate (value - average), in place; scratch like value."""

    def normalize_columns_backward(
        self, N: Array, dN: Array, inverse_std: Array, out: Array, row: Array, scratch: Array
    ) -> None:
        """Gradient through (X - mean) inverse_std when mean and variance come from the batch itself.

        out = inverse_std (dN - mean(dN) - N mean(dN N)), means over rows (Ioffe & Szegedy 2015, section 3).
        """

    def normalize_groups(
        self, X: Array, epsilon: float, N: Array, inverse_std: Array, group: Array, spread: Array, scratch: Array
    ) -> None:
        """N = (X - mean) inverse_std, inverse_std = 1 / sqrt(variance + epsilon), both of an example's own numbers.

        X, N and scratch are (A, P, G, S), moments are over P and S; inverse_std and group (scratch) are (A, G). spread
        (scratch) is (A, G, S), of any size if P or G is 1.
        """

    def normalize_groups_backward(
        self, N: Array, dN: Array, inverse_std: Array, out: Array, group: Array, spread: Array, scratch: Array
    ) -> None:
        """out = inverse_std (dN - mean(dN) - N mean(dN N)), means over P and S; shapes as above, out may be dN."""

    def normal(self, stream: np.random.Generator, out: Array) -> None:
        """out ~ N(0, 1)."""

    # -- rows by id ------------------------------------------------------------------------------------------------------
    def scatter(self, ids: Array, A: Array, out: Array, positions: Array, order: Array, gathered: Array, sums: Array) -> None:
        """out_j = sum of A_i over all i with ids_i = j: the gradient of a table, A (N, D), ids int64 (N,), out (rows, D).

        positions are 0 to N - 1; order (N,) int64, gathered (N, D) and sums (min(N, rows), D) are scratch. Rows of one id
        are added in their order, so that the same inputs give the same bits.
        """

    # -- recurrent cells: every gate a block (H, B), batch last; slices over steps (T, ...) where they don't wait ------------
    def lstm_cell(self, Z: Array, C_before: Array, C: Array, tanh_C: Array, H: Array, scratch: Array) -> None:
        """C = f C_before + i g, H = o tanh(C); leaves the gates i, f, o, g in Z (4 H, B).

        Z comes with z/2 for i, f, o = sigmoid(z) = tanh(z/2)/2 + 1/2 and z for g = tanh(z). The others are (H, B).
        """

    def lstm_slopes(self, Z: Array, C_before: Array, tanh_C: Array, dZ: Array, slope_C: Array) -> None:
        """How gates and states react, all steps at once, from what lstm_cell left: Z, dZ (T, 4 H, B), the others (T, H, B).

        dZ = [g i (1 - i), C_before f (1 - f), tanh_C o (1 - o), i (1 - g^2)], slope_C = o (1 - tanh_C^2).
        """

    def lstm_cell_backward(self, dH: Array, slope_C: Array, Z: Array, dC: Array, dZ: Array, scratch: Array) -> None:
        """dC += dH slope_C; dZ (slopes before, gradients after) *= dC for i, f, g and dH for o; then dC *= f, for the step before."""

    def gru_cell(self, Z: Array, H_before: Array, H: Array, scratch: Array) -> None:
        """n = tanh(x + r q), H = n + z (H_before - n); leaves r, z, n, q in Z (4 H, B).

        Z comes with half the arguments of the sigmoids r and z, then x and q, what n gets from the input and from the state.
        """

    def gru_slopes(self, Z: Array, H_before: Array, dZ: Array) -> None:
        """dH/d(arguments), all steps at once, from what gru_cell left: Z, dZ (T, 4 H, B), H_before (T, H, B).

        With s = (1 - z) (1 - n^2): dZ = [s q r (1 - r), (H_before - n) z (1 - z), s, s r].
        """

    def gru_cell_backward(self, dH: Array, Z: Array, dZ: Array, carry: Array) -> None:
        """dZ (slopes before, gradients after) *= dH; carry = dH z, what goes to the state before without a product."""
