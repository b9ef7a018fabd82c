"""Checks on demand: each passes where all is well, fails where its fault is, and leaves everything as it was."""

import json
import threading

import numpy as np
import pytest

from nntui.checks import gradients as gradient_check
from nntui.checks.catalogue import CHECKS, check, made
from nntui.checks.subject import Cancelled, Result, Subject, Watch
from nntui.data.source import Split
from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.lookup import preset
from nntui.nn.dense import Dense
from nntui.training.trainer import Trainer

MOONS = """
network = [ { layer = "dense", units = 16 }, { layer = "relu" }, { layer = "dense", units = 2 } ]
[data]
source = "moons"
[loss]
kind = "cross_entropy"
[optimizer]
kind = "adam"
learning_rate = 0.01
[training]
epochs = 40
"""


def moons(*changes: str) -> Experiment:
    return Experiment.from_toml(MOONS).set(*changes)


def subject(experiment: Experiment, **options) -> Subject:
    return Subject(experiment, **options)


def result(name: str, of: Subject) -> Result:
    found = check(name)(of, Watch())
    assert found.name == name and found.sentence and not found.sentence.endswith(".")
    return found


@pytest.mark.parametrize("name", [name for name in CHECKS if name != "parity"])
def test_a_healthy_experiment_passes(name: str):
    assert result(name, subject(moons())).verdict in ("pass", "note")


# -- gradients ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["pytorch-example", "digits-cnn", "adding-lstm", "char-transformer", "unet-shapes", "residual-100", "matrix-factorization"]
)
def test_the_gradients_of_presets_of_every_kind_are_right(name: str):
    found = result("gradients", subject(preset(name).experiment))
    assert found.verdict == "pass" and found.numbers["worst"] < 1e-6


def test_a_wrong_backward_is_found_and_named(monkeypatch: pytest.MonkeyPatch):
    right = Dense.backward

    def wrong(self, at) -> None:
        right(self, at)
        if at.path == "2.dense":
            at.dW *= 1.01

    monkeypatch.setattr(Dense, "backward", wrong)
    found = result("gradients", subject(moons()))
    assert found.verdict == "fail" and "d2.dense.W" in found.sentence and 1e-4 < found.numbers["worst"] < 0.02
    assert result("gradients", subject(moons(), layer="0.dense")).verdict == "pass"
    assert result("gradients", subject(moons(), layer="2.dense")).verdict == "fail"


def test_one_layer_is_checked_alone_and_one_that_is_not_there_is_refused():
    assert result("gradients", subject(moons(), layer="2.dense")).numbers["checked"] == 2.0
    with pytest.raises(NntuiError, match=r"there are 0\.dense, 2\.dense"):
        result("gradients", subject(moons(), layer="1.relu"))


def test_dropout_draws_the_same_numbers_every_time_it_is_asked():
    found = result("gradients", subject(moons('network[1]={layer="dropout", rate=0.5}')))
    assert found.verdict == "pass"


# -- whether it learns -------------------------------------------------------------------------------------------------------


def test_a_softmax_too_many_keeps_a_batch_from_being_learned_by_heart():
    found = result("one_batch", subject(preset("double-softmax").experiment))
    assert found.verdict == "fail" and found.numbers["loss"] > 1.4


def test_examples_that_contradict_each_other_are_named_as_the_reason():
    of = subject(moons())
    X = np.zeros_like(of.data.train.X)
    of.__dict__["data"] = _with(of.data, Split(X, of.data.train.y))
    found = result("one_batch", of)
    assert found.verdict == "note" and "another answer" in found.sentence


def test_weights_that_start_too_large_begin_with_a_loss_that_is_too_large():
    assert result("initial_loss", subject(moons('network[2].init={kind="normal", std=10.0}'))).verdict == "fail"
    assert result("initial_loss", subject(preset("exploding-weights").experiment)).verdict == "fail"


def test_a_network_that_pays_no_heed_to_its_inputs_is_found():
    found = result("zeroed_inputs", subject(moons("network[0].init=zeros", "network[2].init=zeros", "optimizer.kind=sgd")))
    assert found.verdict == "fail" and found.numbers["loss"] == pytest.approx(found.numbers["loss_without_inputs"], rel=0.05)


