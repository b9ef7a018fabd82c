"""Convolutions on a GPU: blocks of images written out as columns by one kernel, multiplied by cuBLAS.

Written without a GPU at hand: tests compile these kernels for the CPU and compare them with NumPy. Every sum is made by
one thread in a fixed order, so the same inputs give the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator

from nntui.backends.cupy_blas import product
from nntui.backends.cupy_device import by_columns, elementwise, scratch
from nntui.backends.operations import Array
from nntui.backends.windows import Window

LARGEST = 1 << 24
"""Numbers in a block of columns: large enough to fill a GPU, small next to its memory."""

_WINDOW = (
    "int64 H, int64 W, int64 KH, int64 KW, int64 down, int64 across, int64 row_holes, int64 column_holes, int64 top, int64 left, "
    "int64 Ho, int64 Wo"
)

# Z (G, images, Ho, Wo, KH, KW, C) from X (images, H, W, G, C)
_columns = elementwise(
    "columns", f"raw T X, int64 images, int64 C, int64 G, {_WINDOW}", "T Z",
    """
    long long rest = i;
    long long c = rest % C; rest /= C;
    long long w = rest % KW; rest /= KW;
    long long h = rest % KH; rest /= KH;
    long long column = rest % Wo * across + w * column_holes - left; rest /= Wo;
    long long row = rest % Ho * down + h * row_holes - top; rest /= Ho;
    long long image = rest % images, g = rest / images;
    bool inside = row >= 0 && row < H && column >= 0 && column < W;
    Z = inside ? X[((image * H + row) * W + column) * G * C + g * C + c] : T(0);
    """,
)  # fmt: skip

# dX (images, H, W, G, C) = for each cell the sum of what dZ has for it
_from_columns = elementwise(
    "from_columns", f"raw T dZ, int64 images, int64 C, int64 G, {_WINDOW}", "T dX",
    """
    long long rest = i;
    long long c = rest % C; rest /= C;
    long long g = rest % G; rest /= G;
    long long column = rest % W + left; rest /= W;
    long long row = rest % H + top;
    long long image = rest / H;
    T sum = 0;
    for (long long h = 0; h < KH; ++h) {
      long long y = row - h * row_holes;
      if (y < 0 || y % down || y / down >= Ho) continue;
      for (long long w = 0; w < KW; ++w) {
        long long x = column - w * column_holes;
        if (x < 0 || x % across || x / across >= Wo) continue;
        sum += dZ[(((((g * images + image) * Ho + y / down) * Wo + x / across) * KH + h) * KW + w) * C + c];
      }
    }
    dX = sum;
    """,
)  # fmt: skip

# (N, G, D) -> (G, N, D) and back
_split = elementwise(
    "split_groups", "raw T A, int64 rows, int64 G, int64 D", "T B",
    "B = A[(i / D % rows * G + i / (D * rows)) * D + i % D]",
)  # fmt: skip
_join = elementwise(
    "join_groups", "raw T A, int64 rows, int64 G, int64 D", "T B",
    "B = A[(i / D % G * rows + i / (D * G)) * D + i % D]",
)  # fmt: skip
_add_bias = elementwise("add_filter_bias", "T b", "T Y", "Y += b")
_add = elementwise("add_block", "T A", "T B", "B += A")


def convolution(X: Array, W: Array, b: Array | None, out: Array, window: Window, groups: int) -> None:
    F = W.shape[3]
    matrices = _matrices(W, groups)
    for first, last in _blocks(len(X), window, X.shape[3]):
        Z = _columns_of(X[first:last], window, groups)
        Y = out[first:last].reshape(-1, F)
        if groups == 1:
            product(Z[0], matrices[0], Y)
            continue
        products = scratch("group_products", (groups, len(Y), F // groups), X)
        for g in range(groups):
            product(Z[g], matrices[g], products[g])
        _join(products, len(Y), groups, F // groups, Y)
    if b is not None:
        _add_bias(b, out)


def convolution_input_gradient(dY: Array, W: Array, out: Array, window: Window, groups: int) -> None:
    height, width, C, _ = W.shape
    matrices = _matrices(W, groups)
    for first, last in _blocks(len(out), window, out.shape[3]):
        signal = _grouped(dY[first:last], groups)
        dZ = scratch("columns", (groups, signal.shape[1], height * width * C), dY)
        for g in range(groups):
            product(signal[g], matrices[g].T, dZ[g])
        _from_columns(dZ, last - first, C, groups, *_sizes(window), out[first:last])


def convolution_weight_gradient(X: Array, dY: Array, out: Array, db: Array | None, window: Window, groups: int) -> None:
    height, width, C, F = out.shape
    K, D = height * width * C, F // groups
    dW = out.reshape(1, K, F) if groups == 1 else scratch("weight_gradients", (groups, K, D), X)
    for first, last in _blocks(len(X), window, X.shape[3]):
        Z = _columns_of(X[first:last], window, groups)
        signal = _grouped(dY[first:last], groups)
        for g in range(groups):
            if first == 0:
                product(Z[g].T, signal[g], dW[g])
            else:
                some = scratch("weight_gradient", (K, D), X)
                product(Z[g].T, signal[g], some)
                _add(some, dW[g])
    if groups > 1:
        _join(dW, K, groups, D, out.reshape(K, F))
    if db is not None:
        by_columns("sum_rows", dY.size // F, F, dY, db)


def _matrices(W: Array, groups: int) -> Array:
    """W as a matrix per group (groups, KH KW C, F / groups)."""
    K, F = W.size // W.shape[3], W.shape[3]
    if groups == 1:
        return W.reshape(1, K, F)
    matrices = scratch("group_weights", (groups, K, F // groups), W)
    _split(W, K, groups, F // groups, matrices)
    return matrices


def _columns_of(X: Array, window: Window, groups: int) -> Array:
    """What each window sees as a row, (groups, images Ho Wo, KH KW C)."""
    images, _, _, channels = X.shape
    height, width = window.output
    C = channels // groups
    if window.pointwise and groups == 1:
        return X.reshape(1, -1, C)
    Z = scratch("columns", (groups, images * height * width, window.taps * C), X)
    _columns(X, images, C, groups, *_sizes(window), Z)
    return Z


def _grouped(dY: Array, groups: int) -> Array:
    """(groups, places, F / groups)."""
    D = dY.shape[3] // groups
    if groups == 1:
        return dY.reshape(1, -1, D)
    signal = scratch("group_signal", (groups, dY.size // (groups * D), D), dY)
    _split(dY, signal.shape[1], groups, D, signal)
    return signal


def _blocks(batch: int, window: Window, channels: int) -> Iterator[tuple[int, int]]:
    height, width = window.output
    some = max(1, LARGEST // (height * width * window.taps * channels))
    return ((first, min(first + some, batch)) for first in range(0, batch, some))


def _sizes(window: Window) -> tuple[int, ...]:
    """In the order that kernels take them."""
    rows, columns = window
    return (
        rows.size, columns.size, rows.kernel, columns.kernel, rows.stride, columns.stride, rows.dilation, columns.dilation,
        rows.before, columns.before, rows.output, columns.output,
    )  # fmt: skip
