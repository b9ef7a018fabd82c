import math

import numpy as np
import pytest

from nntui.data.planar import Spiral
from nntui.experiment import Experiment, Training
from nntui.measurements import LayerMeasurement, Measurement
from nntui.nn.activations import ReLU, Sigmoid, Tanh
from nntui.nn.dense import Dense
from nntui.nn.gru import GRU
from nntui.nn.losses import CrossEntropy
from nntui.nn.lstm import LSTM
from nntui.nn.network import Network, Pass
from nntui.nn.rnn import RNN
from nntui.nn.skip import Skip
from nntui.optim.optimizers import SGD, Adam
from nntui.training import probe
from nntui.training.probe import BUDGET, Clock, Probe, histogram
from nntui.training.trainer import Trainer

rng = np.random.default_rng(0)


def measured(*layers, X: np.ndarray | None = None, change: float = 0.0) -> tuple[dict[str, LayerMeasurement], Pass]:
    """What the probe says of a network after a forward and a backward pass, and an update that adds `change` to all weights."""
    X = rng.standard_normal((16, 4)).astype(np.float32) if X is None else X
    network = Network(layers, X.shape[1:])
    bound = Pass(network, len(X))
    bound.training = True
    bound.X[:] = X
    bound.forward()
    bound.dY[:] = rng.standard_normal(bound.dY.shape)
    bound.backward()
    look = Probe()
    look.before_update(bound.places)
    network.flat += np.float32(change)
    network.flat_gradient *= np.float32(0.5)  # as clipping does
    made = look.measure(7, 0.5)
    assert made.step == 7 and made.epoch == 0.5 and made.seconds > 0.0
    return {layer.path: layer for layer in made.layers}, bound


def test_every_layer_is_measured_those_inside_a_skip_as_well():
    layers, _ = measured(Dense(4), Skip((Dense(4), Tanh())), Dense(2))
    assert list(layers) == ["0.dense", "1.skip", "1.skip.0.dense", "1.skip.1.tanh", "2.dense"]


def test_mean_spread_and_delta_are_those_of_the_arrays():
    layers, bound = measured(Dense(8), Tanh(), Dense(2))
    for path, layer in layers.items():
        at = bound.places[path][1]
        assert layer.mean == pytest.approx(at.Y.mean(), rel=1e-5, abs=1e-7) and layer.std == pytest.approx(at.Y.std(), rel=1e-5)
        assert layer.delta == pytest.approx(at.dY.std(), rel=1e-5)
        assert sum(layer.histogram.counts) == at.Y.size


def test_gradient_norms_are_those_before_clipping():
    layers, bound = measured(Dense(8), Tanh(), Dense(2))
    at = bound.places["0.dense"][1]
    assert layers["0.dense"].gradient_norm == pytest.approx(2.0 * np.linalg.norm(at.dW), rel=1e-5)
    assert math.isnan(layers["1.tanh"].gradient_norm) and math.isnan(layers["1.tanh"].weight_norm)


def test_the_update_ratio_is_how_far_the_weights_moved_for_their_length():
    layers, bound = measured(Dense(8), Tanh(), Dense(2), change=0.01)
    W = bound.places["0.dense"][1].W
    assert layers["0.dense"].weight_norm == pytest.approx(np.linalg.norm(W), rel=1e-5)
    assert layers["0.dense"].update_ratio == pytest.approx(0.01 * math.sqrt(W.size) / np.linalg.norm(W - 0.01), rel=1e-3)
    still, _ = measured(Dense(8))
    assert still["0.dense"].update_ratio == 0.0


def test_zeros_dead_units_and_saturation_are_counted():
    X = np.array([[-1.0, 1.0, -1.0, 5.0], [-1.0, -1.0, -1.0, 5.0]], np.float32)
    layers, _ = measured(ReLU(), X=X)
    assert layers["0.relu"].zero == 5 / 8 and layers["0.relu"].dead == 0.5
    assert math.isnan(layers["0.relu"].saturated)
    layers, _ = measured(Tanh(), X=X)
    assert layers["0.tanh"].saturated == 0.25  # tanh 5 = 0.9999, tanh 1 = 0.76
    layers, _ = measured(Sigmoid(), X=4.0 * X)
    assert layers["0.sigmoid"].saturated == 1.0  # sigmoid 4 = 0.982
    assert layers["0.sigmoid"].zero == layers["0.sigmoid"].dead == 0.0


