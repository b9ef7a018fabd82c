"""Fixes are edits of the experiment: each changes what it says, and gives something that can be trained."""

from __future__ import annotations

import pytest

from nntui.diagnosis.finding import Finding
from nntui.diagnosis.fixes import EDITS, fix_named, fixes
from nntui.experiment import Experiment

from .made import DENSE, OUTPUT, experiment

NORMAL = {**DENSE, "init": {"kind": "normal", "std": 1.0}}


def tags(made: Experiment) -> list[str]:
    return [layer.tag for layer in made.network]


def applied(name: str, made: Experiment) -> Experiment:
    fix = fix_named(name, made)
    assert fix is not None
    changed = fix.apply(made)
    changed.check()
    assert Experiment.from_toml(changed.to_toml()) == changed
    return changed


def test_start_weights_are_reset_everywhere_even_in_containers() -> None:
    made = experiment(NORMAL, "relu", {"layer": "skip", "body": [NORMAL, {"layer": "relu"}]}, OUTPUT)
    assert "std" not in applied("initializer", made).to_toml()
    assert fix_named("initializer", experiment()) is None  # nothing to reset


def test_what_saturates_becomes_relu_and_what_dies_becomes_leaky() -> None:
    assert tags(applied("activation", experiment(DENSE, "sigmoid", DENSE, "tanh", OUTPUT)))[1::2] == ["relu", "relu"]
    assert tags(applied("activation", experiment()))[1::2] == ["leaky_relu", "leaky_relu"]


def test_the_output_keeps_its_activation() -> None:
    made = experiment(DENSE, "sigmoid", {"layer": "dense", "units": 1}, "tanh", loss={"kind": "mse", "signed": True})
    assert tags(applied("activation", made)) == ["dense", "relu", "dense", "tanh"]


def test_every_hidden_layer_is_normalized_once() -> None:
    made = applied("normalization", experiment())
    assert tags(made) == ["dense", "batch_norm", "relu", "dense", "batch_norm", "relu", "dense"]
    assert fix_named("normalization", made) is None


def test_small_batches_get_layer_norm() -> None:
    assert "layer_norm" in tags(applied("normalization", experiment(training={"epochs": 10, "batch_size": 8})))


def test_skips_go_around_stretches_that_keep_their_shape() -> None:
    made = applied("skip", experiment(DENSE, "tanh", DENSE, "tanh", DENSE, "tanh", OUTPUT))
    assert tags(made) == ["dense", "tanh", "skip", "skip", "dense"]
    assert fix_named("skip", experiment(DENSE, "relu", OUTPUT)) is None


def test_last_activations_are_left_to_the_loss() -> None:
    assert tags(applied("remove_output_activation", experiment(DENSE, "relu", OUTPUT, "softmax"))) == ["dense", "relu", "dense"]


def test_activations_are_put_between_straight_layers() -> None:
    assert tags(applied("add_activation", experiment(DENSE, DENSE, OUTPUT))) == ["dense", "relu", "dense", "relu", "dense"]
    assert fix_named("add_activation", experiment()) is None


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("lower_rate", "learning_rate", 0.01), ("raise_rate", "learning_rate", 1.0), ("adam", "learning_rate", 0.001),
        ("weight_decay", "weight_decay", 0.001),
    ],
)  # fmt: skip
def test_optimizers_change_by_what_is_said(name: str, key: str, value: float) -> None:
    assert getattr(applied(name, experiment()).optimizer, key) == pytest.approx(value)


def test_sentences_name_what_was_and_what_will_be() -> None:
    fix = fix_named("lower_rate", experiment())
    assert fix is not None and fix.sentence == "learning rate 0.1 → 0.01"


def test_training_changes() -> None:
    assert applied("clip", experiment()).training.clip_norm == 1.0
    assert applied("batch_size", experiment()).training.batch_size == 160
    assert applied("longer", experiment()).training.epochs == 20
    assert applied("standardize", experiment()).data.scale == "standardize"


def test_early_stopping_needs_something_held_out_and_provides_it() -> None:
    made = experiment(data={"source": "moons", "validation": 0.0})
    changed = applied("early_stopping", made)
    assert changed.training.early_stopping is not None and changed.data.validation == 0.2


def test_units_are_doubled_and_halved_but_not_in_the_output() -> None:
    wider = applied("wider", experiment())
    assert [layer.units for layer in wider.network if layer.tag == "dense"] == [16, 16, 2]  # type: ignore[attr-defined]


def test_dropout_comes_and_goes() -> None:
    made = applied("dropout", experiment())
    assert tags(made).count("dropout") == 2
    assert "dropout" not in tags(applied("remove_dropout", made))


def test_an_output_gets_its_bias() -> None:
    made = experiment(DENSE, "relu", {**OUTPUT, "bias": False})
    assert applied("output_bias", made).network[-1].bias is True  # type: ignore[attr-defined]


def test_only_edits_that_change_something_are_offered() -> None:
    finding = Finding("vanishing_signal", "warning", None, 0, {}, "", ("initializer", "normalization", "skip", "adam"))
    assert [fix.name for fix in fixes(finding, experiment())] == ["normalization", "skip", "adam"]


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_anything_either_fits_together_or_isnt_offered(name: str) -> None:
    for made in (experiment(OUTPUT), experiment(), experiment({"layer": "skip", "body": [{"layer": "dense", "units": 2}]}, OUTPUT)):
        fix = fix_named(name, made)
        if fix is not None:
            fix.apply(made).check()