def test_an_answer_that_is_among_the_inputs_shows_as_learning_by_the_right_answers_only():
    found = result("shuffled_labels", subject(moons()))
    assert found.verdict == "pass" and found.numbers["accuracy"] > found.numbers["accuracy_shuffled"] + 0.2


def test_nothing_learned_is_told_from_too_little_time():
    slow = preset("char-lstm").experiment
    found = result("zeroed_inputs", subject(slow, seconds=0.1))
    assert found.verdict in ("note", "pass") and ("--seconds" in found.sentence or found.verdict == "pass")


def test_examples_in_both_parts_are_counted_and_one_pair_is_named():
    of = subject(moons())
    data = of.data
    X, y = data.validation.X.copy(), data.validation.y.copy()
    X[3:13], y[3:13] = data.train.X[20:30], data.train.y[20:30]
    of.__dict__["data"] = _with(data, data.train, Split(X, y))
    found = result("leak", of)
    assert found.verdict == "fail" and found.numbers["leaked"] == 10.0 and "number 4 there is number 21 here" in found.sentence
    assert result("leak", subject(moons("data.validation=0"))).verdict == "skipped"


def _with(data, train, validation=None):
    import dataclasses

    return dataclasses.replace(data, train=train, validation=validation or data.validation)


# -- the rest ----------------------------------------------------------------------------------------------------------------


def test_without_cupy_parity_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setitem(sys.modules, "cupy", None)
    found = result("parity", subject(moons()))
    assert found.verdict == "skipped" and "pip install" in found.sentence


def test_every_check_says_something_about_every_kind_of_program():
    for name in ("gan-ring", "diabetes"):
        for found in made(subject(preset(name).experiment, seconds=0.3)):
            assert found.verdict in ("pass", "note", "skipped", "fail") and json.dumps(found.sentence)


def test_a_check_can_be_cancelled_while_it_trains_and_says_how_far_it_is():
    shares: list[float] = []
    watch = Watch(shares.append)
    threading.Timer(0.3, watch.cancel).start()
    with pytest.raises(Cancelled):
        check("zeroed_inputs")(subject(preset("spiral").experiment.set("training.epochs=1000000"), seconds=600.0), watch)
    assert shares and all(0.0 <= share <= 1.0 for share in shares)


def test_a_trainer_beside_it_goes_on_to_the_bit_as_if_nothing_was_checked():
    alone, beside = Trainer(moons()), Trainer(moons())
    alone.step(50)
    beside.step(25)
    before = np.random.get_state()[1].copy()
    of = subject(beside.experiment, state=beside.state(), seconds=0.2)
    of.__dict__["data"] = beside.data
    assert len(list(made(of))) == len(CHECKS)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    beside.step(25)
    np.testing.assert_array_equal(alone.network.flat, beside.network.flat)


def test_the_gradient_of_a_run_is_checked_at_its_own_weights(monkeypatch: pytest.MonkeyPatch):
    trainer = Trainer(moons())
    trainer.step(30)
    seen = []
    usual = gradient_check._error
    monkeypatch.setattr(gradient_check, "_error", lambda f, array, *rest: (seen.append(array.copy()), usual(f, array, *rest))[1])
    assert result("gradients", subject(moons(), state=trainer.state())).verdict == "pass"
    np.testing.assert_array_equal(seen[0].astype(np.float32), trainer.network.params["0.dense.W"])


@pytest.mark.parametrize("off", [0.0, 0.01])
def test_two_backends_that_agree_pass_and_two_that_do_not_fail(monkeypatch: pytest.MonkeyPatch, off: float):
    from nntui import backends
    from nntui.training import trainer

    numpy = backends.load("numpy")
    monkeypatch.setattr(backends, "load", lambda name: numpy)
    usual = trainer.Trainer.step

    def step(self, n: int = 1) -> float:
        loss = usual(self, n)
        self.network.flat += off * (self.backend_name == "cupy")
        return loss

    monkeypatch.setattr(trainer.Trainer, "step", step)
    found = result("parity", subject(moons()))
    assert found.verdict == ("fail" if off else "pass"), found
    assert set(found.numbers) == {"outputs", "loss", "weights after a step"}
