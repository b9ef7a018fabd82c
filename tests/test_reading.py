"""Reading experiments: what is wrong is named by file, line or key, with what would be right and what was got."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nntui.errors import ExperimentError
from nntui.experiment import Experiment

GOOD = """\
title = "Spiral"
seed = 1
network = [
  { layer = "dense", units = 16, init = "he" },
  { layer = "skip", body = [ { layer = "dense", units = 16 }, { layer = "relu" } ] },
  { layer = "dense", units = 2 },
]

[data]
source = "spiral"
noise = 0.1
features = ["x", "y", "xy"]

[loss]
kind = "cross_entropy"

[optimizer]
kind = "adam"
learning_rate = 0.01

[schedule]
kind = "one_cycle"

[training]
epochs = 200
early_stopping = { patience = 20 }

[reference]
val_accuracy = { at_least = 0.95 }
"""


def refusal(text: str) -> str:
    with pytest.raises(ExperimentError) as error:
        Experiment.from_toml(text, "x.toml")
    return str(error.value)


def refusal_of(old: str, new: str) -> str:
    """What is said about the good file with one thing changed."""
    assert old in GOOD
    return refusal(GOOD.replace(old, new, 1))


def test_a_good_file_is_read() -> None:
    experiment = Experiment.from_toml(GOOD, "x.toml")
    assert (experiment.title, experiment.seed, len(experiment.network)) == ("Spiral", 1, 3)
    assert experiment.optimizer.learning_rate == 0.01
    assert experiment.reference["val_accuracy"].at_least == 0.95


@pytest.mark.parametrize(
    ("value", "got"),
    [("0", "0"), ("-3", "-3"), ("true", "true"), ("2.5", "2.5"), ("2.0", "2.0"), ('"16"', '"16"'), ("nan", "nan"), ("[1]", "a list of 1")],
)
def test_a_value_out_of_range_or_of_another_type_is_shown_beside_what_would_be_right(value: str, got: str) -> None:
    assert refusal_of("units = 16", f"units = {value}") == f"x.toml: network[0].units: expected an integer >= 1, got {got}"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("learning_rate = 0.01", "learning_rate = nan", "optimizer.learning_rate: expected a finite number >= 0, got nan"),
        ("learning_rate = 0.01", "learning_rate = inf", "optimizer.learning_rate: expected a finite number >= 0, got inf"),
        ("learning_rate = 0.01", "learning_rate = -inf", "optimizer.learning_rate: expected a finite number >= 0, got -inf"),
        ("learning_rate = 0.01", "learning_rate = 1e999", "optimizer.learning_rate: expected a finite number >= 0, got inf"),
        ("learning_rate = 0.01", 'learning_rate = "fast"', 'optimizer.learning_rate: expected a finite number >= 0, got "fast"'),
        ("learning_rate = 0.01", "learning_rate = false", "optimizer.learning_rate: expected a finite number >= 0, got false"),
        ('"he"', '{ kind = "constant", value = inf }', "network[0].init.value: expected a finite number, got inf"),
        ('"he"', '{ kind = "uniform", low = nan }', "network[0].init.low: expected a finite number, got nan"),
        ("{ at_least = 0.95 }", "{ at_least = nan }", "reference.val_accuracy.at_least: expected a finite number, got nan"),
    ],
)
def test_only_finite_numbers_are_numbers(old: str, new: str, sentence: str) -> None:
    assert refusal_of(old, new) == f"x.toml: {sentence}"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("epochs = 200", "epochs = 9223372036854775808", "training.epochs: 9223372036854775808 is too large, expected an integer >= 1"),
        ("epochs = 200", f"epochs = {10**40}", "training.epochs: a number of more than 30 digits is too large, expected an integer >= 1"),
        ("seed = 1", "seed = 18446744073709551616", "seed: 18446744073709551616 is too large, expected an integer >= 0"),
        ("learning_rate = 0.01", f"learning_rate = {10**400}", "optimizer.learning_rate: a number of more than 30 digits is too large"),
    ],
)
def test_integers_that_no_machine_counts_to_are_too_large(old: str, new: str, sentence: str) -> None:
    assert refusal_of(old, new).startswith(f"x.toml: {sentence}")


def test_an_integer_too_long_for_python_is_refused_in_a_sentence() -> None:
    assert refusal("seed = " + "1" * 5000) == "x.toml: a number in it has too many digits"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"Spiral"', "3", "title: expected text in quotes, got 3"),
        ('"Spiral"', "1979-05-27", "title: expected text in quotes, got the date or time 1979-05-27"),
        ('["x", "y", "xy"]', '"x"', 'data.features: expected a list, each text in quotes, got "x"'),
        ('["x", "y", "xy"]', "[1]", "data.features[0]: expected text in quotes, got 1"),
        ("{ patience = 20 }", "20", "training.early_stopping: expected a table, got 20"),
        ("{ at_least = 0.95 }", "0.95", "reference.val_accuracy: expected a table, got 0.95"),
        ('{ layer = "relu" }', '"relu"', 'network[1].body[1]: expected a table with layer = dense, '),
        ('"he"', "7", "network[0].init: expected auto, constant, "),
        ('title = "Spiral"', 'optimizer = "adam"', 'optimizer: expected a table with kind = '),
        ('title = "Spiral"', "training = 3", "training: expected a table, got 3"),
    ],
)
def test_a_wrong_type_is_named_in_words(old: str, new: str, sentence: str) -> None:
    changed = GOOD.replace(old, new, 1)
    for table in ("optimizer", "training"):  # a table can't be written twice
        if new.startswith(table):
            changed = re.sub(rf"\[{table}\]\n(.+\n)+", "", changed)
    assert refusal(changed).startswith(f"x.toml: {sentence}")


def test_a_network_that_is_not_a_list_is_told_what_a_network_looks_like() -> None:
    text = re.sub(r"network = \[\n(.+\n)+\]", "network = 3", GOOD)
    assert refusal(text) == "x.toml: network: expected a list of tables like [ { layer = ... } ], got 3"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("units = 16", "unit = 16", "network[0].unit: dense has no such key: did you mean units"),
        ("learning_rate", "learnig_rate", "optimizer.learnig_rate: adam has no such key: did you mean learning_rate?"),
        ("epochs", "epoch", "training.epoch: [training] has no such key: did you mean epochs?"),
        ("network =", "netwrk =", "netwrk: the file has no such key: did you mean network?"),
        ("patience", "patiense", "training.early_stopping.patiense: [training.early_stopping] has no such key: did you mean patience?"),
        ("at_least", "atleast", "reference.val_accuracy.atleast: [reference.val_accuracy] has no such key: did you mean at_least?"),
        ('layer = "relu"', 'layer = "relu", slope = 1', "network[1].body[1].slope: relu has no such key: it takes no options"),
        ('"one_cycle"', '"constant"\ngamma = 1', "schedule.gamma: constant has no such key: there is warmup"),
    ],
)
def test_an_unknown_key_is_met_with_the_closest_that_is_known(old: str, new: str, sentence: str) -> None:
    assert refusal_of(old, new).startswith(f"x.toml: {sentence}")


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("val_acuracy = { at_least = 0.5 }", "val_acuracy: nothing is measured under this name: did you mean val_accuracy or accuracy?"),
        ("val_accuracy = {}", "val_accuracy: expected at_least or at_most, like { at_least = 0.9 }"),
        ("loss = { at_least = 0.9, at_most = 0.1 }", "loss: nothing is at least 0.9 and at most 0.1"),
    ],
)
def test_a_reference_that_nothing_could_be_held_to_is_refused(new: str, sentence: str) -> None:
    assert refusal_of("val_accuracy = { at_least = 0.95 }", new) == f"x.toml: reference.{sentence}"


def test_more_epochs_than_can_be_counted_are_refused() -> None:
    said = refusal_of("epochs = 200", "epochs = 9000000000000000000")
    assert said == "x.toml: training.epochs: expected an integer >= 1 and <= 1000000000, got 9000000000000000000"


def test_a_key_that_slipped_into_a_table_is_told_where_it_belongs() -> None:
    """In TOML everything after a [table] header belongs to it."""
    said = refusal_of("epochs = 200", "epochs = 200\nbackend = 'numpy'")
    assert said.endswith("backend belongs at the top of the file, before the first [table]")


def test_a_key_in_the_wrong_table_is_told_the_right_one() -> None:
    assert refusal_of("epochs = 200", "epochs = 200\nlearning_rate = 0.1").endswith("learning_rate belongs in [optimizer]")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('layer = "dense"', 'layer = "dens"', 'network[0].layer: there is no layer "dens": did you mean dense?'),
        ('layer = "relu"', 'layer = "swish"', 'network[1].body[1].layer: there is no layer "swish": it is called silu here'),
        ('layer = "relu"', 'layer = "oven"', 'network[1].body[1].layer: there is no layer "oven": there are dense, '),
        ('"adam"', '"adm"', 'optimizer.kind: there is no optimizer "adm": did you mean adam, nadam or adamw? (there are sgd, adam, '),
        ('"adam"', '"nesterov"', 'optimizer.kind: there is no optimizer "nesterov": it is called sgd here'),
        ('"cross_entropy"', '"BCE"', 'loss.kind: there is no loss "BCE": it is called binary_cross_entropy here'),
        ('"one_cycle"', '"linear"', 'schedule.kind: there is no schedule "linear": it is called polynomial here'),
        ('"cross_entropy"', '"crossentropy"', 'loss.kind: there is no loss "crossentropy": did you mean cross_entropy'),
        ('"one_cycle"', '"onecycle"', 'schedule.kind: there is no schedule "onecycle": did you mean one_cycle?'),
        ('"spiral"', '"spyral"', 'data.source: there is no source "spyral": did you mean spiral'),
        ('"spiral"', "7", "data.source: expected circle, "),
        ('"he"', '"hee"', 'network[0].init: "hee" is not known: did you mean he?'),
        ('"he"', '{ kind = "nrmal" }', 'network[0].init.kind: there is no init "nrmal": did you mean normal'),
        ("seed = 1", 'backend = "gpu"', 'backend: "gpu" is not known: there are auto, cupy, numpy'),
    ],
)
def test_an_unknown_name_is_met_with_the_closest_that_are_known(old: str, new: str, sentence: str) -> None:
    assert refusal_of(old, new).startswith(f"x.toml: {sentence}")


@pytest.mark.parametrize(
    ("old", "sentence"),
    [
        (", units = 16", "network[0].units: missing: expected an integer >= 1"),
        ('layer = "relu"', "network[1].body[1].layer: missing: expected dense, "),
        ('[loss]\nkind = "cross_entropy"\n', "loss: missing: expected a table with kind = cross_entropy, binary_cross_entropy, "),
        ('kind = "adam"', "optimizer.kind: missing: expected sgd, adam, "),
        ('source = "spiral"\n', "data.source: missing: expected circle, "),
    ],
)
def test_a_missing_key_is_named_with_what_it_should_hold(old: str, sentence: str) -> None:
    assert refusal_of(old, "").startswith(f"x.toml: {sentence}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = ", "line 1, column 8: invalid value"),
        ("title = 1\n[data\n", "line 2, column 6: expected ']' at the end of a table declaration"),
        ('title = "a\nb = 1', "line 1, column 11: "),
        ("seed = 1 title = 2", "line 1, column 10: expected newline or end of document after a statement"),
        ("seed = 1\n\x00", "line 2, column 1: invalid statement"),
        ("seed = " + "[" * 5000, "lists or tables are nested too deeply"),
    ],
)
def test_broken_toml_is_located_by_line_and_column(text: str, sentence: str) -> None:
    assert refusal(text).startswith(f"x.toml: {sentence}")


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a comment\n"])
def test_an_empty_file_is_told_what_an_experiment_has(text: str) -> None:
    assert refusal(text) == "x.toml: is empty: an experiment has at least network, [data], [loss] and [optimizer]"


def test_a_long_text_is_shortened_where_it_is_shown() -> None:
    assert len(refusal_of("units = 16", f'units = "{"x" * 1000}"')) < 130


def test_line_breaks_in_a_value_do_not_break_the_sentence() -> None:
    assert "\n" not in refusal_of("units = 16", 'units = "a\\nb"')


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"none\.toml: can't be read: No such file"):
        Experiment.from_file(tmp_path / "none.toml")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"can't be read: Is a directory"):
        Experiment.from_file(tmp_path)


def test_a_binary_file_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"title = '\xff\xfe'")
    with pytest.raises(ExperimentError, match=r"x\.toml: is not a text file \(byte 9 is not UTF-8\)"):
        Experiment.from_file(tmp_path / "x.toml")


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert Experiment.from_file(tmp_path / "x.toml").title == "Spiral"


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert Experiment.from_file(tmp_path / "x.toml") == Experiment.from_toml(GOOD)
