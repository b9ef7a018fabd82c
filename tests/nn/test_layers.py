import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nn.gradients import KinkError, assert_gradient, unit
from nn.table import TABLE, Bound, Row, draws
from nntui.backends.numpy_workers import working_with
from nntui.nn.catalogue import LAYERS
from nntui.nn.network import Pass
from nntui.nn.plan import plan
from nntui.nn.scale import Scale
from nntui.training.checkpoint import Checkpoints
from nntui.training.state import TrainerState


def rows(suits: Callable[[Row], bool] = lambda row: True) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [row for row in TABLE if suits(row)], ids=lambda row: row.name)


every_row = rows()


def test_every_layer_there_is_has_a_row():
    seen = {type(site.layer) for row in TABLE for site in plan(row.layers, row.x).walk()}
    assert seen == set(LAYERS)


TREATMENT = {"frozen", "rate_multiplier"}
STARTS = {"init", "recurrent"}
"""Options that say how weights begin: rows set them anyhow."""


def test_every_option_of_every_layer_has_several_values_in_the_rows():
    values: dict[tuple[type, str], set[object]] = {}
    for row in TABLE:
        for site in plan(row.layers, row.x).walk():
            for name in site.layer.__struct_fields__:
                values.setdefault((type(site.layer), name), set()).add(getattr(site.layer, name))
    alike = [f"{kind.__name__}.{name}" for (kind, name), found in values.items() if len(found) < 2 and name not in {*STARTS, *TREATMENT}]
    assert not alike
    for name in TREATMENT:
        assert len(set().union(*(found for (_, option), found in values.items() if option == name))) > 1


@every_row
def test_the_shape_rule_is_what_comes_out(row: Row):
    assert plan(row.layers, row.x).checked().output_shape == row.y
    bound = Bound(row)
    assert bound.forward().shape == (bound.batch, *row.y)
    assert [gradient.shape for gradient in bound.backward()] == [array.shape for array in bound.arrays]


def _check(row: Row, seed: int) -> None:
    bound = Bound(row, seed=seed)
    arrays, gradients = bound.arrays, bound.backward()

    def f() -> float:
        return float((bound.forward() * bound.dY).sum())

    rng = np.random.default_rng(seed)
    for _ in range(3):
        assert_gradient(f, arrays, gradients, unit(arrays, rng))
    for alone in range(len(arrays)):  # each kind of gradient on its own as well: one could hide behind another's size
        if arrays[alone].size:
            direction = [np.zeros_like(array) for array in arrays]
            direction[alone] = unit([arrays[alone]], rng)[0]
            assert_gradient(f, arrays, gradients, direction)
    for array in range(len(arrays)):
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
    bound = Bound(next(row for row in TABLE if row.name == "lstm"))
    for wrong in range(len(bound.arrays)):
        gradients = bound.backward()
        gradients[wrong].flat[-1] *= 1.0 + 1e-4

        def f() -> float:
            return float((bound.forward() * bound.dY).sum())

        direction = [np.zeros_like(array) for array in bound.arrays]
        direction[wrong].flat[-1] = 1.0
        with pytest.raises(AssertionError):
            assert_gradient(f, bound.arrays, gradients, direction)


@rows(lambda row: not row.train or not draws(site.layer for site in plan(row.layers, row.x).walk()))
def test_single_precision_agrees_with_double(row: Row):
    double, single = Bound(row), Bound(row, dtype="float32")
    single.take(double)
    np.testing.assert_allclose(single.forward(), double.forward(), rtol=1e-4, atol=1e-5)
    for low, high in zip(single.backward(), double.backward(), strict=True):
        assert low.dtype == np.float32 and high.dtype == np.float64
        np.testing.assert_allclose(low, high, rtol=1e-3, atol=1e-4)


def _of_part(bound: Bound, gradients: list[np.ndarray], part: slice) -> list[np.ndarray]:
    """What belongs to some of the examples: of inputs and states; parameters are everybody's."""
    first, last = 1, 1 + len(bound.learned)
    return [gradients[0][part], *(np.zeros_like(g) for g in gradients[first:last]), *(g[:, part] for g in gradients[last:])]


@rows(lambda row: row.apart)
@pytest.mark.parametrize("sizes", [(3, 3), (1, 4, 1)], ids=str)
def test_a_batch_is_its_parts_one_after_the_other(row: Row, sizes: tuple[int, ...]):
    whole = Bound(row, batch=6)
    Y, gradients = whole.forward(), whole.backward()
    total = [np.zeros_like(array) for array in whole.learned]
    start = 0
    for size in sizes:
        piece, part = slice(start, start + size), Bound(row, batch=size)
        part.take(whole, piece)
        np.testing.assert_allclose(part.forward(), Y[piece], rtol=1e-12, atol=1e-14)
        own = part.backward()
        for k, (mine, theirs) in enumerate(zip(own, _of_part(whole, gradients, piece), strict=True)):
            if 1 <= k <= len(total):
                total[k - 1] += mine
            else:
                np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-13)
        start += size
    for summed, gradient in zip(total, gradients[1:], strict=False):
        np.testing.assert_allclose(summed, gradient, rtol=1e-11, atol=1e-13)


@every_row
def test_no_signal_from_above_is_no_gradient(row: Row):
    bound = Bound(row)
    assert not any(gradient.any() for gradient in bound.backward(np.zeros_like(bound.dY)))


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
    for got, wanted in zip(without.backward()[1:], with_dX.backward()[1:], strict=True):
        np.testing.assert_array_equal(got, wanted)


def _above(row: Row, frozen: bool) -> Bound:
    """A row on top of a layer that learns, or doesn't."""
    return Bound(row, layers=(Scale(frozen=frozen), *row.layers))


@rows(lambda row: not row.ids)
def test_what_is_frozen_below_changes_no_gradient_above_and_prunes_the_way_back(row: Row):
    free, pruned = _above(row, frozen=False), _above(row, frozen=True)
    pruned.network.load(free.network.params)
    for name, statistic in free.network.statistics.items():
        pruned.network.statistics[name][:] = statistic
    wanted, got = free.network.grads, pruned.network.grads
    free.backward(), pruned.backward()
    for name in wanted:
        if name.startswith("0.scale."):
            assert np.isnan(got[name]).all() and not np.isnan(wanted[name]).any()
        else:
            np.testing.assert_array_equal(got[name], wanted[name])
    bound = Pass(pruned.network, 2)  # without dX nobody below the first that learns is asked for anything
    learns = [at.learns for _, at in bound.chain.places]
    assert len(bound.chain.steps_backward) == (len(learns) - learns.index(True) if any(learns) else 0)


@every_row
def test_weights_and_statistics_that_are_saved_come_back_to_the_bit(row: Row, tmp_path: Path):
    one, other = Bound(row, dtype="float32"), Bound(row, dtype="float32")
    Checkpoints(tmp_path).save(1, TrainerState(one.network.params | one.network.statistics, {}), cursor=0, loss=0.0)
    arrays = Checkpoints(tmp_path).load(1).state.arrays
    for array in (other.network.flat, *other.network.statistics.values()):
        array[...] = np.nan
    other.network.load({name: arrays[name] for name in other.network.params})
    for name, statistic in other.network.statistics.items():
        statistic[:] = arrays[name]
    assert other.forward().tobytes() == one.forward().tobytes()


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
