"""What a step of the trainer does, and what it tells."""

import math
from itertools import pairwise

import numpy as np
import pytest
from trainer_cases import CASES, LINE, Held, everything, experiment

from nntui.data.planar import Spiral
from nntui.errors import ExperimentError
from nntui.experiment import Training
from nntui.measurements import Evaluation, Event, Measurement, Steps
from nntui.nn.activations import Tanh
from nntui.nn.dense import Dense
from nntui.nn.losses import MeanSquaredError
from nntui.optim.optimizers import SGD
from nntui.optim.schedules import Cosine, OneCycle
from nntui.training.batches import Batches
from nntui.training.trainer import Trainer


def test_full_batch_descent_on_a_linear_model_is_the_textbook_formula():
    trainer = LINE.trainer(
        dtype="float64",
        network=(Dense(1),),
        loss=MeanSquaredError(),
        optimizer=SGD(learning_rate=0.1),
        training=Training(epochs=20, batch_size=40),
    )
    X, y = LINE.data.train.X.astype(np.float64), LINE.data.train.y
    W, b = (trainer.network.params[f"0.dense.{name}"].copy() for name in "Wb")
    for _ in range(20):
        residual = X @ W + b - y
        loss = np.mean(residual**2)
        W, b = W - 0.1 * 2.0 / 40.0 * X.T @ residual, b - 0.1 * 2.0 / 40.0 * residual.sum(0)
    assert trainer.step(20) == pytest.approx(loss, rel=1e-10)
    np.testing.assert_allclose(trainer.network.params["0.dense.W"], W, rtol=1e-10)
    np.testing.assert_allclose(trainer.network.params["0.dense.b"], b, rtol=1e-10)


def test_steps_learn_the_batches_of_the_shuffle_the_smaller_last_one_included():
    trainer = LINE.trainer(
        dtype="float64",
        network=(Dense(1),),
        loss=MeanSquaredError(),
        optimizer=SGD(learning_rate=0.05),
        training=Training(epochs=2, batch_size=15),
    )
    X, y = LINE.data.train.X.astype(np.float64), LINE.data.train.y
    W, b = (trainer.network.params[f"0.dense.{name}"].copy() for name in "Wb")
    order = Batches(40, 15, seed=0)
    for step in range(6):
        batch = order.at(step)
        assert len(batch) == (15, 15, 10)[step % 3]
        residual = X[batch] @ W + b - y[batch]
        W, b = W - 0.05 * 2.0 / len(batch) * X[batch].T @ residual, b - 0.05 * 2.0 / len(batch) * residual.sum(0)
    trainer.step(6)
    assert trainer.finished and trainer.total_steps == 6
    np.testing.assert_allclose(trainer.network.params["0.dense.W"], W, rtol=1e-10)


def test_a_batch_in_portions_is_the_same_step():
    whole, portions = (
        LINE.trainer(
            dtype="float64",
            network=(Dense(4), Tanh(), Dense(1)),
            loss=MeanSquaredError(),
            training=Training(epochs=3, batch_size=16, accumulate=n),
        )
        for n in (1, 3)
    )
    assert portions.step(9) == pytest.approx(whole.step(9), rel=1e-12)
    np.testing.assert_allclose(portions.network.flat, whole.network.flat, rtol=1e-9)


def test_every_example_is_seen_once_an_epoch_in_an_order_of_its_own():
    order = Batches(23, 5, seed=4)
    epochs = [np.concatenate([order.at(epoch * order.per_epoch + k).copy() for k in range(order.per_epoch)]) for epoch in range(3)]
    assert all(sorted(epoch) == list(range(23)) for epoch in epochs)
    assert all(not np.array_equal(a, b) for a, b in pairwise(epochs))
    again = Batches(23, 5, seed=4)
    assert again.at(7).tolist() == order.at(7).tolist()  # any step can be asked for first
    assert (order.size, order.remainder, order.per_epoch) == (5, 3, 5)
    assert (Batches(23, 99, 0).size, Batches(23, 99, 0).remainder) == (23, 0)


