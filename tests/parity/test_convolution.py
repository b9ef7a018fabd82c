"""Shapes and numbers of everything that slides, beside PyTorch's, over grids of what can be chosen."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from nntui.nn.convolution import Conv1D, Conv2D
from nntui.nn.layer import Layer
from nntui.nn.network import Network
from nntui.nn.plan import plan
from nntui.nn.pooling import AvgPool2D, MaxPool1D, MaxPool2D
from nntui.nn.resampling import Upsample
from nntui.nn.transposed import Conv2DTranspose

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
rng = np.random.default_rng(0)

GRID = list(itertools.product([1, 2, 3, 4], [1, 2, 3], [0, 1, 2], [1, 2, 3]))
"""Kernel, stride, padding, dilation."""


def first(A: np.ndarray) -> Any:
    """Channels first, ours last, with a gradient."""
    return torch.from_numpy(np.moveaxis(A, -1, 1).copy()).requires_grad_()


def last(A: Any) -> np.ndarray:
    return np.moveaxis(A.detach().numpy(), 1, -1)


def kernel_of(W: np.ndarray) -> Any:
    """(KH, KW, in, out) -> (out, in, KH, KW)."""
    return torch.from_numpy(np.transpose(W, (W.ndim - 1, W.ndim - 2, *range(W.ndim - 2))).copy()).requires_grad_()


def compare(layer: Layer, x: tuple[int, ...], theirs: Any, batch: int = 2) -> None:
    """Output and all gradients; theirs is called with X, W, b as tensors. What doesn't fit isn't compared."""
    if plan((layer,), x).problem is not None:
        return
    X, ours = rng.standard_normal((batch, *x)), Network([layer], x, dtype="float64")
    tX = first(X)
    tensors = [kernel_of(A) if A.ndim > 1 else torch.from_numpy(A.copy()).requires_grad_() for A in ours.params.values()]
    Y = theirs(tX, *tensors)
    assert ours.output_shape == (*Y.shape[2:], Y.shape[1])
    np.testing.assert_allclose(ours.forward(X), last(Y), rtol=1e-9, atol=1e-11)
    dY = rng.standard_normal((batch, *ours.output_shape))
    Y.backward(torch.from_numpy(np.moveaxis(dY, -1, 1).copy()))
    np.testing.assert_allclose(ours.backward(dY), last(tX.grad), rtol=1e-9, atol=1e-11)
    for (name, gradient), tensor in zip(ours.grads.items(), tensors, strict=True):
        wanted = tensor.grad.numpy()
        if name.endswith("W"):
            wanted = np.transpose(wanted, (*range(2, wanted.ndim), 1, 0))
        np.testing.assert_allclose(gradient, wanted, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), GRID)
def test_conv2d(kernel: int, stride: int, padding: int, dilation: int) -> None:
    F = torch.nn.functional
    for x, groups in (((7, 6, 4), 1), ((9, 4, 4), 2), ((5, 8, 4), 4)):
        layer = Conv2D(4, kernel, stride, padding, dilation, groups)
        fits = all(n + 2 * padding >= (kernel - 1) * dilation + 1 for n in x[:2])
        assert (plan((layer,), x).problem is None) == fits
        compare(layer, x, lambda X, W, b, groups=groups: F.conv2d(X, W, b, stride, padding, dilation, groups))


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), GRID)
def test_conv1d(kernel: int, stride: int, padding: int, dilation: int) -> None:
    F = torch.nn.functional
    layer = Conv1D(4, kernel, stride, padding, dilation, 2)
    assert (plan((layer,), (8, 6)).problem is None) == (8 + 2 * padding >= (kernel - 1) * dilation + 1)
    compare(layer, (8, 6), lambda X, W, b: F.conv1d(X, W, b, stride, padding, dilation, 2))


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), GRID)
def test_conv2d_transpose(kernel: int, stride: int, padding: int, dilation: int) -> None:
    F = torch.nn.functional
    for x, groups in (((3, 4, 4), 1), ((2, 5, 4), 2)):
        layer = Conv2DTranspose(4, kernel, stride, padding, dilation, groups)
        compare(layer, x, lambda X, W, b, groups=groups: F.conv_transpose2d(X, W, b, stride, padding, 0, groups, dilation))


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@pytest.mark.parametrize(("kernel", "dilation"), [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (2, 2), (3, 2), (2, 3)])
def test_same_padding(kernel: int, dilation: int) -> None:
    F = torch.nn.functional
    compare(Conv2D(3, kernel, dilation=dilation), (6, 7, 2), lambda X, W, b: F.conv2d(X, W, b, 1, "same", dilation))


@pytest.mark.parametrize(("kernel", "stride", "padding"), [c[:3] for c in GRID if c[2] <= c[0] // 2 and c[3] == 1])
def test_pools(kernel: int, stride: int, padding: int) -> None:
    F = torch.nn.functional
    for x in ((7, 6, 3), (4, 9, 2)):
        compare(MaxPool2D(kernel, stride, padding), x, lambda X: F.max_pool2d(X, kernel, stride, padding))
        compare(AvgPool2D(kernel, stride, padding), x, lambda X: F.avg_pool2d(X, kernel, stride, padding, count_include_pad=False))
    compare(MaxPool1D(kernel, stride, padding), (7, 3), lambda X: F.max_pool1d(X, kernel, stride, padding))


def test_the_gradient_of_equal_maxima_goes_where_pytorchs_goes() -> None:
    X = rng.integers(0, 2, (3, 7, 8, 2)).astype(float)
    for kernel, stride in ((2, 2), (3, 2), (3, 1)):
        network = Network([MaxPool2D(kernel, stride)], X.shape[1:], dtype="float64")
        tX = first(X)
        Y = torch.nn.functional.max_pool2d(tX, kernel, stride)
        dY = rng.standard_normal((3, *network.output_shape))
        network.forward(X)
        Y.backward(torch.from_numpy(np.moveaxis(dY, -1, 1).copy()))
        np.testing.assert_allclose(network.backward(dY), last(tX.grad), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("factor", [1, 2, 3, (2, 3)])
def test_upsampling(factor: int | tuple[int, int]) -> None:
    F = torch.nn.functional
    scale = (factor, factor) if isinstance(factor, int) else factor
    scale = tuple(map(float, scale))
    compare(Upsample(factor), (3, 4, 2), lambda X: F.interpolate(X, scale_factor=scale))
    compare(Upsample(factor, "linear"), (3, 4, 2), lambda X: F.interpolate(X, scale_factor=scale, mode="bilinear", align_corners=False))


def test_single_precision_agrees_with_pytorchs() -> None:
    """Sums of a few hundred products, in float32 in both engines, in another order."""
    x = (12, 12, 32)
    network = Network([Conv2D(48)], x)
    X, W, b = rng.standard_normal((8, *x), "f4"), network.params["0.conv2d.W"], network.params["0.conv2d.b"]
    tX, tW = first(X), kernel_of(W)
    Y = torch.nn.functional.conv2d(tX, tW, torch.from_numpy(b.copy()), padding=1)
    np.testing.assert_allclose(network.forward(X), last(Y), rtol=1e-4, atol=1e-5)
    dY = rng.standard_normal((8, 12, 12, 48), "f4")
    Y.backward(torch.from_numpy(np.moveaxis(dY, -1, 1).copy()))
    np.testing.assert_allclose(network.backward(dY), last(tX.grad), rtol=1e-4, atol=1e-5)
    dW = network.grads["0.conv2d.W"]
    np.testing.assert_allclose(dW, np.transpose(tW.grad.numpy(), (2, 3, 1, 0)), rtol=1e-4, atol=1e-4 * np.abs(dW).max())
