"""What an edit changes, said exactly."""

from __future__ import annotations

import pytest

from diagnosis.made import experiment
from nntui.diagnosis.changes import changes, shortened
from nntui.diagnosis.fixes import EDITS, fix_named
from nntui.experiment import Experiment, Start
from nntui.lookup import preset, preset_names
from nntui.nn.activations import Tanh
from nntui.nn.normalization import BatchNorm


def test_values_are_named_by_their_key_with_before_and_after() -> None:
    before = experiment()
    after = before.set("optimizer.learning_rate=0.01", "training.clip_norm=1.0", "data.scale=standardize", "seed=3")
    assert set(changes(before, after)) == {
        "seed 0 → 3", "data.scale none → standardize", "optimizer.learning_rate 0.1 → 0.01", "training.clip_norm none → 1",
    }  # fmt: skip


def test_another_kind_is_said_with_what_is_not_as_usual_about_it() -> None:
    said = changes(experiment(), experiment().set("optimizer.kind=adam"))
    assert said == ("optimizer sgd (learning_rate 0.1) → adam (learning_rate 0.1)",)


def test_layers_are_named_that_come_go_and_become_others() -> None:
    before = experiment()
    first, *rest = before.network
    assert changes(before, before.replace(network=(first, BatchNorm(), *rest))) == ("+ batch_norm after 0.dense",)
    assert changes(before, before.replace(network=tuple(rest))) == ("− 0.dense",)
    assert changes(before, before.replace(network=(first, Tanh(), *rest[1:]))) == ("1.relu → tanh",)
    assert changes(before, before.set("network[0].units=16")) == ("0.dense units 8 → 16",)


def test_words_for_people_change_nothing() -> None:
    assert changes(experiment(), experiment().replace(title="another", story="told otherwise")) == ()


@pytest.mark.parametrize("name", preset_names()[::6])
def test_every_fix_of_a_preset_changes_something_that_can_be_said(name: str) -> None:
    given: Experiment = preset(name).experiment
    for edit in EDITS:
        fix = fix_named(edit, given)
        if fix is not None:
            said = changes(given, fix.apply(given))
            assert said and all("\n" not in line for line in said) and changes(given, given) == ()


def test_many_lines_are_shortened_with_how_many_there_are() -> None:
    assert shortened(("a", "b")) == "a, b"
    assert shortened(("a", "b", "c", "d")) == "a, b, and 2 more"


def test_an_edit_that_leaves_the_weights_of_a_start_says_so_in_a_few_words() -> None:
    warm = experiment().replace(start=Start(source="2026-spiral", step=3, layers=("0.dense = 0.dense",)))
    after = warm.replace(network=(*warm.network[:1], Tanh(), *warm.network[1:]))
    assert changes(warm, after) == ("+ tanh after 0.dense", "begins anew, not with weights of 2026-spiral")
