"""Every program trains, resumes to the bit, and refuses what doesn't fit in a sentence."""

from __future__ import annotations

import numpy as np
import pytest

import nntui
from nntui.errors import ExperimentError, NntuiError
from nntui.experiment import Experiment
from nntui.measurements import Evaluation, Samples, Steps
from nntui.training.trainer import Trainer


def gan(**changes: object) -> Experiment:
    return nntui.load("gan-ring").replace(**changes)


def autoencoder() -> Experiment:
    return Experiment.from_tables(
        {
            "network": [{"layer": "dense", "units": 16}, {"layer": "tanh"}, {"layer": "dense", "units": 64}],
            "data": {"source": "digits", "scale": "minmax"},
            "program": {"kind": "autoencoder"},
            "loss": {"kind": "mse"},
            "optimizer": {"kind": "adam", "learning_rate": 0.003},
            "training": {"epochs": 5, "batch_size": 32},
        }
    )


def in_portions(portions: int) -> Experiment:
    return nntui.load("iris").set(f"training.accumulate={portions}", "training.epochs=5")


@pytest.mark.parametrize("experiment", [gan(), autoencoder(), in_portions(3)], ids=["gan", "autoencoder", "portions"])
def test_a_program_goes_on_to_the_bit_where_its_state_was_taken(experiment: Experiment) -> None:
    whole, first, second = Trainer(experiment), Trainer(experiment), Trainer(experiment)
    whole.step(37)
    first.step(20)
    second.load_state(first.state())
    second.step(17)
    for name, network in whole.runner.networks.items():
        assert np.array_equal(network.flat, second.runner.networks[name].flat)
    assert whole.last_loss == second.last_loss


def test_a_gan_tells_both_losses_and_shows_what_it_makes() -> None:
    trainer = Trainer(gan())
    records = [*trainer.opening(), *trainer.advance(1.0, steps=30), *trainer.closing()]
    steps = [record for record in records if isinstance(record, Steps)]
    assert steps and all(record.others["discriminator"] > 0.0 for record in steps)
    assert [record for record in records if isinstance(record, Samples)]
    last = [record for record in records if isinstance(record, Evaluation)][-1]
    assert set(last.metrics) == {"energy_distance", "discriminator_accuracy"}


@pytest.mark.parametrize("seed", [0, 2])
def test_the_ring_gan_finds_all_eight_clouds(seed: int) -> None:
    trainer = Trainer(gan(seed=seed))
    trainer.step(trainer.total_steps)
    points = trainer.network.forward(np.random.default_rng(1).standard_normal((1000, 2)).astype("float32"))
    angles = 2.0 * np.pi * np.arange(8) / 8
    centres = 2.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    distance = np.linalg.norm(points[:, None] - centres, axis=2)
    near = distance.min(axis=1) < 0.3  # three standard deviations of a cloud
    assert near.mean() > 0.8
    assert np.bincount(distance.argmin(axis=1)[near], minlength=8).min() > 50


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (("network[4].units=3",), r"network: the generator has to make examples of shape \(2,\)"),
        (("program.discriminator[4].units=2",), r"program.discriminator: has to end with one logit"),
        (("loss.kind=cross_entropy",), r"cross_entropy needs one output per class"),
        (("program.latent=0",), r"program.latent: expected an integer >= 1, got 0"),
    ],
)
def test_a_gan_that_cannot_work_says_why(changes: tuple[str, ...], message: str) -> None:
    with pytest.raises(NntuiError, match=message):
        gan().set(*changes).check()


def test_an_autoencoder_learns_its_input() -> None:
    trainer = Trainer(autoencoder())
    before = trainer.evaluate()
    trainer.step(trainer.total_steps)
    after = trainer.evaluate()
    assert after["loss"] < 0.3 * before["loss"]
    assert after["r2"] > 0.3


def test_portions_of_a_batch_come_to_the_same_as_the_batch() -> None:
    whole, portions = Trainer(in_portions(1), dtype="float64"), Trainer(in_portions(3), dtype="float64")
    assert whole.step(20) == pytest.approx(portions.step(20), rel=1e-9)
    np.testing.assert_allclose(whole.network.flat, portions.network.flat, rtol=1e-7, atol=1e-12)


def test_an_experiment_begins_with_the_weights_of_another() -> None:
    teacher = nntui.load("iris")
    student = teacher.set('start.source="iris"', "network[0].frozen=true", "training.epochs=3")
    trained = Trainer(teacher)
    trained.step(trained.total_steps)
    trainer = Trainer(student)
    (event,) = trainer.begin()
    assert event.text == "began with 0.dense, 2.dense of iris"  # type: ignore[union-attr]
    assert np.array_equal(trainer.network.params["0.dense.W"], trained.network.params["0.dense.W"])
    trainer.step(trainer.total_steps)
    assert np.array_equal(trainer.network.params["0.dense.W"], trained.network.params["0.dense.W"]), "frozen"
    assert not np.array_equal(trainer.network.params["2.dense.W"], trained.network.params["2.dense.W"])


def test_another_head_is_new() -> None:
    trainer = Trainer(nntui.load("wine-standardized").set('start.source="xor"'))
    with pytest.raises(ExperimentError, match="no parameter with a name and shape"):
        trainer.begin()
    trainer = Trainer(nntui.load("iris").set('start.source="iris"', 'network[2]={layer="dense", units=3, bias=false}'))
    (event,) = trainer.begin()
    assert event.text == "began with 0.dense, 2.dense of iris"  # type: ignore[union-attr]


def test_a_start_that_is_nowhere_offers_names() -> None:
    with pytest.raises(NntuiError, match="did you mean 'iris'|closest|iris"):
        Trainer(nntui.load("iris").set('start.source="irsi"')).begin()


def test_layers_at_half_the_rate_move_half_as_far() -> None:
    plain = nntui.load("iris").set('optimizer={kind="sgd", learning_rate=0.1}')
    a, b = Trainer(plain, dtype="float64"), Trainer(plain.set("network[0].rate_multiplier=0.5"), dtype="float64")
    start = a.network.params["0.dense.W"].copy()
    a.step(1), b.step(1)
    moved = [trainer.network.params["0.dense.W"] - start for trainer in (a, b)]
    np.testing.assert_allclose(moved[1], 0.5 * moved[0], rtol=1e-9)
    np.testing.assert_array_equal(a.network.params["2.dense.W"], b.network.params["2.dense.W"])


def test_transfer_beats_learning_from_scratch_on_a_hundred_examples() -> None:
    def accuracy(name: str, seed: int) -> float:
        trainer = Trainer(nntui.load(name).replace(seed=seed))
        trainer.step(trainer.total_steps)
        return trainer.evaluate()["accuracy"]

    seeds = range(4)
    gain = [accuracy("transfer-5-9", seed) - accuracy("scratch-5-9", seed) for seed in seeds]
    assert sum(gain) / len(gain) > 0.01, gain


def test_a_fresh_head_is_not_taken_over() -> None:
    trainer = Trainer(nntui.load("iris").set('start={source="iris", fresh=1}'))
    before = trainer.network.params["2.dense.W"].copy()
    (event,) = trainer.begin()
    assert event.text == "began with 0.dense of iris; new: 2.dense"  # type: ignore[union-attr]
    assert np.array_equal(trainer.network.params["2.dense.W"], before)
