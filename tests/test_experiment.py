"""An experiment is a value: what is written is read again, one value can be changed, and what can't work is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from nntui.data.bundled import Iris
from nntui.data.files import Csv
from nntui.data.planar import Spiral
from nntui.errors import ExperimentError, ShapeError
from nntui.experiment import EarlyStopping, Experiment, Training
from nntui.lookup import PRESETS, load
from nntui.nn.activations import ReLU
from nntui.nn.dense import Dense
from nntui.nn.initializers import Normal
from nntui.nn.losses import CrossEntropy, MeanSquaredError
from nntui.nn.shaping import Reshape
from nntui.nn.skip import Skip
from nntui.optim.optimizers import SGD, Adam, AdamW
from nntui.optim.schedules import Constant, Cosine
from nntui.reference import Reference
from nntui.schema import bare, options


def experiment(**changes: Any) -> Experiment:
    parts: dict[str, Any] = {
        "network": (Dense(units=8), ReLU(), Dense(units=2)),
        "data": Spiral(),
        "loss": CrossEntropy(),
        "optimizer": Adam(learning_rate=0.01),
    }
    return Experiment(**{**parts, **changes})


# -- writing and reading -------------------------------------------------------------------------------------------------


def values(kind: inspect.Type, depth: int = 0) -> st.SearchStrategy[Any]:
    """Anything that a type allows, as it stands in a file: read off the types, so a new layer is covered by itself."""
    match bare(kind):
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType(ge=ge, le=le):
            return st.integers(min_value=-(2**63) if ge is None else ge, max_value=2**63 - 1 if le is None else le)
        case inspect.FloatType(ge=ge, gt=gt, le=le, lt=lt):
            low, high = (ge if ge is not None else gt), (le if le is not None else lt)
            return st.floats(low, high, exclude_min=gt is not None, exclude_max=lt is not None, allow_nan=False, allow_infinity=False)
        case inspect.StrType(min_length=least):
            return st.text(st.characters(exclude_categories=["Cs"]), min_size=least or 0, max_size=20)
        case inspect.LiteralType(values=words):
            return st.sampled_from(words)
        case inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            longest = max(least or 0, 3 if depth < 4 else 0)
            return st.lists(values(item, depth + 1), min_size=least or 0, max_size=longest if most is None else min(longest, most))
        case inspect.DictType(value_type=inspect.StructType(cls=kind)) if kind is Reference:  # not every key is a measure
            limits = st.fixed_dictionaries({"at_least": values(inspect.FloatType())}, optional={})
            return st.dictionaries(st.sampled_from(["loss", "val_accuracy", "val_r2", "accuracy_2"]), limits, max_size=3)
        case inspect.DictType(value_type=item):
            return st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), values(item, depth + 1), max_size=3)
        case inspect.UnionType():
            return st.one_of([values(option, depth) for option in options(kind)])
        case inspect.StructType() as table:
            fixed = {table.tag_field: st.just(table.tag)} if table.tag_field else {}
            required = {f.encode_name: st.deferred(lambda f=f: values(f.type, depth + 1)) for f in table.fields if f.required}
            optional = {f.encode_name: st.deferred(lambda f=f: values(f.type, depth + 1)) for f in table.fields if not f.required}
            return st.fixed_dictionaries({**fixed, **required}, optional=optional)
    raise NotImplementedError(kind)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(values(inspect.type_info(Experiment)))
def test_every_experiment_is_read_as_it_was_written(tables: dict[str, Any]) -> None:
    original = msgspec.convert(tables, Experiment)
    assert Experiment.from_toml(original.to_toml()) == original


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_preset_is_read_as_it_was_written(path: Path) -> None:
    original = Experiment.from_file(path)
    assert Experiment.from_toml(original.to_toml()) == original


@pytest.mark.parametrize(
    "story",
    ["", "one line", "two\nlines", "\nstarts empty", "ends empty\n", 'a """quote"""\n\\', "tab\t\nbell\x07", "dos\r\nlines", "é\n≥"],
)
def test_a_story_keeps_every_character(story: str) -> None:
    assert Experiment.from_toml(experiment(story=story).to_toml()).story == story


def test_a_written_experiment_reads_like_the_manual() -> None:
    written = experiment(
        title="Spiral",
        story="Two arms.\nWatch delta.",
        network=(Dense(units=16), Skip(body=(Dense(units=16, init=Normal(std=0.1)),)), Dense(units=2)),
        data=Spiral(features=("x", "y", "xy")),
        training=Training(epochs=200, early_stopping=EarlyStopping(patience=20)),
    ).to_toml()
    assert (
        written
        == '''\
title = "Spiral"
story = """
Two arms.
Watch delta."""
network = [
  { layer = "dense", units = 16 },
  { layer = "skip", body = [{ layer = "dense", units = 16, init = { kind = "normal", std = 0.1 } }] },
  { layer = "dense", units = 2 },
]

[data]
source = "spiral"
features = ["x", "y", "xy"]

[loss]
kind = "cross_entropy"

[optimizer]
kind = "adam"
learning_rate = 0.01

[training]
epochs = 200
early_stopping = { patience = 20 }
'''
    )


def test_a_long_container_puts_its_layers_on_lines_of_their_own() -> None:
    inner = Skip(body=(Dense(units=16),) * 4)
    original = experiment(network=(Skip(body=(inner, inner, ReLU())),))
    lines = original.to_toml().splitlines()
    assert '    { layer = "relu" },' in lines
    assert max(map(len, lines)) < 120
    assert Experiment.from_toml(original.to_toml()) == original


# -- files of one's own ----------------------------------------------------------------------------------------------------

TABLE = """
network = [{ layer = "dense", units = 1 }]
loss = { kind = "mse" }
optimizer = { kind = "sgd" }
data = { csv = "house.csv", target = "price" }
"""


def test_naming_a_csv_file_says_that_the_source_is_a_csv_file() -> None:
    assert Experiment.from_toml(TABLE).data == Csv(csv="house.csv", target="price")


def test_a_csv_source_is_written_without_saying_it_twice() -> None:
    tables = Experiment.from_toml(TABLE).to_tables()
    assert tables["data"] == {"csv": "house.csv", "target": "price"}


def test_a_data_file_is_looked_for_beside_the_experiment_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x.toml").write_text(TABLE)
    monkeypatch.chdir(tmp_path)
    data = Experiment.from_file("folder/x.toml").data
    assert isinstance(data, Csv)
    assert data.csv == str(tmp_path / "folder" / "house.csv")


# -- changing one value ------------------------------------------------------------------------------------------------------


def test_a_value_is_changed_by_its_dotted_name() -> None:
    assert experiment().set("optimizer.learning_rate=0.5").optimizer.learning_rate == 0.5


@pytest.mark.parametrize("name", ["network[0].units", "network.0.units", " network[0].units "])
def test_a_layer_is_counted_from_0(name: str) -> None:
    assert experiment().set(f"{name}=16").network[0] == Dense(units=16)


def test_a_layer_inside_a_container_is_reached_through_it() -> None:
    original = experiment(network=(Skip(body=(Dense(units=2), ReLU())), Dense(units=2)))
    assert original.set("network[0].body[0].units=5").network[0] == Skip(body=(Dense(units=5), ReLU()))


def test_the_original_stays_as_it_was() -> None:
    original = experiment()
    original.set("seed=5")
    assert original.seed == 0


def test_words_need_no_quotes() -> None:
    assert experiment().set("title=a new title", "network[0].init=he").network[0] == Dense(units=8, init="he")


def test_whole_tables_are_written_as_in_a_file() -> None:
    assert experiment().set("network[1]={ layer = 'dropout', rate = 0.1 }").network[1].tag == "dropout"


def test_changing_the_kind_keeps_what_the_new_kind_knows_too() -> None:
    original = experiment(optimizer=AdamW(learning_rate=0.3, beta1=0.5, weight_decay=0.2))
    assert original.set("optimizer.kind=sgd").optimizer == SGD(learning_rate=0.3, weight_decay=0.2)


def test_naming_a_data_file_changes_the_source() -> None:
    changed = experiment(data=Spiral(validation=0.5, noise=0.2)).set("data.csv=f.csv", "data.target=y")
    assert changed.data == Csv(csv="f.csv", target="y", validation=0.5)


def test_what_is_there_by_default_can_be_changed() -> None:
    assert experiment().set("schedule.kind=cosine", "schedule.final=0.1").schedule == Cosine(final=0.1)
    assert experiment().set("training.early_stopping.patience=3").training.early_stopping == EarlyStopping(patience=3)


def test_an_empty_value_means_the_default() -> None:
    assert experiment(schedule=Cosine()).set("schedule=").schedule == Constant()
    assert experiment().set("optimizer.learning_rate=").optimizer.learning_rate == Adam().learning_rate


def test_an_empty_value_takes_a_layer_out() -> None:
    assert experiment().set("network[1]=").network == (Dense(units=8), Dense(units=2))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("seed", "expected key=value, like optimizer.learning_rate=0.01 or network[0].units=16, got \"seed\""),
        ("=3", "expected key=value"),
        ("a..b=3", "expected key=value"),
        ("network[x].units=3", "expected key=value"),
        ("sed=3", "sed: the file has no such key: did you mean seed?"),
        ("optimizer.rate=3", "optimizer.rate: adam has no such key: did you mean learning_rate"),
        ("optimizer.learning_rate=fast", 'optimizer.learning_rate: expected a finite number >= 0, got "fast"'),
        ("optimizer.kind=adm", 'optimizer.kind: there is no optimizer "adm": did you mean adam,'),
        ("network[0].units=0", "network[0].units: expected an integer >= 1, got 0"),
        ("network[7].units=1", "network[7]: there are 3, counted from 0"),
        ("network.units=1", "network: is a list; say which one, like network[0], got \"units\""),
        ("network[0].units.x=1", "network[0].units: is 8, so there is no network[0].units.x"),
        ("seed=1\ntitle=3", 'seed: expected an integer >= 0, got "1\\ntitle=3"'),
        ("schedule.gamma=1", "schedule.gamma: constant has no such key: there is warmup"),
        ("data.csv=f.csv", "data.target: missing: expected text in quotes"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(change: str, sentence: str) -> None:
    with pytest.raises(ExperimentError) as error:
        experiment().set(change)
    assert str(error.value).startswith(sentence)


# -- what can't work ---------------------------------------------------------------------------------------------------------


def test_a_network_that_fits_its_data_gives_its_plan() -> None:
    assert experiment().check().size == 2 * 8 + 8 + 8 * 2 + 2


def test_a_layer_that_does_not_fit_is_named() -> None:
    with pytest.raises(ShapeError, match=r"layer 1\.reshape: reshape can't make \[3\] of \(8,\)"):
        experiment(network=(Dense(units=8), Reshape(shape=(3,)), Dense(units=2))).check()


def test_outputs_that_are_not_the_classes_are_told_how_many_there_should_be() -> None:
    with pytest.raises(ExperimentError, match="cross_entropy needs one output per class, 3 here"):
        experiment(data=Iris()).check()


def test_a_loss_for_labels_is_refused_for_numbers() -> None:
    with pytest.raises(ExperimentError, match="cross_entropy needs class labels"):
        experiment().set("data.source=diabetes").check()


def test_a_network_without_anything_to_learn_is_refused() -> None:
    with pytest.raises(ExperimentError, match="network: nothing in it learns: add a dense layer"):
        experiment(network=(ReLU(),)).check()


def test_early_stopping_needs_a_validation_part() -> None:
    with pytest.raises(ExperimentError, match=r"training\.early_stopping: watches the validation loss, but data\.validation is 0"):
        experiment(data=Spiral(validation=0.0), training=Training(early_stopping=EarlyStopping())).check()


def test_a_discriminator_larger_than_the_machine_is_refused_too() -> None:
    with pytest.raises(ExperimentError, match=r"needs at least [\d,]+ GB of memory, this machine has \d+ GB"):
        load("gan-ring").set("program.discriminator[0].units=900000000000").check()


def test_a_network_larger_than_the_machine_is_refused_before_anything_is_allocated() -> None:
    with pytest.raises(ExperimentError, match=r"network: needs at least [\d,]+ GB of memory, this machine has \d+ GB"):
        experiment(network=(Dense(units=10**13), Dense(units=2))).check()


def test_checking_generated_and_bundled_data_needs_neither_numpy_nor_scikit_learn() -> None:
    script = """
