"""Products in small portions are the same products, of views of any kind, and nothing is copied."""

from __future__ import annotations

import itertools
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest

from nntui.backends import numpy_products
from nntui.backends.numpy_products import product, small_kernels, stretches

rng = np.random.default_rng(0)


@pytest.fixture(params=[True, False], ids=["small kernels", "none"], autouse=True)
def kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(numpy_products, "small_kernels", lambda: request.param)
    return bool(request.param)


@pytest.mark.parametrize("limit", [1, 50, 400, 3000, 10**6])
@pytest.mark.parametrize(("groups", "n", "K", "N"), [(1, 37, 5, 3), (2, 40, 4, 1), (3, 13, 1, 6), (1, 1, 7, 2), (2, 100, 12, 5)])
def test_rows_columns_and_gaps_are_multiplied_alike(
    groups: int, n: int, K: int, N: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numpy_products, "SMALL", limit)
    B = rng.standard_normal((groups, K, N))
    rows = rng.standard_normal((groups, n, K))
    strided = rng.standard_normal((groups, 3 * n, K + 2))[:, 1::3, 1 : K + 1]
    transposed = rng.standard_normal((groups, K, n)).swapaxes(1, 2)
    for A, gaps in itertools.product((rows, strided, transposed), (1, 3)):
        whole = np.full((groups, gaps * n, N), np.nan)
        product(A, B, whole[:, ::gaps])
        np.testing.assert_allclose(whole[:, ::gaps], np.einsum("gnk,gkm->gnm", A, B), rtol=1e-12, atol=1e-12)
        assert np.isnan(np.delete(whole, np.s_[::gaps], 1)).all()


@pytest.mark.parametrize(("K", "N"), [(1, 1), (7, 3), (5000, 64), (100_000, 16), (10, 10**6)])
def test_stretches_cover_everything_once_and_are_short_enough(K: int, N: int, kernels: bool) -> None:
    cut = list(stretches(K, N))
    assert [i for here in cut for i in range(K)[here]] == list(range(K))
    if kernels and N <= 10_000:
        assert all((here.stop - here.start) * N * numpy_products.FEWEST_TRANSPOSED <= numpy_products.SMALL for here in cut)
    elif not kernels:
        assert len(cut) == 1


def test_a_large_product_of_views_copies_nothing() -> None:
    A, B = np.zeros((1, 6001, 300), "f4"), np.zeros((1, 288, 32), "f4")
    out = np.zeros((1, 3 * 2000, 32), "f4")
    tracemalloc.start()
    try:
        product(A[:, 1:6001:3, :288], B, out[:, 2::3])
        product(A[:, :1000, :288].swapaxes(1, 2), A[:, 1000:2000, :32], out[:, :288])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10_000


@pytest.mark.parametrize(("library", "there"), [(None, False), ("Haswell", False), ("SkylakeX", True)])
def test_small_kernels_are_there_where_openblas_says_so(library: str | None, there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    blas = None if library is None else SimpleNamespace(architecture=library)
    monkeypatch.setattr(numpy_products, "blas", lambda: blas)
    assert small_kernels.__wrapped__() is there
