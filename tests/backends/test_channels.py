"""Operations with a number per channel are the same however rows are taken together, and whoever computes them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from nntui.backends import numpy as ops
from nntui.backends import numpy_channels, numpy_workers
from nntui.backends.numpy_workers import working_with

RNG = np.random.default_rng(0)


@pytest.fixture(params=[(1, 10, 4), (64, 64, 64), (1000, 40, 7), (10**6, 10**4, 10**3)], ids=str)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Blocks, wide rows and narrow ones of many lengths, and a part for every wide row; nothing small."""
    for name, value in zip(("BLOCK", "WIDTH", "NARROW", "SMALL", "ALONE"), (*request.param, 0, 0), strict=True):
        monkeypatch.setattr(numpy_channels, name, value)
    monkeypatch.setattr(numpy_workers, "WORTH", 1e-3)
    numpy_channels._cut.cache_clear()
    yield
    numpy_channels._cut.cache_clear()


def computed(N: int, D: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(N + D)
    X, dY = rng.standard_normal((N, D)) + 3.0, rng.standard_normal((N, D))
    gamma, beta = rng.standard_normal(D), rng.standard_normal(D)
    mean, variance, inverse_std, dgamma, dbeta, sums = np.full((6, D), np.nan)
    Y, dX, shifted, scratch = np.full((4, N, D), np.nan)
    ops.column_moments(X, mean, variance, scratch)
    ops.inverse_std(variance, 1e-5, inverse_std)
    ops.normalize_columns(X, mean, inverse_std, gamma, beta, Y, np.empty((2, D)))
    ops.normalize_columns_sums(X, dY, mean, inverse_std, dgamma, dbeta, scratch)
    ops.normalize_columns_backward(X, dY, mean, inverse_std, gamma, dgamma, dbeta, dX, np.empty((3, D)))
    ops.scale_shift(X, gamma, beta, shifted)
    ops.sum_rows(dY, sums)
    normalized = (X - X.mean(0)) / np.sqrt(X.var(0) + 1e-5)
    dN = dY * gamma
    exact = (dN - dN.mean(0) - normalized * (dN * normalized).mean(0)) / np.sqrt(X.var(0) + 1e-5)
    pairs = {
        "mean": (mean, X.mean(0)), "variance": (variance, X.var(0)), "Y": (Y, normalized * gamma + beta), "dX": (dX, exact),
        "dgamma": (dgamma, (dY * normalized).sum(0)), "dbeta": (dbeta, dY.sum(0)), "shifted": (shifted, X * gamma + beta),
        "sums": (sums, dY.sum(0)),
    }  # fmt: skip
    for name, (got, wanted) in pairs.items():
        np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-10, err_msg=name)
    return {name: got for name, (got, _) in pairs.items()}


@pytest.mark.parametrize(("N", "D"), [(1, 3), (2, 1), (7, 5), (64, 16), (1001, 3), (50, 300), (13, 1)])
@pytest.mark.usefixtures("way")
def test_rows_taken_together_give_what_the_formulas_say_and_as_many_threads_as_there_are_the_same_bits(N: int, D: int) -> None:
    results = []
    for threads in (1, 3):
        with working_with(threads):
            results.append(computed(N, D))
    for name in results[0]:
        np.testing.assert_array_equal(results[1][name], results[0][name], err_msg=name)


def test_small_arrays_give_what_the_formulas_say() -> None:
    computed(32, 64)


def test_the_variance_of_many_numbers_far_from_zero_keeps_single_precision() -> None:
    X = (RNG.standard_normal((200_000, 4)) + 300.0).astype("f4")
    mean, variance = np.empty((2, 4), "f4")
    ops.column_moments(X, mean, variance, np.empty_like(X))
    np.testing.assert_allclose(mean, X.mean(0, dtype="f8"), rtol=1e-6)
    np.testing.assert_allclose(variance, X.var(0, dtype="f8"), rtol=1e-4)
