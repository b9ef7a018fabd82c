"""Pooling and resampling on a GPU: one thread makes one output, or gathers what one input gets back.

Written without a GPU at hand: tests compile these kernels for the CPU and compare them with NumPy. No atomics: the same
inputs give the same bits.
"""

from __future__ import annotations

from nntui.backends.cupy_device import elementwise
from nntui.backends.operations import Array
from nntui.backends.windows import Window

_WINDOW = (
    "int64 C, int64 H, int64 W, int64 KH, int64 KW, int64 down, int64 across, int64 row_holes, int64 column_holes, int64 top, "
    "int64 left, int64 Ho, int64 Wo"
)

# Where output i lies, and for every cell under its window that isn't padding: `cell`, its place in X.
_OUTPUT = """
    long long c = i % C, x = i / C % Wo * across - left, y = i / C / Wo % Ho * down - top, image = i / C / Wo / Ho;
"""
_EACH_CELL = """
    for (long long h = 0; h < KH; ++h) for (long long w = 0; w < KW; ++w) {
      long long row = y + h * row_holes, column = x + w * column_holes;
      if (row < 0 || row >= H || column < 0 || column >= W) continue;
      long long cell = ((image * H + row) * W + column) * C + c;
"""
# Where input i lies, and for every window it is under: `out`, its place in Y; (y, x) its first cell; (h, w) the tap.
_INPUT = """
    long long c = i % C, column = i / C % W, row = i / C / W % H, image = i / C / W / H;
"""
_EACH_WINDOW = """
    for (long long h = 0; h < KH; ++h) for (long long w = 0; w < KW; ++w) {
      long long y = row + top - h * row_holes, x = column + left - w * column_holes;
      if (y < 0 || x < 0 || y % down || x % across || y / down >= Ho || x / across >= Wo) continue;
      long long out = ((image * Ho + y / down) * Wo + x / across) * C + c;
      y -= top; x -= left;
"""

_max_pool = elementwise(
    "max_pool", f"raw T X, {_WINDOW}", "T Y",
    f"""{_OUTPUT}
    bool any = false;
    T most = 0;
    {_EACH_CELL}
      T value = X[cell];
      if (!any || value > most || value != value) most = value;  // a NaN stays: nothing is larger
      any = true;
      if (most != most) break;
    }}
    Y = most;
    """,
)  # fmt: skip
_max_pool_backward = elementwise(
    "max_pool_backward", f"raw T X, raw T Y, raw T dY, {_WINDOW}", "T dX",
    f"""{_INPUT}
    T mine = X[i], sum = 0;
    {_EACH_WINDOW}
      if (mine != Y[out]) continue;
      bool first = true;
      for (long long k = 0; first && k < h * KW + w; ++k) {{
        long long r = y + k / KW * row_holes, s = x + k % KW * column_holes;
        if (r >= 0 && r < H && s >= 0 && s < W && X[((image * H + r) * W + s) * C + c] == mine) first = false;
      }}
      if (first) sum += dY[out];
    }}
    dX = sum;
    """,
)  # fmt: skip
_average_pool = elementwise(
    "average_pool", f"raw T X, {_WINDOW}", "T Y",
    f"""{_OUTPUT}
    T sum = 0, counted = 0;
    {_EACH_CELL}
      sum += X[cell];
      counted += T(1);
    }}
    Y = counted > T(0) ? sum / counted : T(0);
    """,
)  # fmt: skip
_average_pool_backward = elementwise(
    "average_pool_backward", f"raw T dY, {_WINDOW}", "T dX",
    f"""{_INPUT}
    T sum = 0;
    {_EACH_WINDOW}
      long long rows = 0, columns = 0;
      for (long long k = 0; k < KH; ++k) rows += y + k * row_holes >= 0 && y + k * row_holes < H;
      for (long long k = 0; k < KW; ++k) columns += x + k * column_holes >= 0 && x + k * column_holes < W;
      sum += dY[out] / T(rows * columns);
    }}
    dX = sum;
    """,
)  # fmt: skip

