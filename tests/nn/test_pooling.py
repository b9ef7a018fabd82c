"""Pooling: what a naive loop gives, where the gradient of a maximum goes, and what padding counts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.backends import numpy_pooling, numpy_workers
from nntui.backends.numpy_pooling import average_pool, average_pool_backward, max_pool, max_pool_backward
from nntui.backends.windows import Axis, Window
from nntui.errors import ShapeError
from nntui.nn.layer import Layer
from nntui.nn.network import Network
from nntui.nn.plan import plan
from nntui.nn.pooling import AvgPool1D, AvgPool2D, GlobalAvgPool, MaxPool1D, MaxPool2D


def cells(window: Window, i: int, j: int) -> list[tuple[int, int]]:
    """Those under a window, row by row, without padding."""
    rows, columns = window
    top, left = i * rows.stride - rows.before, j * columns.stride - columns.before
    under = itertools.product(range(top, top + rows.kernel), range(left, left + columns.kernel))
    return [(r, c) for r, c in under if 0 <= r < rows.size and 0 <= c < columns.size]


def places(window: Window) -> list[tuple[int, int]]:
    return list(itertools.product(range(window.rows.output), range(window.columns.output)))


@st.composite
def axes(draw: st.DrawFn) -> Axis:
    kernel = draw(st.integers(1, 4))
    padding = st.integers(0, kernel // 2)
    axis = Axis(draw(st.integers(1, 8)), kernel, draw(st.integers(1, 4)), 1, draw(padding), draw(padding))
    return axis if axis.output > 0 else axis._replace(size=kernel)


windows = st.builds(Window, axes(), axes())


@pytest.fixture(params=[(1, 1), (10**6, 10**9)], ids=["in small portions", "at once"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numpy_pooling, "BLOCK", request.param[0])
    monkeypatch.setattr(numpy_workers, "WORTH", request.param[1])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(windows, st.integers(1, 3), st.integers(1, 4), st.integers(0, 99))
@pytest.mark.usefixtures("way")
def test_a_maximum_is_the_largest_cell_and_the_first_of_equals_gets_the_gradient(window: Window, C: int, B: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, (B, *window.input, C)).astype(float)
    Y, dY, dX = np.full((B, *window.output, C), np.nan), rng.standard_normal((B, *window.output, C)), np.full(X.shape, np.nan)
    max_pool(X, Y, window)
    max_pool_backward(X, Y, dY, dX, window)
    expected, gradient = np.empty_like(Y), np.zeros_like(X)
    for i, j in places(window):
        under = cells(window, i, j)
        values = np.stack([X[:, r, c] for r, c in under])
        expected[:, i, j] = values.max(0)
        first = values.argmax(0)  # of equals, argmax takes the first
        for image, channel in itertools.product(range(B), range(C)):
            gradient[image, *under[first[image, channel]], channel] += dY[image, i, j, channel]
    np.testing.assert_array_equal(Y, expected)
    np.testing.assert_allclose(dX, gradient, atol=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(windows, st.integers(1, 3), st.integers(1, 4), st.integers(0, 99))
@pytest.mark.usefixtures("way")
def test_an_average_is_of_the_cells_that_are_there_and_shares_its_gradient_among_them(window: Window, C: int, B: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((B, *window.input, C))
    Y, dY, dX = np.full((B, *window.output, C), np.nan), rng.standard_normal((B, *window.output, C)), np.full(X.shape, np.nan)
    average_pool(X, Y, window)
    average_pool_backward(dY, dX, window)
    expected, gradient = np.empty_like(Y), np.zeros_like(X)
    for i, j in places(window):
        under = cells(window, i, j)
        expected[:, i, j] = np.mean([X[:, r, c] for r, c in under], axis=0)
        for r, c in under:
            gradient[:, r, c] += dY[:, i, j] / len(under)
    np.testing.assert_allclose(Y, expected, atol=1e-12)
    np.testing.assert_allclose(dX, gradient, atol=1e-12)


def test_a_nan_is_not_pooled_away() -> None:
    X = np.zeros((1, 4, 4, 1))
    X[0, 1, 1] = np.nan
    for layer in (MaxPool2D(), MaxPool2D(3, 2, 1), AvgPool2D()):
        assert np.isnan(Network([layer], (4, 4, 1)).forward(X)[0, 0, 0, 0])


def test_the_stride_is_the_kernel_unless_it_is_said() -> None:
    assert MaxPool2D(3).output_shape((9, 7, 2)) == (3, 2, 2)
    assert MaxPool2D((3, 2)).output_shape((9, 8, 2)) == (3, 4, 2)
    assert AvgPool2D(3, 1).output_shape((9, 7, 2)) == (7, 5, 2)
    assert MaxPool1D(4).output_shape((9, 2)) == (2, 2)
    assert AvgPool1D(4, 2, "same").output_shape((9, 2)) == (5, 2)


def test_a_global_average_is_the_mean_over_all_places() -> None:
    rng = np.random.default_rng(0)
    for x in ((5, 7, 3), (6, 3)):
        X = rng.standard_normal((2, *x))
        network = Network([GlobalAvgPool()], x, dtype="float64")
        np.testing.assert_allclose(network.forward(X), X.reshape(2, -1, 3).mean(1))


@pytest.mark.parametrize(
    ("layer", "x", "sentence"),
    [
        (MaxPool2D(), (16,), "max_pool2d needs images (height, width, channels), got (16,): add reshape before it, e.g. [4, 4, 1]"),
        (MaxPool1D(), (4, 4, 1), "max_pool1d needs sequences (time, channels), got (4, 4, 1): use max_pool2d for images"),
        (
            AvgPool2D(), (4, 4),
            "avg_pool2d needs images (height, width, channels), got (4, 4): use avg_pool1d, or add reshape before it, e.g. [4, 4, 1]",
        ),
        (MaxPool2D(3), (2, 4, 1), "max_pool2d's kernel spans 3 rows, its input has 2: use a smaller kernel"),
        (AvgPool1D(5), (2, 4), "avg_pool1d's kernel spans 5 steps, its input has 2: use a smaller kernel"),
        (
            MaxPool2D(2, padding=(0, 2)), (4, 4, 1),
            "max_pool2d with padding 2 would have windows that see nothing: at most half the kernel of 2, 1",
        ),
        (
            GlobalAvgPool(), (9,),
            "global_avg_pool needs images (height, width, channels) or sequences (time, channels), got (9,): put it behind convolutions, "
            "before flatten",
        ),
    ],
)  # fmt: skip
def test_what_doesn_t_fit_says_what_would(layer: Layer, x: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(ShapeError) as error:
        plan((layer,), x).checked()
    assert error.value.message == sentence
