"""Convolutions, pooling and resampling as PyTorch modules that take images as ours do, channels last.

Moving the channels is a view, and what PyTorch then sees is its own channels-last layout, in which it is fastest.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nntui.backends.windows import Window
from nntui.nn.convolution import Conv1D, Conv2D
from nntui.nn.layer import Shape
from nntui.nn.plan import Site
from nntui.nn.pooling import AvgPool1D, AvgPool2D, GlobalAvgPool, MaxPool1D, MaxPool2D
from nntui.nn.resampling import Crop, Pad, Upsample
from nntui.nn.sliding import as_image
from nntui.nn.transposed import Conv2DTranspose


def _on_images(base: Any, x: Shape, y: Shape, forward: Any, *arguments: Any, **options: Any) -> Any:
    """A module of PyTorch's type `base` whose forward is given (B, C, H, W) and may answer in it; sequences have one row."""

    def with_channels_last(self: Any, X: Any) -> Any:
        return forward(self, X.reshape(-1, *as_image(x)).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).reshape(-1, *y)

    return type(base.__name__, (base,), {"forward": with_channels_last})(*arguments, **options)


def _functional() -> Any:
    return import_module("torch.nn.functional")


def _padded(X: Any, window: Window, value: float = 0.0) -> Any:
    sides = [side for axis in reversed(window) for side in (axis.before, axis.after)]
    return _functional().pad(X, sides, value=value) if any(sides) else X


def _each(window: Window, name: str) -> tuple[int, int]:
    return getattr(window.rows, name), getattr(window.columns, name)


def _convolution(nn: Any, layer: Conv1D | Conv2D, site: Site) -> Any:
    window = layer.window(site.x)
    options = {"stride": _each(window, "stride"), "dilation": _each(window, "dilation"), "groups": layer.groups}
    even = all(axis.before == axis.after for axis in window)

    def forward(self: Any, X: Any) -> Any:
        weight = self.weight if self.weight.ndim == 4 else self.weight[:, :, None]
        if even:
            return _functional().conv2d(X, weight, self.bias, padding=_each(window, "before"), **options)
        return _functional().conv2d(_padded(X, window), weight, self.bias, **options)

    kernel = _each(window, "kernel") if isinstance(layer, Conv2D) else window.columns.kernel
    base = nn.Conv2d if isinstance(layer, Conv2D) else nn.Conv1d
    return _on_images(base, site.x, site.y, forward, site.x[-1], layer.filters, kernel, groups=layer.groups, bias=layer.bias)


def _transposed(nn: Any, layer: Conv2DTranspose, site: Site) -> Any:
    window = layer.window(site.x)
    stride, dilation = _each(window, "stride"), _each(window, "dilation")
    laid = [(axis.output - 1) * axis.stride + axis.span for axis in window]
    sides = [side for axis, n in zip(reversed(window), reversed(laid), strict=True) for side in (-axis.before, axis.size + axis.before - n)]

    def forward(self: Any, X: Any) -> Any:
        Y = _functional().conv_transpose2d(X, self.weight, None, stride, groups=layer.groups, dilation=dilation)
        Y = _functional().pad(Y, sides)
        return Y if self.bias is None else Y + self.bias[:, None, None]

    kernel, channels = _each(window, "kernel"), site.x[-1]
    return _on_images(nn.ConvTranspose2d, site.x, site.y, forward, channels, layer.filters, kernel, groups=layer.groups, bias=layer.bias)


def _max_pool(nn: Any, layer: MaxPool1D | MaxPool2D, site: Site) -> Any:
    window = layer.window(site.x)

    def forward(self: Any, X: Any) -> Any:
        return _functional().max_pool2d(_padded(X, window, float("-inf")), _each(window, "kernel"), _each(window, "stride"))

    return _on_images(nn.Module, site.x, site.y, forward)


def _average_pool(nn: Any, layer: AvgPool1D | AvgPool2D | GlobalAvgPool, site: Site) -> Any:
    window = layer.window(site.x)
    padded = any(axis.before or axis.after for axis in window)

    def mean(X: Any) -> Any:
        return _functional().avg_pool2d(_padded(X, window), _each(window, "kernel"), _each(window, "stride"))

    def forward(self: Any, X: Any) -> Any:
        return mean(X) / mean(X.new_ones(X.shape)) if padded else mean(X)

    return _on_images(nn.Module, site.x, site.y, forward)


def _upsample(nn: Any, layer: Upsample, site: Site) -> Any:
    size = as_image(site.y)[:2]
    options = {"mode": "bilinear", "align_corners": False} if layer.method == "linear" else {"mode": "nearest"}
    return _on_images(nn.Module, site.x, site.y, lambda self, X: _functional().interpolate(X, size, **options))


def _framed(nn: Any, layer: Pad | Crop, site: Site) -> Any:
    sides = [side for before, after in reversed(layer.sides(site.x)) for side in (before, after)]
    if isinstance(layer, Crop):
        sides = [-side for side in sides]
    return _on_images(nn.Module, site.x, site.y, lambda self, X: _functional().pad(X, sides))


CONVOLUTIONS: dict[type[Any], Any] = {
    Conv2D: _convolution,
    Conv1D: _convolution,
    Conv2DTranspose: _transposed,
    MaxPool2D: _max_pool,
    MaxPool1D: _max_pool,
    AvgPool2D: _average_pool,
    AvgPool1D: _average_pool,
    GlobalAvgPool: _average_pool,
    Upsample: _upsample,
    Pad: _framed,
    Crop: _framed,
}