def test_where_no_gradient_flows_there_is_no_delta():
    layers, _ = measured(Tanh(), Dense(2))
    assert math.isnan(layers["0.tanh"].delta) and layers["1.dense"].delta > 0.0


def test_outputs_that_are_not_numbers_are_told_not_hidden():
    X = np.array([[1.0, np.nan], [2.0, np.inf]], np.float32)
    with np.errstate(invalid="ignore"):
        layers, _ = measured(Tanh(), ReLU(), X=X)
    assert math.isnan(layers["1.relu"].mean) and math.isnan(layers["1.relu"].std)
    assert sum(layers["1.relu"].histogram.counts) == 3


def test_a_large_layer_is_sampled_evenly():
    X = rng.standard_normal((64, 1000)).astype(np.float32) + np.linspace(-3.0, 3.0, 1000, dtype=np.float32)
    layers, _ = measured(Tanh(), X=X)
    found = layers["0.tanh"]
    assert sum(found.histogram.counts) <= probe.SAMPLE
    assert found.mean == pytest.approx(np.tanh(X).mean(), abs=0.05) and found.std == pytest.approx(np.tanh(X).std(), rel=0.05)
    assert found.saturated == pytest.approx(np.mean(np.abs(np.tanh(X)) > 0.97), abs=0.03)


