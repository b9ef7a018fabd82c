"""Where a number first stopped being one: the array is named, the example, the update; nothing is guessed."""

import math

import numpy as np
import pytest
from trainer_cases import Held, experiment

from nntui.data.files import Csv
from nntui.data.planar import RegressPlane, Spiral
from nntui.errors import DataError
from nntui.experiment import Experiment, Training
from nntui.nn.activations import ReLU, Tanh
from nntui.nn.dense import Dense
from nntui.nn.initializers import Normal
from nntui.nn.losses import BinaryCrossEntropy, MeanSquaredError
from nntui.nn.normalization import BatchNorm
from nntui.nn.regularization import Dropout
from nntui.nn.skip import Skip
from nntui.optim.optimizers import SGD, Adam
from nntui.program import GAN
from nntui.runs.directory import create
from nntui.runs.run import Run
from nntui.training.evidence import kept
from nntui.training.forensics import Culprit, broken
from nntui.training.loop import Loop
from nntui.training.trainer import Trainer

DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


def diverged(trainer: Trainer, steps: int = 10_000) -> Culprit:
    trainer.step(steps)
    assert trainer.outcome == "diverged" and trainer.culprit is not None, trainer.message
    assert trainer.culprit.step == trainer.steps_done and trainer.culprit.sentence in trainer.message
    return trainer.culprit


def held(X, y, dtype="float32", **changes):
    return Held.of(np.asarray(X, np.float64), np.asarray(y)).trainer(dtype, **{"loss": MeanSquaredError(), "optimizer": SGD(), **changes})


@DTYPES
@pytest.mark.parametrize("extra", [(), (Dropout(0.5),), (BatchNorm(),)], ids=["plain", "dropout", "batch norm behind"])
def test_weights_that_start_too_large_overflow_in_the_layer_that_is_named(dtype: str, extra):
    huge = 1e25 if dtype == "float32" else 1e170
    layers = (Dense(4), ReLU(), Dense(4, init=Normal(std=huge)), ReLU(), Dense(4, init=Normal(std=huge)), *extra, ReLU(), Dense(1))
    found = diverged(Trainer(experiment(network=layers, data=RegressPlane(examples=60), loss=MeanSquaredError()), dtype=dtype))
    assert (found.stage, found.tensor, found.layer) == ("forward", "4.dense.Y", "4.dense")
    assert found.step == 1 and math.isfinite(found.before["X"]) and found.before["X"] > huge / 100 and found.before["W"] > huge / 10
    assert "going forward, layer 4 (dense) gave infinity first: inputs up to" in found.sentence


def test_in_a_container_the_layer_inside_is_named():
    huge = Dense(8, init=Normal(std=1e30))
    layers = (Dense(8), ReLU(), Skip((huge, ReLU(), huge, ReLU())), Dense(1))
    found = diverged(Trainer(experiment(network=layers, data=RegressPlane(examples=60), loss=MeanSquaredError())))
    assert found.tensor == "2.skip.2.dense.Y"


@DTYPES
def test_a_learning_rate_of_a_million_is_named_with_the_parameter_or_the_layer_that_it_drove_out(dtype: str):
    trainer = Trainer(
        experiment(
            network=(Dense(8), Tanh(), Dense(1)), data=RegressPlane(examples=60), loss=MeanSquaredError(), optimizer=SGD(learning_rate=1e6),
            training=Training(epochs=500),
        ), dtype=dtype,
    )  # fmt: skip
    found = diverged(trainer)
    assert found.stage in ("update", "loss", "backward") and found.layer in ("2.dense", None)
    assert broken(trainer.runner) == (found.stage == "update")


@DTYPES
def test_an_update_that_overflows_is_told_from_a_forward_pass_that_does(dtype: str):
    top = 3e38 if dtype == "float32" else 1e308
    trainer = held([[10.0]] * 4, [[1000.0]] * 4, dtype, network=(Dense(1),), optimizer=SGD(learning_rate=top))
    assert math.isfinite(trainer.step()), "the step itself was all right, only its update wasn't"
    found = diverged(trainer)
    assert found.stage == "update" and found.tensor.startswith("0.dense.") and found.step == 2
    assert "learning rate" in found.sentence and "gradients up to" in found.sentence
    assert "are kept" not in trainer.message, "they are lost: only a checkpoint helps"


