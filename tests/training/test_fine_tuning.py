"""Fine-tuning from a run: what fits is taken over, the head is new, layers are frozen or learn slowly, averages stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nntui
from nntui.experiment import Experiment
from nntui.measurements import LayerMeasurement, Measurement
from nntui.runs.run import Run
from nntui.training.running import train
from nntui.training.saved import as_saved
from nntui.training.trainer import Trainer

BODY = """
network = [
  { layer = "conv2d", filters = 4, kernel = 3 },
  { layer = "batch_norm" },
  { layer = "relu" },
  { layer = "conv2d", filters = 6, kernel = 3, stride = 2 },
  { layer = "batch_norm" },
  { layer = "relu" },
  { layer = "global_avg_pool" },
  { layer = "dense", units = 5 },
]
[data]
source = "digits"
image = true
only = [0, 1, 2, 3, 4]
scale = "standardize"
[loss]
kind = "cross_entropy"
[optimizer]
kind = "sgd"
learning_rate = 0.1
[training]
epochs = 3
"""


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(Experiment.from_toml(BODY), "teacher", home=tmp_path_factory.mktemp("runs"))


def student(teacher: Run) -> Experiment:
    """Frozen at the bottom, slow in the middle, with a head of its own for three other digits."""
    return teacher.experiment.set(
        f"start.source={str(teacher.path)!r}", "data.only=[5, 6, 7]", "network[7].units=3", "network[0].frozen=true",
        "network[1].frozen=true", "network[3].rate_multiplier=0.1", "training.epochs=2",
    )  # fmt: skip


def test_each_layer_is_treated_as_is_said(teacher: Run) -> None:
    before = as_saved(teacher.path).network
    trainer = Trainer(student(teacher))
    head = trainer.network.params["7.dense.W"].copy()
    (told,) = trainer.begin()
    assert told.text.endswith("; new: 7.dense") and "began with 0.conv2d, 1.batch_norm, 3.conv2d" in told.text  # type: ignore[union-attr]
    for name, values in trainer.network.params.items():
        assert np.array_equal(values, head if name == "7.dense.W" else before.params.get(name)) or name == "7.dense.b"
    for name, statistic in trainer.network.statistics.items():
        assert np.array_equal(statistic, before.statistics[name]), "running averages are taken over, too"

    trainer.step(trainer.total_steps)
    moved = {name: np.abs(values - before.params[name]).max() for name, values in trainer.network.params.items() if "7." not in name}
    assert {name for name, distance in moved.items() if distance == 0.0} == {
        "0.conv2d.W", "0.conv2d.b", "1.batch_norm.gamma", "1.batch_norm.beta",
    }  # fmt: skip
    stayed = {name for name, values in trainer.network.statistics.items() if np.array_equal(values, before.statistics[name])}
    assert stayed == {"1.batch_norm.running_mean", "1.batch_norm.running_variance"}
    assert trainer.evaluate()["accuracy"] > 0.45  # a third would be chance


def test_rates_are_a_tenth_where_that_is_said(teacher: Run) -> None:
    given = student(teacher)
    slow, fast = Trainer(given, dtype="float64"), Trainer(given.set("network[3].rate_multiplier=1.0"), dtype="float64")
    begun = as_saved(teacher.path, "float64").network.params
    slow.step(1), fast.step(1)
    name = "3.conv2d.W"
    np.testing.assert_allclose(slow.network.params[name] - begun[name], 0.1 * (fast.network.params[name] - begun[name]), rtol=1e-6)
    np.testing.assert_array_equal(slow.network.params["7.dense.W"], fast.network.params["7.dense.W"])


def test_nothing_goes_back_below_what_learns(teacher: Run) -> None:
    trainer = Trainer(student(teacher))
    (measured,) = [record for record in trainer.advance(0.0, steps=1, look=True) if isinstance(record, Measurement)]
    layers: dict[str, LayerMeasurement] = {layer.path: layer for layer in measured.layers}
    assert all(np.isnan(layers[path].delta) for path in ("0.conv2d", "1.batch_norm", "2.relu"))
    assert not np.isnan(layers["3.conv2d"].delta)
    gradient = trainer.network.grads
    assert not gradient["0.conv2d.W"].any() and gradient["3.conv2d.W"].any()


def test_a_frozen_batch_norm_is_what_it_is_in_evaluation(teacher: Run) -> None:
    network = as_saved(teacher.path).network
    frozen = nntui.Network(student(teacher).network[:2], (8, 8, 1))
    frozen.load({name: values for name, values in network.params.items() if name in frozen.params})
    for name, statistic in frozen.statistics.items():
        statistic[:] = network.statistics[name]
    X = np.random.default_rng(0).standard_normal((6, 8, 8, 1)).astype(np.float32)
    np.testing.assert_array_equal(frozen.forward(X, train=True), frozen.forward(X, train=False))
    learning = nntui.Network(teacher.experiment.network[:2], (8, 8, 1))
    learning.load(frozen.params)
    assert not np.array_equal(learning.forward(X, train=True), frozen.forward(X))


def test_a_run_that_began_so_goes_on_to_the_bit(teacher: Run, tmp_path: Path) -> None:
    given = student(teacher)
    whole, before, after = (Trainer(given) for _ in range(3))
    whole.step(12)
    before.step(5)
    after.load_state(before.state())
    after.step(7)
    assert after.network.flat.tobytes() == whole.network.flat.tobytes()
    assert all(after.network.statistics[name].tobytes() == values.tobytes() for name, values in whole.network.statistics.items())
