"""Products in pieces, on however many cores, are the same products; as many threads give the same bits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from nntui.backends import numpy as ops
from nntui.backends import numpy_linear
from nntui.backends.numpy_workers import working_with

RNG = np.random.default_rng(0)

SHAPES = [(1, 1, 1), (3, 5, 7), (40, 3, 2), (2, 3, 40), (5, 400, 6), (64, 9, 31), (700, 4, 3), (3, 4, 700)]


@pytest.fixture(params=[1, 2, 3], ids=["one core", "two", "three"])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Cuts everything there is to cut."""
    for limit, value in (("SMALL", 0), ("WORTH", 1), ("LONG", 100), ("SHORT", 50)):
        monkeypatch.setattr(numpy_linear, limit, value)
    return int(request.param)


def products(M: int, K: int, N: int) -> list[tuple[Callable[[np.ndarray], None], np.ndarray]]:
    """Every operation on A (M, K) and B (K, N), with its result by other means."""
    A, B, b = RNG.standard_normal((M, K)), RNG.standard_normal((K, N)), RNG.standard_normal(N)
    left, right = np.ascontiguousarray(A.T), np.ascontiguousarray(B.T)
    wanted = np.einsum("mk,kn->mn", A, B)
    return [
        (lambda out: ops.matmul(A, B, out), wanted),
        (lambda out: ops.affine(A, B, b, out), wanted + b),
        (lambda out: ops.matmul_transposed_left(left, B, out), wanted),
        (lambda out: ops.matmul_transposed_right(A, right, out), wanted),
    ]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_product_in_pieces_is_the_product(shape: tuple[int, int, int], threads: int) -> None:
    for compute, wanted in products(*shape):
        out = np.full(wanted.shape, np.nan)
        again = np.full(wanted.shape, np.nan)
        with working_with(threads):
            compute(out)
            compute(again)
        np.testing.assert_allclose(out, wanted, rtol=1e-11, atol=1e-11)
        np.testing.assert_array_equal(again, out)


@pytest.mark.parametrize(
    ("shape", "axis"), [((4096, 256, 256), "M"), ((128, 512, 1024), "N"), ((64, 100_000, 48), "K"), ((32, 64, 64), None)]
)
def test_large_products_are_cut_along_their_longest_axis(
    shape: tuple[int, int, int], axis: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    M, K, N = shape
    seen = []
    real = numpy_linear._piece

    def piece(A: np.ndarray, B: np.ndarray, b: np.ndarray | None, out: np.ndarray) -> None:
        seen.append((A.shape[0] < M, A.shape[1] < K, B.shape[1] < N))
        real(A, B, b, out)

    monkeypatch.setattr(numpy_linear, "_piece", piece)
    with working_with(2):
        ops.matmul(np.zeros((M, K), "f4"), np.zeros((K, N), "f4"), np.empty((M, N), "f4"))
    assert set(seen) == ({tuple(name == axis for name in "MKN")} if axis else set())
    assert axis is None or len(seen) >= 2