@DTYPES
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_number_that_is_none_in_the_data_is_named_with_its_example(dtype: str, bad: float):
    X = np.zeros((12, 3))
    X[7, 1] = bad
    trainer = held(X, np.zeros((12, 1)), dtype, network=(Dense(2), Dense(1)), training=Training(epochs=3, batch_size=4))
    found = diverged(trainer)
    assert found.stage == "data" and found.tensor == "X" and found.before["example"] == 7.0
    assert "example 8 of the training part" in found.sentence and ("NaN" if math.isnan(bad) else "infinity") in found.sentence


def test_an_answer_that_is_no_number_is_named_too():
    y = np.zeros((8, 1))
    y[5] = np.nan
    found = diverged(held(np.zeros((8, 2)), y, network=(Dense(1),), training=Training(epochs=1, batch_size=2)))
    assert found.stage == "data" and found.before["example"] == 5.0 and "in its answer" in found.sentence


def test_outputs_that_are_numbers_but_too_large_for_the_loss_are_the_loss():
    found = diverged(held(np.full((4, 1), 1e30), np.zeros((4, 1)), network=(Dense(1, init=Normal(std=1.0)),)))
    assert found.stage == "loss" and 1e28 < found.before["outputs"] < 1e32


def test_a_gradient_whose_squares_overflow_is_named():
    found = diverged(held(np.full((4, 1), 1e16), np.full((4, 1), 1e18), network=(Dense(1, init="zeros"),)))
    assert found.stage == "backward" and found.tensor == "0.dense.dW" and "too long" in found.sentence


def test_going_backward_the_layer_is_named_in_which_the_gradient_overflows():
    X, y = np.full((4, 1), 1e-3), np.full((4, 1), 1e17)
    layers = (Dense(1), Dense(1, init=Normal(std=1e-25)), Dense(1, init=Normal(std=1e25)))
    found = diverged(held(X, y, network=layers))
    assert (found.stage, found.tensor) == ("backward", "2.dense.dX") and found.before["delta"] > 1e16
    assert "going backward, layer 2 (dense) gave infinity first" in found.sentence


def test_portions_of_a_batch_are_looked_at_one_by_one():
    X = np.zeros((16, 2))
    X[3, 0] = np.inf
    found = diverged(held(X, np.zeros((16, 1)), network=(Dense(1),), training=Training(epochs=1, batch_size=16, accumulate=4)))
    assert found.stage == "data"


@pytest.mark.parametrize("rate", [1e30, 1e38])
def test_of_two_networks_the_one_is_named_that_went_wrong(rate: float):
    trainer = Trainer(
        experiment(
            network=(Dense(8), ReLU(), Dense(2)), program=GAN(discriminator=(Dense(8), ReLU(), Dense(1)), latent=2),
            loss=BinaryCrossEntropy(), data=Spiral(examples=60), optimizer=SGD(learning_rate=rate),
            training=Training(epochs=50, batch_size=20),
        )
    )  # fmt: skip
    found = diverged(trainer)
    assert found.tensor.startswith(("generator ", "discriminator ")) or found.stage in ("loss", "update")


def test_a_weight_that_hides_behind_a_relu_is_found_at_the_end_of_an_epoch():
    trainer = Trainer(experiment(network=(Dense(8), ReLU(), Dense(2)), optimizer=Adam()))
    trainer.begin()
    trainer.network.params["0.dense.b"][3] = -np.inf
    trainer.advance(math.inf, steps=trainer.steps_per_epoch)
    assert trainer.outcome == "diverged" and trainer.culprit is not None
    assert trainer.culprit.stage == "update" and trainer.culprit.tensor == "0.dense.b"


