"""The normal distribution function in single precision is worked out by hand: it is as good as an error function would be."""

import numpy as np
import pytest
from scipy.special import ndtr

from nntui.backends import numpy as ops


def gelu(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    out, cdf = np.empty_like(X), np.empty_like(X)
    ops.gelu(X, out, cdf)
    return out, cdf


def test_phi_is_right_to_the_last_digits_of_single_precision():
    X = np.linspace(-12.0, 12.0, 200_001, dtype=np.float32)
    Y, cdf = gelu(X)
    assert cdf.dtype == np.float32
    assert np.abs(cdf - ndtr(X.astype(np.float64))).max() < 1.3e-7  # one unit in the last place of 1
    assert np.abs(Y - X * ndtr(X.astype(np.float64))).max() < 6e-7
    assert cdf.min() >= 0.0 and cdf.max() <= 1.0


@pytest.mark.parametrize("shape", [(0, 3), (1,), (5, 0), (3, 70_000), (70_000, 3), (2, 3, 4, 5)])
def test_any_shape_is_computed_whole_and_alike(shape: tuple[int, ...]):
    X = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    Y, _ = gelu(X)
    one_by_one, _ = gelu(X.reshape(-1, 1)[:200])
    assert Y.shape == shape
    np.testing.assert_allclose(Y.reshape(-1, 1)[:200], one_by_one, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(Y, X * ndtr(X), rtol=1e-5, atol=1e-6)


def test_huge_inputs_are_open_or_shut_and_nan_stays_nan():
    with np.errstate(all="ignore"):
        Y, cdf = gelu(np.array([3e38, -3e38, np.inf, np.nan], np.float32))
    assert cdf[:3].tolist() == [1.0, 0.0, 1.0] and np.isnan(cdf[3])
    assert Y[1] == 0.0