import sys
from nntui.experiment import Experiment
text = '''
network = [{ layer = "dense", units = 3 }]
data = { source = "iris" }
loss = { kind = "cross_entropy" }
optimizer = { kind = "sgd" }
'''
experiment = Experiment.from_toml(text)
experiment.check()
experiment.set("data.source=spiral", "network[0].units=2").check()
print(sorted({"numpy", "sklearn", "textual", "cupy"} & set(sys.modules)))
"""
    tree = PRESETS.parent.parent
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tree).stdout == "[]\n"


def test_losses_on_numbers_are_compared_with_the_width_of_the_target() -> None:
    with pytest.raises(ExperimentError, match="mse"):
        experiment(loss=MeanSquaredError(), network=(Dense(units=3),)).check()


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        ('{ layer = "reshape", shape = [3, 5] }', "network[1].shape: reshape can't make [3, 5] of (8,): 8 values are not 15"),
        (
            '{ layer = "skip", body = [{ layer = "tanh" }, { layer = "attention", heads = 2 }] }',
            "network[1].body[1]: attention needs a sequence (time, features), got (8,): reshape it, or embed it if these are ids",
        ),
    ],
)
def test_what_does_not_fit_is_named_as_it_stands_in_the_file(layer: str, sentence: str) -> None:
    changed = load("spiral").set(f"network[1]={layer}")
    with pytest.raises(ShapeError) as error:
        changed.check()
    assert error.value.in_file == sentence