def test_large_weights_are_no_broken_ones():
    trainer = Trainer(experiment())
    trainer.network.params["0.dense.W"][...] = 1e30
    assert not broken(trainer.runner) and trainer.sound()


def test_what_is_found_changes_nothing_that_was_kept():
    layers = (Dense(8), BatchNorm(), Dense(8), Dense(1))
    trainer = Trainer(
        experiment(
            network=layers, data=RegressPlane(examples=60), loss=MeanSquaredError(), optimizer=SGD(learning_rate=1e4),
            training=Training(epochs=500),
        )
    )  # fmt: skip
    while not trainer.finished:
        before = trainer.state().arrays
        trainer.step()
    for name, array in trainer.state().arrays.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_row_of_a_file_that_is_too_large_for_single_precision_is_named(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b,y\n1,2,0.5\n,3,0.5\n3,1e39,0.25\n4,5,0.75\n2,2,0.1\n")
    with pytest.raises(DataError, match="row 4"):
        Csv(csv=str(path), target="y", missing="drop", validation=0.0).load(0)
    path.write_text("a,b,y\n1,2,0.5\n2,3,0.5\n3,inf,0.25\n4,5,0.75\n")
    with pytest.raises(DataError, match="row 4"):
        Csv(csv=str(path), target="y").load(0)


def test_a_row_that_overflows_while_it_is_learned_is_named_by_its_row(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,y\n" + "".join(f"{i},{i}.5\n" for i in range(20)))
    data = Csv(csv=str(path), target="y", validation=0.0, task="regression")
    trainer = Trainer(experiment(data=data, network=(Dense(1),), loss=MeanSquaredError(), training=Training(epochs=1, batch_size=5)))
    assert trainer.data.origin is not None
    example = int(np.flatnonzero(trainer.data.origin.numbers == 9)[0])
    assert trainer.data.train.X[example, 0] == 7.0, "row 1 holds the names, row 2 the 0"
    trainer.runner._X[example] = np.inf
    assert "row 9 of the file" in diverged(trainer).sentence and "in a" in trainer.message


def test_a_run_keeps_the_batch_that_went_wrong_and_which_examples_it_was(tmp_path):
    path = create(
        experiment(
            network=(Dense(8), Dense(1)), data=RegressPlane(examples=60), loss=MeanSquaredError(), optimizer=SGD(learning_rate=1e6),
            training=Training(epochs=50, batch_size=7),
        ),
        "wild", tmp_path,
    )  # fmt: skip
    status = Loop(path).run()
    found = kept(path)
    assert status.state == "diverged" and found is not None
    culprit, arrays = found
    assert culprit.step == status.step and culprit.sentence in status.message
    trainer = Trainer(Experiment.from_file(path / "experiment.toml"))
    np.testing.assert_array_equal(arrays["indices"], trainer.runner.batch(status.step - 1))
    np.testing.assert_array_equal(arrays["X"], trainer.data.train.X[arrays["indices"]])
    with Run(path) as run:
        assert [event.kind for event in run.history.events][-2:] == ["not_finite", "diverged"]
        assert "not-finite.safetensors" in run.history.events[-2].text


def test_weights_that_are_none_are_never_saved_and_the_last_good_checkpoint_is_named(tmp_path):
    path = create(experiment(network=(Dense(8), ReLU(), Dense(2)), training=Training(epochs=10_000)), "hidden", tmp_path)
    loop = Loop(path)

    def spoil(status) -> None:
        trainer = loop._trainer
        if status.step > 0 and not loop._checkpoints.steps():
            loop._save()
        elif status.step > 0 and not trainer.finished:
            trainer.network.params["0.dense.b"][0] = np.nan
            loop._save_if_possible()

    loop._on_progress = spoil
    status = loop.run()
    assert status.state == "diverged" and f"the last good checkpoint is of step {loop._checkpoints.steps()[-1]}" in status.message
    assert all(np.isfinite(array).all() for array in loop._checkpoints.load(loop._checkpoints.steps()[-1]).state.arrays.values())
