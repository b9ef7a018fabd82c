"""Larger, framed, cut: what comes where, and what doesn't fit."""

from __future__ import annotations

import numpy as np
import pytest

from nntui.errors import ShapeError
from nntui.nn.layer import Layer
from nntui.nn.network import Network
from nntui.nn.plan import plan
from nntui.nn.resampling import Crop, Pad, Upsample

rng = np.random.default_rng(0)


def through(layer: Layer, X: np.ndarray) -> np.ndarray:
    return Network([layer], X.shape[1:], dtype="float64").forward(X)


def test_nearest_repeats_cells() -> None:
    X = rng.standard_normal((2, 3, 4, 2))
    np.testing.assert_array_equal(through(Upsample((2, 3)), X), X.repeat(2, 1).repeat(3, 2))
    X = rng.standard_normal((2, 5, 3))
    np.testing.assert_array_equal(through(Upsample(4), X), X.repeat(4, 1))


def test_linear_blends_between_centres_and_goes_on_flat() -> None:
    X = np.array([[[0.0], [8.0]]])
    np.testing.assert_allclose(through(Upsample(4, "linear"), X)[0, :, 0], [0, 0, 1, 3, 5, 7, 8, 8])
    image = np.array([[[[0.0], [4.0]], [[8.0], [12.0]]]])
    np.testing.assert_allclose(through(Upsample(2, "linear"), image)[0, :, :, 0], np.add.outer([0, 2, 6, 8], [0, 1, 3, 4]))


@pytest.mark.parametrize("factor", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_what_is_flat_stays_flat_and_what_is_a_slope_stays_one_inside(size: int, factor: int) -> None:
    network = Network([Upsample(factor, "linear")], (size, 1), dtype="float64")
    np.testing.assert_allclose(network.forward(np.full((1, size, 1), 3.0)), 3.0)
    slope = network.forward(np.arange(float(size)).reshape(1, size, 1))[0, :, 0]
    np.testing.assert_allclose(slope, np.clip((np.arange(size * factor) + 0.5) / factor - 0.5, 0, size - 1), atol=1e-12)


def test_padding_is_zeros_where_it_is_asked_for() -> None:
    X = rng.standard_normal((2, 3, 4, 2))
    for amount, wanted in ((2, ((2, 2), (2, 2))), ((1, 3), ((1, 1), (3, 3))), ((1, 0, 2, 3), ((1, 0), (2, 3))), (0, ((0, 0), (0, 0)))):
        np.testing.assert_array_equal(through(Pad(amount), X), np.pad(X, ((0, 0), *wanted, (0, 0))))
    X = rng.standard_normal((2, 5, 3))
    np.testing.assert_array_equal(through(Pad((3, 1)), X), np.pad(X, ((0, 0), (3, 1), (0, 0))))


def test_the_frame_is_zero_again_after_another_batch_used_its_memory() -> None:
    network = Network([Pad(1)], (2, 2, 1))
    for batch in (3, 2, 3):
        X = rng.standard_normal((batch, 2, 2, 1))
        np.testing.assert_allclose(network.forward(X), np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0))), rtol=1e-6)


def test_cropping_undoes_padding() -> None:
    for x, amount in (((3, 4, 2), 2), ((3, 4, 2), (1, 0, 2, 3)), ((5, 2), (0, 3))):
        X = rng.standard_normal((2, *x))
        np.testing.assert_array_equal(Network([Pad(amount), Crop(amount)], x, dtype="float64").forward(X), X)


@pytest.mark.parametrize(
    ("layer", "x", "sentence"),
    [
        (
            Upsample(), (4,),
            "upsample needs images (height, width, channels) or sequences (time, channels), got (4,): add reshape before it",
        ),
        (Upsample((2, 3)), (4, 2), "upsample by [2, 3] is for images, got a sequence (4, 2): use one number"),
        (Crop(2), (4, 9, 1), "crop would leave nothing of (4, 9, 1): it takes 4 and 4 cells off"),
        (
            Pad((1, 2, 3)), (4, 9, 1),
            "pad by [1, 2, 3] doesn't fit (4, 9, 1): use one number, or [height, width] or [top, bottom, left, right] for an image",
        ),
        (Pad((1, 2, 3, 4)), (4, 9), "pad by [1, 2, 3, 4] doesn't fit (4, 9): use one number, or [before, after] for a sequence"),
    ],
)  # fmt: skip
def test_what_doesn_t_fit_says_what_would(layer: Layer, x: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(ShapeError) as error:
        plan((layer,), x).checked()
    assert error.value.message == sentence