def test_the_schedule_moves_the_rate_from_the_first_step_to_the_last():
    trainer = Trainer(experiment(schedule=Cosine(final=0.1), optimizer=SGD(learning_rate=2.0)))
    rates = [trainer.learning_rate]
    for _ in range(trainer.total_steps):
        trainer.step()
        rates.append(trainer.learning_rate)
    assert rates[0] == rates[1] == 2.0 and rates[-1] == pytest.approx(0.2)
    assert rates[1:] == sorted(rates[1:], reverse=True)


def test_the_schedules_momentum_takes_the_optimizers_place():
    schedule = OneCycle(momentum_high=0.5, momentum_low=0.5)
    one, same, other = (
        Trainer(experiment(optimizer=SGD(momentum=m), schedule=s)) for m, s in ((0.9, schedule), (0.5, schedule), (0.9, OneCycle()))
    )
    assert one.step(20) == same.step(20) != other.step(20)


def test_a_rate_set_by_hand_is_scaled_by_the_schedule_and_told():
    trainer = Trainer(experiment(schedule=Cosine(), optimizer=SGD(learning_rate=2.0)))
    trainer.step(9)
    before = trainer.learning_rate
    event = trainer.set_learning_rate(1.0)
    assert (event.step, event.kind, event.text) == (9, "learning_rate", "learning rate 2 → 1")
    trainer.step()
    assert 0.4 * before < trainer.learning_rate < 0.5 * before
    with pytest.raises(ExperimentError, match="learning_rate"):
        trainer.set_learning_rate(-1.0)


def test_training_ends_with_its_last_epoch():
    trainer = Trainer(experiment())
    assert trainer.total_steps == 20 and trainer.steps_per_epoch == 5
    trainer.step(7)
    assert trainer.epoch == pytest.approx(1.4) and not trainer.finished
    trainer.step(10_000)
    assert trainer.finished and trainer.outcome == "finished" and trainer.steps_done == 20
    assert trainer.message == "finished after 20 steps"
    assert trainer.advance(1.0) == [] and trainer.steps_done == 20


def test_a_slice_of_no_time_is_one_step():
    trainer = Trainer(experiment())
    trainer.advance(0.0)
    assert trainer.steps_done == 1


# -- what is told -------------------------------------------------------------------------------------------------------------------


def test_watching_tells_every_step_every_epoch_and_the_layers():
    trainer = Trainer(experiment())
    records = trainer.advance(0.0, steps=1000)
    steps = [record for record in records if isinstance(record, Steps)]
    assert [(s.first, s.last) for s in steps] == [(k, k) for k in range(1, 21)]
    assert all(math.isfinite(s.loss) and s.gradient_norm > 0.0 for s in steps)
    evaluations = [record for record in records if isinstance(record, Evaluation)]
    assert [(e.split, e.step) for e in evaluations] == [(split, 5 * k) for k in range(1, 5) for split in ("train", "validation")]
    assert all(set(e.metrics) == {"accuracy"} for e in evaluations)
    assert any(isinstance(record, Measurement) for record in records)
    assert records[-1] == Event(step=20, kind="finished", text="finished after 20 steps")


def test_evaluating_takes_a_whole_split_without_dropout_and_changes_nothing():
    trainer = Trainer(CASES["dropout and batch norm"])
    trainer.step(10)
    before = everything(trainer)
    assert trainer.evaluate() == trainer.evaluate("validation") != trainer.evaluate("train")
    assert everything(trainer) == before
    Z = trainer.network.forward(trainer.data.validation.X)
    P = np.exp(Z) / np.exp(Z).sum(-1, keepdims=True)
    y = trainer.data.validation.y
    assert trainer.evaluate()["loss"] == pytest.approx(-np.log(P[np.arange(15), y]).mean(), rel=1e-5)
    assert trainer.evaluate()["accuracy"] == np.mean(Z.argmax(-1) == y)


def test_a_split_larger_than_a_batch_is_evaluated_whole():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((1300, 3)), rng.standard_normal((1300, 1))
    trainer = Held.of(X, y).trainer(network=(Dense(1),), loss=MeanSquaredError())
    expected = np.mean((trainer.network.forward(X) - y) ** 2)
    assert trainer.evaluate("train")["loss"] == pytest.approx(expected, rel=1e-5)


def test_without_validation_the_training_part_is_evaluated():
    trainer = Trainer(experiment(data=Spiral(examples=60, validation=0.0)))
    assert trainer.evaluate() == trainer.evaluate("train")
