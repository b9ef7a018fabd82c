"""The historical programs are what history says: Hebb's sums, and Rosenblatt's corrections of mistakes, point by point."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import nntui
from nntui.experiment import Experiment
from nntui.training.batches import Batches
from nntui.training.trainer import Trainer


def points(experiment: Experiment, trainer: Trainer, steps: int) -> Iterator[tuple[np.ndarray, int]]:
    """The training points, one at a time, in the order of the run; labels 0 and 1."""
    train = trainer.data.train
    order = Batches(len(train), 1, experiment.seed)
    for step in range(steps):
        (index,) = order.at(step)
        yield train.X[index].astype(np.float64), int(train.y[index])


def test_hebbs_neuron_sums_inputs_times_what_it_should_have_fired() -> None:
    experiment = nntui.load("hebb")
    trainer = Trainer(experiment, dtype="float64")
    w = np.zeros(2)
    for x, label in points(experiment, trainer, 150):
        trainer.step(1)
        w += experiment.optimizer.learning_rate * x * (1 if label else -1)
        np.testing.assert_allclose(trainer.network.params["0.dense.W"][:, 0], w, rtol=1e-9, atol=1e-12)


def test_the_perceptron_adds_or_takes_off_the_inputs_it_got_wrong_and_nothing_else() -> None:
    experiment = nntui.load("perceptron").set("data.noise=0.3")
    trainer = Trainer(experiment, dtype="float64")
    w, b, mistakes = np.zeros(2), 0.0, 0
    for x, label in points(experiment, trainer, 300):
        fired = int(x @ w + b > 0.0)
        if fired != label:
            mistakes += 1
            w, b = w + (label - fired) * x, b + (label - fired)
        before = trainer.network.flat.copy()
        trainer.step(1)
        assert (fired == label) == np.array_equal(trainer.network.flat, before)
        np.testing.assert_allclose(trainer.network.params["0.dense.W"][:, 0], w, rtol=1e-9, atol=1e-12)
        assert abs(trainer.network.params["0.dense.b"][0] - b) < 1e-9
    assert 3 < mistakes < 150
