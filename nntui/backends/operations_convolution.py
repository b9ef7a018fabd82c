"""The part of the contract that convolutions, pooling and resampling use.

Images are (B, H, W, C), channels last; a sequence is an image with one row. A `Window` says how a kernel slides. These
operations keep scratch of their own, which is made when they first run at a size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.backends.windows import Window


class Convolutions(Protocol):
    """W is (KH, KW, C / groups, F): filter f of group g sees the channels of group g alone."""

    def convolution(self, X: Array, W: Array, b: Array | None, out: Array, window: Window, groups: int) -> None:
        """out_ijf = sum_hwc X_(i s + h d - p)(j s + w d - p)c W_hwcf + b_f, X being 0 in its padding."""

    def convolution_input_gradient(self, dY: Array, W: Array, out: Array, window: Window, groups: int) -> None:
        """out = dL/dX of a convolution with this window, of the shape its X had: the adjoint map of dY."""

    def convolution_weight_gradient(
        self, X: Array, dY: Array, out: Array, db: Array | None, window: Window, groups: int
    ) -> None:
        """out = dL/dW of a convolution, and db (F,) = sum of dY over all places, if it isn't None."""

    def max_pool(self, X: Array, out: Array, window: Window) -> None:
        """out = the largest value under each window, channel by channel. Every window must see a cell that isn't padding."""

    def max_pool_backward(self, X: Array, Y: Array, dY: Array, out: Array, window: Window) -> None:
        """out = for each cell, the sum of dY over the windows whose first maximum (row by row) it is."""

    def average_pool(self, X: Array, out: Array, window: Window) -> None:
        """out = the mean of the cells under each window, channel by channel; padding isn't counted."""

    def average_pool_backward(self, dY: Array, out: Array, window: Window) -> None:
        """out = for each cell, the sum of dY / (cells counted) over the windows it is under."""

    def upsample(self, X: Array, out: Array, rows: int, columns: int, smooth: bool) -> None:
        """out = every cell repeated rows x columns times; or, if smooth, linear between cell centres, edges continued."""

    def upsample_backward(self, dY: Array, out: Array, rows: int, columns: int, smooth: bool) -> None:
        """out = the adjoint of upsample."""
