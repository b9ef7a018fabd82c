import math

import numpy as np
import pytest

from nntui.data.planar import Xor
from nntui.experiment import EarlyStopping, Experiment, Training
from nntui.measurements import Evaluation, Event
from nntui.nn.activations import ReLU
from nntui.nn.dense import Dense
from nntui.nn.losses import CrossEntropy
from nntui.nn.network import Network
from nntui.nn.normalization import BatchNorm
from nntui.optim.optimizers import Adam
from nntui.training.early_stopping import BestWeights
from nntui.training.trainer import Trainer

LAYERS = (Dense(4), BatchNorm(), Dense(2))


def best(patience: int = 2, min_delta: float = 0.0) -> BestWeights:
    return BestWeights(Network(LAYERS, (2,)), EarlyStopping(patience, min_delta))


def test_it_is_time_to_stop_after_so_many_epochs_without_a_better_loss():
    watch = best(patience=2)
    assert [watch.saw(epoch, loss) for epoch, loss in enumerate([1.0, 0.8, 0.9, 0.7, 0.71, 0.7], 1)] == [False] * 5 + [True]
    assert (watch.epoch, watch.loss) == (4, 0.7)


def test_an_improvement_smaller_than_min_delta_is_none():
    watch = best(patience=2, min_delta=0.1)
    assert [watch.saw(epoch, loss) for epoch, loss in enumerate([1.0, 0.95, 0.91], 1)] == [False, False, True]
    assert watch.epoch == 1


def test_losses_that_are_not_numbers_are_never_the_best():
    watch = best(patience=3)
    assert [watch.saw(epoch, math.nan) for epoch in (1, 2, 3)] == [False, False, True]
    assert not watch.restore()


def test_the_best_weights_and_statistics_come_back():
    watch = best()
    network = watch.network
    flat, mean = network.flat.copy(), network.statistics["1.batch_norm.running_mean"].copy()
    watch.saw(1, 0.5)
    network.flat += 1.0
    network.statistics["1.batch_norm.running_mean"][:] = 7.0
    watch.saw(2, 0.6)
    assert watch.restore()
    np.testing.assert_array_equal(network.flat, flat)
    np.testing.assert_array_equal(network.statistics["1.batch_norm.running_mean"], mean)


def test_without_a_rule_nothing_is_watched():
    watch = BestWeights(Network(LAYERS, (2,)), None)
    assert not any(watch.saw(epoch, 1.0) for epoch in range(1, 100))
    assert not watch.restore() and watch.state() == ({}, {"loss": None, "epoch": 0})


def test_what_was_best_survives_a_checkpoint():
    watch = best()
    watch.saw(1, 0.5)
    flat = watch.network.flat.copy()
    arrays, numbers = watch.state()
    again = best()
    again.network.flat += 3.0
    again.load_state(arrays, numbers)
    assert not again.saw(2, 0.6) and again.saw(3, 0.55)
    assert again.restore()
    np.testing.assert_array_equal(again.network.flat, flat)


@pytest.fixture(scope="module")
def overfitting() -> Experiment:
    """Fifteen noisy points learned by heart: the validation loss soon rises."""
    return Experiment(
        network=(Dense(64), ReLU(), Dense(64), ReLU(), Dense(2)), data=Xor(examples=60, noise=0.5, validation=0.75), loss=CrossEntropy(),
        optimizer=Adam(learning_rate=0.003), training=Training(epochs=500, batch_size=10, early_stopping=EarlyStopping(patience=15)),
    )  # fmt: skip


def test_training_stops_early_says_why_and_ends_with_the_best_weights(overfitting: Experiment):
    trainer = Trainer(overfitting)
    records = trainer.advance(0.0, steps=10_000)
    losses = {round(e.epoch): e.loss for e in records if isinstance(e, Evaluation) and e.split == "validation"}
    lowest = min(losses, key=losses.__getitem__)
    assert trainer.outcome == "finished" and lowest > 1 and max(losses) == lowest + 15 < 500
    assert trainer.evaluate()["loss"] == losses[lowest] < losses[max(losses)]
    said = [record for record in records if isinstance(record, Event)]
    assert len(said) == 1 and said[0].text == trainer.message
    assert trainer.message == (
        f"stopped early after epoch {max(losses)}: no better validation loss for 15 epochs; "
        f"the weights of epoch {lowest} (validation loss {losses[lowest]:.4g}) are back"
    )


def test_a_run_that_comes_to_its_end_has_the_best_weights_back_as_well(overfitting: Experiment):
    given = overfitting.replace(training=Training(epochs=40, batch_size=10, early_stopping=EarlyStopping(patience=41)))
    trainer = Trainer(given)
    records = trainer.advance(0.0, steps=10_000)
    lowest = min(e.loss for e in records if isinstance(e, Evaluation) and e.split == "validation")
    assert trainer.message.startswith("finished after 80 steps; the weights of epoch ")
    assert trainer.evaluate()["loss"] == lowest
