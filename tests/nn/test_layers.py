import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from nn.gradients import KinkError, assert_gradient, unit
from nn.table import TABLE, Bound, Row, draws
from nntui.backends.numpy_workers import working_with
from nntui.nn.catalogue import LAYERS
from nntui.nn.plan import plan


def rows(suits: Callable[[Row], bool] = lambda row: True) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [row for row in TABLE if suits(row)], ids=lambda row: row.name)


every_row = rows()


def test_every_layer_there_is_has_a_row():
    seen = {type(site.layer) for row in TABLE for site in plan(row.layers, row.x).walk()}
    assert seen == set(LAYERS)


@every_row
def test_the_shape_rule_is_what_comes_out(row: Row):
    assert plan(row.layers, row.x).checked().output_shape == row.y
    bound = Bound(row)
    assert bound.forward().shape == (bound.batch, *row.y)
    assert bound.backward()[0].shape == bound.inputs.shape


def _check(row: Row, seed: int) -> None:
    bound = Bound(row, seed=seed)
    dX, gradient = bound.backward()
    arrays, gradients = [bound.inputs, bound.network.flat], [dX, gradient]

    def f() -> float:
        return float((bound.forward() * bound.dY).sum())

    rng = np.random.default_rng(seed)
    for _ in range(3):
        assert_gradient(f, arrays, gradients, unit(arrays, rng))
    for still in (0, 1):  # each kind of gradient on its own as well: one could hide behind the other's size
        direction = unit(arrays, rng)
        direction[still] = np.zeros_like(direction[still])
        assert_gradient(f, arrays, gradients, direction)
    for array in range(2):
        for i in range(min(arrays[array].size, 40)):
            direction = [np.zeros_like(a) for a in arrays]
            direction[array].flat[i] = 1.0
            assert_gradient(f, arrays, gradients, direction)


@rows(lambda row: row.slope)
def test_gradients_are_the_slope_along_random_directions_and_along_every_axis(row: Row):
    for seed in range(20):
        try:
            _check(row, seed)
            return
        except KinkError:
            assert row.kinks, "a kink where the function should be smooth"
    pytest.fail("no point without kinks found")


def test_the_gradient_check_finds_a_wrong_gradient():
    bound = Bound(TABLE[0])
    dX, gradient = bound.backward()
    gradient[-1] *= 1.0 + 1e-4

    def f() -> float:
        return float((bound.forward() * bound.dY).sum())

    arrays = [bound.bound.X, bound.network.flat]
    with pytest.raises(AssertionError):
        assert_gradient(f, arrays, [dX, gradient], unit(arrays, np.random.default_rng(0)))


@rows(lambda row: not row.train or not draws(site.layer for site in plan(row.layers, row.x).walk()))
def test_single_precision_agrees_with_double(row: Row):
    double, single = Bound(row), Bound(row, dtype="float32")
    single.network.flat[:] = double.network.flat
    single.bound.X[:] = double.bound.X
    np.testing.assert_allclose(single.forward(), double.forward(), rtol=1e-4, atol=1e-5)
    for low, high in zip(single.backward(), double.backward(), strict=True):
        assert low.dtype == np.float32 and high.dtype == np.float64
        np.testing.assert_allclose(low, high, rtol=1e-3, atol=1e-4)


@rows(lambda row: row.apart)
def test_a_batch_is_its_halves_one_after_the_other(row: Row):
    whole, half = Bound(row, batch=6), Bound(row, batch=3)
    half.network.flat[:] = whole.network.flat
    for name, statistic in whole.network.statistics.items():
        half.network.statistics[name][:] = statistic
    Y = whole.forward()
    dX, gradient = whole.backward()
    total = np.zeros_like(gradient)
    for part in (slice(0, 3), slice(3, 6)):
        half.bound.X[:] = whole.bound.X[part]
        np.testing.assert_allclose(half.forward(), Y[part], rtol=1e-12, atol=1e-14)
        dX_half, gradient_half = half.backward(whole.dY[part])
        np.testing.assert_allclose(dX_half, dX[part], rtol=1e-12, atol=1e-14)
        total += gradient_half
    np.testing.assert_allclose(total, gradient, rtol=1e-11, atol=1e-13)


@every_row
def test_no_signal_from_above_is_no_gradient(row: Row):
    bound = Bound(row)
    dX, gradient = bound.backward(np.zeros_like(bound.dY))
    assert not dX.any() and not gradient.any()


@every_row
def test_backward_is_linear_in_the_signal_from_above(row: Row):
    bound = Bound(row)
    other = np.random.default_rng(1).standard_normal(bound.dY.shape)
    one, two, both = bound.backward(), bound.backward(other), bound.backward(2.0 * bound.dY - 3.0 * other)
    for a, b, ab in zip(one, two, both, strict=True):
        np.testing.assert_allclose(ab, 2.0 * a - 3.0 * b, rtol=1e-10, atol=1e-12)


@every_row
def test_the_same_gradients_come_without_an_input_gradient(row: Row):
    with_dX, without = Bound(row), Bound(row, input_gradient=False)
    assert without.bound.dX is None
    np.testing.assert_array_equal(without.backward()[1], with_dX.backward()[1])


@every_row
def test_the_same_input_gives_the_same_numbers_again(row: Row):
    bound = Bound(row)
    np.testing.assert_array_equal(bound.forward(), bound.forward())


@every_row
def test_what_a_layer_reads_stays_as_it_is(row: Row):
    bound = Bound(row)
    X, W = bound.bound.X.copy(), bound.network.flat.copy()
    bound.backward()
    np.testing.assert_array_equal(bound.bound.X, X)
    np.testing.assert_array_equal(bound.network.flat, W)
    np.testing.assert_array_equal(bound.bound.dY, bound.dY)  # what measures delta reads it after the step


@every_row
def test_nothing_of_an_arrays_size_is_allocated_once_bound(row: Row):
    batch = 65536 // min(np.prod(row.x, dtype=int), np.prod(row.y))  # arrays of 256 kB at least: far more than NumPy's cast buffers
    bound = Bound(row, batch=int(batch), dtype="float32").bound
    with working_with(1):
        bound.forward(), bound.backward()
        tracemalloc.start()
        try:
            bound.forward(), bound.backward()
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            for _ in range(3):
                bound.forward(), bound.backward()
            after, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert after - before < 1024
    assert peak - before < 128 * 1024  # NumPy walks arrays with gaps through buffers, 32 kB for each of three