@pytest.mark.parametrize("units", [7, 64, 100, 4096])
def test_a_sample_sees_every_unit_alike(units: int):
    A = np.tile(np.arange(units, dtype=np.float32), (20_000 // units + 300, 1))
    seen = probe._sample(A)
    assert len(seen) <= probe.SAMPLE
    if units <= 100:
        counts = np.bincount(seen.astype(int), minlength=units)
        assert counts.min() >= 0.5 * counts.mean()


# -- histograms ------------------------------------------------------------------------------------------------------------------


def test_a_histogram_counts_what_numpys_does():
    values = rng.standard_normal(3000).astype(np.float32)
    made = histogram(values)
    counts, edges = np.histogram(values.astype(np.float64), bins=probe.BINS)
    assert (made.low, made.high) == (edges[0], edges[-1])
    assert np.abs(np.subtract(made.counts, counts)).sum() <= 4  # a value on an edge may be rounded to either side


@pytest.mark.parametrize("values", [[], [3.0], [2.0, 2.0], [1e30, -1e30], [3.4e38, -3.4e38], [1e-45, 0.0], [1e30, 1e30 * (1 + 1e-7)]])
def test_histograms_of_odd_values_count_every_one(values: list[float]):
    with np.errstate(all="raise", under="ignore"):
        made = histogram(np.array(values, np.float32))
    assert sum(made.counts) == len(values) and len(made.counts) == probe.BINS
    assert math.isfinite(made.low) and math.isfinite(made.high)


# -- when ------------------------------------------------------------------------------------------------------------------------


def simulate(seconds: float, step: float, cost: float) -> tuple[list[float], float]:
    """When a clock measured, and what share of the time it took, if steps and measurements cost so much."""
    clock, now, steps, when = Clock(), 0.0, 0, []
    while now < seconds:
        due = clock.due(steps, now)
        now, steps = now + step, steps + 1
        if due:
            now += cost
            clock.done(steps, now, cost)
            when.append(now)
    return when, clock.spent / now


def test_cheap_measurements_come_ten_times_a_second():
    when, share = simulate(5.0, step=0.01, cost=1e-4)
    assert 40 <= len(when) <= 51 and share < 0.003


@pytest.mark.parametrize("cost", [0.01, 0.1, 0.5])
def test_dear_measurements_come_seldom_enough_to_stay_within_the_budget(cost: float):
    when, share = simulate(60.0, step=0.001, cost=cost)
    assert len(when) >= 2 and share <= BUDGET + cost / 60.0


@pytest.mark.parametrize("total", [200, 1_000, 50_000])
def test_the_beginning_is_looked_at_often_on_credit_that_the_whole_of_training_pays_back(total: int):
    clock, now, when = Clock(total=total), 0.0, []
    for step in range(total):
        due = clock.due(step, now)
        now += 1e-3
        if due:
            now += 2e-4
            clock.done(step, now, 2e-4)
            when.append(step)
    assert sum(step <= 0.1 * total for step in when) >= 5
    assert clock.spent / now <= BUDGET


def test_a_long_run_is_not_measured_without_end():
    clock, count = Clock(interval=0.0), 0
    for step in range(200_000):
        if clock.due(step, 1000.0 * step):
            clock.done(step, 1000.0 * step, 0.0)
            count += 1
    assert count < 2500


# -- in a trainer ----------------------------------------------------------------------------------------------------------------


def test_measuring_a_trainer_costs_no_more_than_its_budget_says():
    given = Experiment(
        network=(Dense(8), Tanh(), Dense(2)),
        data=Spiral(),
        loss=CrossEntropy(),
        optimizer=Adam(),
        training=Training(epochs=100_000, batch_size=10),
    )
    trainer = Trainer(given)
    records = trainer.advance(0.5)
    assert any(isinstance(record, Measurement) for record in records)
    assert 0.0 < trainer.measuring < 0.2  # 0.03 and the last one, on a machine that may be busy with something else


def test_the_first_step_is_measured_and_its_update_seen():
    given = Experiment(
        network=(Dense(8), Tanh(), Dense(2)), data=Spiral(), loss=CrossEntropy(), optimizer=SGD(learning_rate=0.1, weight_decay=0.5),
        training=Training(epochs=2, batch_size=1000, clip_norm=1e-3),
    )  # fmt: skip
    trainer = Trainer(given)
    (first,) = [record for record in trainer.advance(0.0, steps=1) if isinstance(record, Measurement)]
    assert first.step == 1
    unclipped = Trainer(given.replace(training=Training(epochs=2, batch_size=1000)))
    (same,) = [record for record in unclipped.advance(0.0, steps=1) if isinstance(record, Measurement)]
    assert [a.gradient_norm for a in first.layers if a.path == "0.dense"] == [a.gradient_norm for a in same.layers if a.path == "0.dense"]
    assert all(layer.update_ratio > 0.0 for layer in first.layers if layer.path.endswith("dense"))


@pytest.mark.parametrize(("init", "share"), [("zeros", 15 / 16), ("constant", 15 / 16), ("he", 0.0)])
def test_units_with_the_same_weights_are_found(init: str, share: float) -> None:
    layers, _ = measured(Dense(units=16, init=init), ReLU(), Dense(units=2))
    assert layers["0.dense"].alike == share
    assert math.isnan(layers["1.relu"].alike)


@pytest.mark.parametrize("value", [0.0, 1.0, -3e17, 1e30, 3e38])
def test_values_that_are_all_the_same_have_a_histogram_whatever_their_size(value: float) -> None:
    made = histogram(np.full(10, value, np.float32))
    assert sum(made.counts) == 10 and made.low < made.high


@pytest.mark.parametrize("layer", [RNN(3, returns="last"), GRU(4, layers=2), LSTM(3, bidirectional=True)], ids=repr)
def test_the_gradient_of_a_recurrent_layers_state_is_told_over_time(layer):
    layers, bound = measured(layer, Tanh(), X=rng.standard_normal((5, 7, 2)).astype(np.float32))
    at = bound.places[f"0.{layer.tag}"][1]
    dH = at.sweeps[-1][0].dH
    assert layers[f"0.{layer.tag}"].through_time == pytest.approx([np.linalg.norm(dH[t]) for t in range(7)], rel=1e-5)
    assert layers["1.tanh"].through_time == ()


def test_of_a_long_sequence_some_steps_are_told_the_first_and_the_last_among_them():
    layers, bound = measured(LSTM(2, returns="last"), X=rng.standard_normal((3, 100, 2)).astype(np.float32))
    told, every = layers["0.lstm"].through_time, LSTM(2).state_gradient_norms(bound.places["0.lstm"][1])
    assert len(told) == probe.MOMENTS and (told[0], told[-1]) == pytest.approx((every[0], every[-1]))
    assert set(told) <= set(every.tolist()) and len(set(told)) == len(told)