_SIZES = "int64 H, int64 W, int64 C, int64 rows, int64 columns"
_WEIGHT = """
// How much output k, on an axis of `size` cells each `factor` times repeated, takes from input j: linear between centres.
__device__ T nntui_blend(long long k, long long j, long long size, long long factor) {
  T centre = (T(k) + T(0.5)) / T(factor) - T(0.5);
  centre = centre < T(0) ? T(0) : centre > T(size - 1) ? T(size - 1) : centre;
  long long below = (long long)centre;
  if (below > size - 2) below = size > 1 ? size - 2 : 0;
  T above = centre - T(below);
  return j == below ? T(1) - above : j == below + 1 ? above : T(0);
}
"""
_repeat = elementwise(
    "repeat_cells", f"raw T X, {_SIZES}", "T Y",
    """
    long long c = i % C, x = i / C % (W * columns), y = i / C / (W * columns) % (H * rows), image = i / C / (W * columns) / (H * rows);
    Y = X[((image * H + y / rows) * W + x / columns) * C + c];
    """,
)  # fmt: skip
_repeat_backward = elementwise(
    "repeat_cells_backward", f"raw T dY, {_SIZES}", "T dX",
    """
    long long c = i % C, x = i / C % W * columns, y = i / C / W % H * rows, image = i / C / W / H;
    T sum = 0;
    for (long long h = 0; h < rows; ++h) for (long long w = 0; w < columns; ++w)
      sum += dY[((image * H * rows + y + h) * W * columns + x + w) * C + c];
    dX = sum;
    """,
)  # fmt: skip
_blend = elementwise(
    "blend_cells", f"raw T X, {_SIZES}", "T Y",
    """
    long long c = i % C, x = i / C % (W * columns), y = i / C / (W * columns) % (H * rows), image = i / C / (W * columns) / (H * rows);
    T sum = 0;
    for (long long h = y / rows - 1; h <= y / rows + 1; ++h) for (long long w = x / columns - 1; w <= x / columns + 1; ++w)
      if (h >= 0 && h < H && w >= 0 && w < W)
        sum += nntui_blend(y, h, H, rows) * nntui_blend(x, w, W, columns) * X[((image * H + h) * W + w) * C + c];
    Y = sum;
    """,
    preamble=_WEIGHT,
)  # fmt: skip
_blend_backward = elementwise(
    "blend_cells_backward", f"raw T dY, {_SIZES}", "T dX",
    """
    long long c = i % C, w = i / C % W, h = i / C / W % H, image = i / C / W / H;
    T sum = 0;
    for (long long y = (h - 1) * rows; y < (h + 2) * rows; ++y) for (long long x = (w - 1) * columns; x < (w + 2) * columns; ++x)
      if (y >= 0 && y < H * rows && x >= 0 && x < W * columns)
        sum += nntui_blend(y, h, H, rows) * nntui_blend(x, w, W, columns) * dY[((image * H * rows + y) * W * columns + x) * C + c];
    dX = sum;
    """,
    preamble=_WEIGHT,
)  # fmt: skip


def max_pool(X: Array, out: Array, window: Window) -> None:
    _max_pool(X, *_sizes(X, window), out)


def max_pool_backward(X: Array, Y: Array, dY: Array, out: Array, window: Window) -> None:
    _max_pool_backward(X, Y, dY, *_sizes(X, window), out)


def average_pool(X: Array, out: Array, window: Window) -> None:
    _average_pool(X, *_sizes(X, window), out)


def average_pool_backward(dY: Array, out: Array, window: Window) -> None:
    _average_pool_backward(dY, *_sizes(out, window), out)


def upsample(X: Array, out: Array, rows: int, columns: int, smooth: bool) -> None:
    (_blend if smooth else _repeat)(X, *X.shape[1:], rows, columns, out)


def upsample_backward(dY: Array, out: Array, rows: int, columns: int, smooth: bool) -> None:
    (_blend_backward if smooth else _repeat_backward)(dY, *out.shape[1:], rows, columns, out)


def _sizes(X: Array, window: Window) -> tuple[int, ...]:
    """In the order that kernels take them."""
    rows, columns = window
    return (
        X.shape[3], rows.size, columns.size, rows.kernel, columns.kernel, rows.stride, columns.stride, rows.dilation,
        columns.dilation, rows.before, columns.before, rows.output, columns.output,
    )  # fmt: skip
