"""Losses that take something from the data, or answer several questions, in a whole training."""

import numpy as np
import pytest
from trainer_cases import CASES, Held

from nntui.data.source import Data, Facts, Split
from nntui.experiment import Training
from nntui.nn.activations import ReLU
from nntui.nn.dense import Dense
from nntui.nn.losses import BinaryCrossEntropy, Composite, CrossEntropy, Focal, Huber, KLDivergence, Part, Target
from nntui.optim.optimizers import Adam
from nntui.reference import Reference, check_references
from nntui.training.trainer import Trainer

RNG = np.random.default_rng(0)
X = RNG.standard_normal((200, 2)).astype(np.float32)
SIDE = (X[:, 0] > 0).astype(np.int64)
RARE = (X[:, 0] > 1.3).astype(np.int64)
"""About one in ten."""
LONG = {"optimizer": Adam(learning_rate=0.02), "training": Training(epochs=60, batch_size=20)}


def held(y: np.ndarray, target: Target) -> Held:
    facts = Facts((2,), target, tuple(map(str, range(target.classes))) if target.classes else None, (), len(X))
    return Held(Data(facts, Split(X[:150], y[:150]), Split(X[150:], y[150:])))


def test_several_questions_are_learned_at_once_and_each_is_told_its_own_measure():
    numbers = np.stack([X[:, 0] + X[:, 1], X[:, 0] - X[:, 1]], 1)
    y = np.concatenate([SIDE[:, None], numbers], 1).astype(np.float32)
    both = held(y, Target.joined(Target(2), Target(None, 2)))
    loss = Composite((Part(CrossEntropy(), 2), Part(Huber(), 2, 2.0)))
    trainer = both.trainer(network=(Dense(16), ReLU(), Dense(4)), loss=loss, **LONG)
    before = trainer.evaluate()
    trainer.step(10_000)
    after = trainer.evaluate()
    assert set(after) == {"loss", "accuracy", "r2"}
    assert after["accuracy"] >= 0.95 > before["accuracy"] and after["r2"] >= 0.95 > before["r2"]


def test_measures_of_one_kind_are_numbered():
    y = np.stack([SIDE, RARE, X[:, 0]], 1).astype(np.float32)
    loss = Composite((Part(CrossEntropy(), 2), Part(BinaryCrossEntropy(), 1), Part(Huber(), 1)))
    target = Target.joined(Target(2), Target(2), Target(None))
    trainer = held(y, target).trainer(network=(Dense(4),), loss=loss)
    assert set(trainer.evaluate()) == {"loss", "accuracy", "accuracy_2", "r2"}


@pytest.mark.parametrize("loss", [CrossEntropy(class_weights="balanced"), Focal(class_weights="balanced")], ids=repr)
def test_balanced_classes_are_found_more_often_and_cried_wolf_more_often(loss):
    def recall(loss) -> float:
        trainer = held(RARE, Target(2)).trainer(network=(Dense(2),), loss=loss, **LONG)
        trainer.step(300)
        Z = trainer.network.forward(X)
        return float(np.mean(loss.labels(Z)[RARE == 1] == 1))

    assert recall(loss) > recall(CrossEntropy())


def test_an_evaluation_in_pieces_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch):
    whole = held(RARE, Target(2)).trainer(network=(Dense(2),), loss=CrossEntropy(0.1, (1.0, 7.0)), dtype="float64").evaluate("train")
    monkeypatch.setattr("nntui.training.evaluator.BATCH", 7)
    pieces = held(RARE, Target(2)).trainer(network=(Dense(2),), loss=CrossEntropy(0.1, (1.0, 7.0)), dtype="float64").evaluate("train")
    assert pieces["loss"] == pytest.approx(whole["loss"], rel=1e-12)


def test_a_batch_in_portions_is_the_whole_batch_whatever_its_examples_weigh():
    whole, portions = (
        held(RARE, Target(2)).trainer(
            network=(Dense(2),), loss=CrossEntropy(class_weights=(1.0, 7.0)), dtype="float64",
            training=Training(epochs=5, batch_size=30, accumulate=portions),
        )
        for portions in (1, 4)
    )  # fmt: skip
    for trainer in (whole, portions):
        trainer.step(20)
    np.testing.assert_allclose(portions.network.flat, whole.network.flat, rtol=1e-10)
    assert portions.last_loss == pytest.approx(whole.last_loss, rel=1e-10)


def test_distributions_are_learned():
    T = np.exp(X @ RNG.standard_normal((2, 3)).astype(np.float32))
    T /= T.sum(1, keepdims=True)
    trainer = held(T, Target(None, 3)).trainer(network=(Dense(3),), loss=KLDivergence(), **LONG)
    trainer.step(10_000)
    assert trainer.evaluate()["loss"] < 0.001


def test_probabilities_are_learned_from_a_logit_and_measured_as_probabilities():
    T = 1.0 / (1.0 + np.exp(-X[:, :1] - 2.0 * X[:, 1:]))
    trainer = held(T, Target(None)).trainer(network=(Dense(1),), loss=BinaryCrossEntropy(), **LONG)
    trainer.step(10_000)
    entropy = -np.mean(T[150:] * np.log(T[150:]) + (1.0 - T[150:]) * np.log(1.0 - T[150:]))
    assert trainer.evaluate()["loss"] == pytest.approx(entropy, abs=1e-3)  # the least there is
    assert trainer.evaluate()["r2"] > 0.999


@pytest.mark.parametrize("given", ["adam", "an autoencoder", "a gan"])
def test_a_preset_can_be_held_to_everything_that_is_measured(given: str):
    trainer = Trainer(CASES[given])
    limits = {name: Reference(at_least=0.0) for name in trainer.evaluate()}
    assert len(limits) > 1
    check_references(limits, "")
