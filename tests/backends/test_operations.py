"""Choosing a backend, and what NumPy's operations do at the edges; the layers' tests hold them to their formulas."""

import subprocess
import sys

import numpy as np
import pytest

from nntui import backends
from nntui.errors import BackendError

# -- choosing ------------------------------------------------------------------------------------------------------------------


def test_numpy_runs_everywhere():
    assert backends.load("numpy").NAME == "numpy"
    assert backends.available("numpy")


def test_an_unknown_backend_is_refused_with_the_known_ones():
    with pytest.raises(BackendError, match=r"^backend 'jax' is unknown: expected numpy, cupy or auto$"):
        backends.load("jax")
    assert not backends.available("jax")


def test_a_missing_cupy_says_how_to_install_it():
    code = (
        "import sys; sys.modules['cupy'] = None\n"
        "from nntui import backends\n"
        "try: backends.load('cupy')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.startswith("BackendError backend cupy: ")
    assert "python -m pip install '.[gpu]'" in told and "backend numpy" in told


# -- memory --------------------------------------------------------------------------------------------------------------------

ops = backends.load("numpy")
rng = np.random.default_rng(0)


def test_copies_to_the_host_stay_as_they_are():
    A = np.ones(3)
    copy = ops.to_host(A)
    ops.fill(A, 2.0)
    assert copy.tolist() == [1.0, 1.0, 1.0]


def test_arrays_from_the_host_are_contiguous_and_of_the_asked_precision():
    A = ops.from_host(np.arange(6.0).reshape(2, 3).T, "float32")
    assert A.flags.c_contiguous and A.dtype == np.float32 and A.tolist() == [[0, 3], [1, 4], [2, 5]]


def test_gathering_takes_rows_in_the_order_of_the_indices():
    source, out = rng.standard_normal((5, 2)).astype(np.float32), np.empty((3, 2), np.float32)
    ops.gather(source, np.array([4, 0, 4]), out)
    np.testing.assert_array_equal(out, source[[4, 0, 4]])
    ops.rows(source, 1, 4, out)
    np.testing.assert_array_equal(out, source[1:4])
    assert ops.count(3, 10).tolist() == [0, 10, 20]


# -- linear algebra ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4, 3, 2), (1, 3, 2), (4, 1, 2), (4, 3, 1), (1, 1, 1), (64, 32, 16)])
def test_products(shape: tuple[int, int, int]):
    n, k, m = shape
    A, B, b, dY = (rng.standard_normal(s) for s in ((n, k), (k, m), (m,), (n, m)))
    out, left, right, sums = np.empty((n, m)), np.empty((k, m)), np.empty((n, k)), np.empty(m)
    ops.matmul(A, B, out)
    np.testing.assert_allclose(out, A @ B)
    ops.affine(A, B, b, out)
    np.testing.assert_allclose(out, A @ B + b)
    ops.matmul_transposed_left(A, dY, left)
    np.testing.assert_allclose(left, A.T @ dY)
    ops.matmul_transposed_right(dY, B, right)
    np.testing.assert_allclose(right, dY @ B.T)
    ops.sum_rows(dY, sums)
    np.testing.assert_allclose(sums, dY.sum(0))


def test_the_squared_norm_is_a_number_of_the_host():
    value = ops.squared_norm(np.array([3.0, 4.0], np.float32))
    assert type(value) is float and value == 25.0


# -- numbers at the edge of what there is --------------------------------------------------------------------------------------

EXTREME = np.array([[-1e4, -50.0, -0.0, 0.0, 50.0, 1e4]], np.float32)


def test_activations_of_extreme_numbers_are_their_limits():
    out, cdf, row = np.empty_like(EXTREME), np.empty_like(EXTREME), np.empty((1, 1), np.float32)
    with np.errstate(all="raise", under="ignore"):
        ops.sigmoid(EXTREME, out)
        np.testing.assert_allclose(out[0], [0, 0, 0.5, 0.5, 1, 1], atol=1e-7)
        ops.tanh(EXTREME, out)
        np.testing.assert_allclose(out[0], [-1, -1, 0, 0, 1, 1])
        ops.gelu(EXTREME, out, cdf)
        np.testing.assert_allclose(out[0], [0, 0, 0, 0, 50, 1e4])
        ops.softmax(EXTREME, out, row)
        np.testing.assert_allclose(out[0], [0, 0, 0, 0, 0, 1])


@pytest.mark.parametrize("size", [100, 10_000])
def test_the_relu_gradient_passes_where_the_output_is_positive_and_nowhere_else(size: int):
    X, dY = rng.standard_normal(size).astype(np.float32), rng.standard_normal(size).astype(np.float32)
    X[::7] = 0.0
    Y, out = np.empty_like(X), np.empty_like(X)
    ops.relu(X, Y)
    ops.relu_backward(Y, dY, out)
    np.testing.assert_array_equal(out, np.where(X > 0, dY, 0.0))


def test_dropout_draws_from_its_stream_alone():
    out, again = np.empty((50, 40), np.float32), np.empty((50, 40), np.float32)
    ops.dropout_mask(np.random.default_rng(1), 0.25, out)
    np.random.default_rng(7).random(10)
    ops.dropout_mask(np.random.default_rng(1), 0.25, again)
    np.testing.assert_array_equal(out, again)
    assert set(np.unique(out)) == {0.0, np.float32(1.0 / 0.75)}
