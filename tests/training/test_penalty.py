"""Penalties on weights, from the file to the loss pane's numbers."""

import numpy as np
import pytest

from nntui.experiment import Experiment
from nntui.optim.penalty import Penalty
from nntui.training.trainer import Trainer


def experiment(**changes: object) -> Experiment:
    tables = {
        "network": [{"layer": "dense", "units": 8}, {"layer": "tanh"}, {"layer": "dense", "units": 2}],
        "data": {"source": "circle", "examples": 100},
        "loss": {"kind": "cross_entropy"},
        "optimizer": {"kind": "sgd", "learning_rate": 0.1},
        "training": {"batch_size": 10, "epochs": 20},
    }
    return Experiment.from_tables(tables | changes)


def test_a_penalty_is_read_and_written():
    penalized = experiment(penalty={"l1": 0.001})
    assert penalized.penalty == Penalty(l1=0.001)
    assert Experiment.from_toml(penalized.to_toml()) == penalized
    assert "[penalty]" in penalized.to_toml() and "[penalty]" not in experiment().to_toml()


def test_the_penalty_is_told_beside_the_loss():
    trainer = Trainer(experiment(penalty={"l1": 0.01, "l2": 0.02}))
    weights = [value.copy() for name, value in trainer.network.params.items() if name.endswith("W")]
    expected = sum(0.01 * np.abs(W).sum() + 0.01 * np.square(W).sum() for W in weights)
    (steps,) = (record for record in trainer.advance(1.0, steps=1) if type(record).__name__ == "Steps")
    assert steps.others == {"penalty": pytest.approx(expected, rel=1e-5)}
    assert Trainer(experiment()).runner.step(0, 0.1, None, None).others == {}


def test_l1_takes_many_weights_to_nothing_and_l2_keeps_them_small():
    def trained(**penalty: float) -> np.ndarray:
        trainer = Trainer(experiment(penalty=penalty, training={"batch_size": 10, "epochs": 100}))
        trainer.step(1000)
        return np.abs(np.concatenate([W.reshape(-1) for name, W in trainer.network.params.items() if name.endswith("W")]))

    free, l1, l2 = trained(), trained(l1=0.02), trained(l2=0.05)
    assert np.mean(l1 < 0.01) > 0.3 > np.mean(free < 0.01)  # steps of 0.1 * 0.02 around 0
    assert np.square(l2).sum() < 0.5 * np.square(free).sum()


def test_a_penalty_counts_once_however_many_portions_a_batch_is_computed_in():
    whole, portions = (
        Trainer(experiment(penalty={"l2": 0.5}, training={"batch_size": 20, "accumulate": n}), dtype="float64") for n in (1, 4)
    )
    for trainer in (whole, portions):
        trainer.step(10)
    np.testing.assert_allclose(portions.network.flat, whole.network.flat, rtol=1e-10)
