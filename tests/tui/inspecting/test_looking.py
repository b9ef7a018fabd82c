"""Where somebody is while inspecting: checkpoints, aspects, layers, cursors; and what changes a weight."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspection.subjects import IMAGES, PLANE, TEXT, experiment
from panes.made import LOOKS

import nntui
from inspecting.made import value
from nntui.errors import NntuiError
from nntui.experiment import Start
from nntui.nn.entries import Entry
from nntui.tui.inspect.changing import source_of, told, with_weight
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.inspect.frame import footer, header, remark, tabs
from nntui.tui.inspect.looking import Looking


def looking(text: str = IMAGES, layer: str = "", aspect: str = "") -> Looking:
    made = Looking(experiment(text), "tiny", None, layer, aspect)
    made.found([0, 10, 20])
    return made


def took(one: Looking, name: str) -> None:
    """Answer what is asked for with a value that was made before."""
    one.took(one.request, value(name))


def test_only_aspects_that_the_network_has_are_offered() -> None:
    names = [aspect.name for aspect in looking().aspects]
    assert "kernels" in names and "attention" not in names and "time" not in names
    gan = Looking(nntui.load("gan-ring"), "gan", None)
    assert {aspect.name for aspect in gan.aspects} == {"weights", "neuron", "hidden", "predict"}
    numbers = Looking(nntui.load("diabetes"), "diabetes", None)
    assert "losses" in [one.name for one in numbers.aspects] and "confusion" not in [one.name for one in numbers.aspects]
    with pytest.raises(NntuiError, match="nothing in tiny has attention"):
        looking().to_aspect("attention")


def test_an_aspect_goes_to_a_layer_that_has_it_and_stays_where_it_can() -> None:
    one = looking(layer="1.relu")
    assert one.request.layer == "2.batch_norm", "relu has no weights, the next layer has"
    one.to_aspect("kernels")
    assert one.request.layer == "4.skip.0.conv2d"
    assert not one.to_layer(1) and one.to_layer(-1) and one.request.layer == "0.conv2d"
    one.to_aspect("hidden")
    assert one.request.layer == "0.conv2d"


def test_the_newest_checkpoint_is_followed_until_an_older_one_is_chosen() -> None:
    one = looking()
    assert one.request.step == 20 and one.newest
    assert one.found([0, 10, 20, 30]) and one.request.step == 30
    assert one.to_checkpoint(-1) and one.request.step == 20 and not one.newest
    took(one, "weights: a kernel")
    assert not one.found([0, 10, 20, 30, 40]) and one.request.step == 20
    assert not one.found([0, 30, 40]), "what is seen stays, even if its checkpoint is gone"
    assert one.to_checkpoint(1) and one.request.step == 30
    assert one.to_checkpoint(5) and one.newest and one.request.step == 40
    assert not one.to_checkpoint(1)


def test_without_a_checkpoint_it_says_so() -> None:
    one = Looking(experiment(PLANE).set('start={source="xor"}'), "tiny", None)
    assert not one.found([]) and "no checkpoint yet" in one.problem


def test_answers_to_older_questions_are_left_alone() -> None:
    one = looking()
    before = one.request
    one.to_aspect("confusion")
    one.took(before, value("weights: a kernel"))
    assert one.value is None
    one.refused(before, "no")
    assert not one.problem


def test_cursors_stay_within_what_there_is() -> None:
    one = looking(layer="4.skip.0.conv2d")
    took(one, "weights: a kernel")
    one.move(-1, -1)
    assert one.cursor == Cursor(0, 0)
    one.move(100, 100)
    assert one.cursor == Cursor(26, 2)
    one.other_tensor()
    assert one.cursor == Cursor() and one.request.tensor == 1


def test_units_go_around_and_are_looked_at_anew() -> None:
    one = looking(layer="0.conv2d", aspect="neuron")
    took(one, "neuron: of images")
    assert one.move(0, -1) and one.request.unit == 2, "three filters"
    assert one.to_example(1) is False


def test_a_walk_goes_stage_by_stage() -> None:
    one = looking(PLANE, aspect="walk")
    took(one, "walk: a plane")
    one.to_stage(3)
    assert one.cursor.item == 3
    one.move(0, 1)
    assert one.cursor == Cursor(0, 1, 3)
    one.to_stage(-10)
    assert one.cursor.item == 0
    assert one.to_example(1) and one.request.example == 4


def test_the_landscape_begins_at_the_weights_and_can_be_drawn_anew() -> None:
    one = looking(PLANE, aspect="landscape")
    took(one, "landscape: a plane")
    assert one.cursor == Cursor(10, 10)
    assert one.other_directions() and one.request.draw == 1
    one.progress = 0.3
    one.stopped()
    assert "enter looks again" in one.problem


def test_other_aspects_go_on_with_the_example_that_is_pointed_at() -> None:
    one = looking(PLANE, aspect="losses")
    listed = value("losses: images")
    one.took(one.request, listed)
    one.move(2, 0)
    one.to_aspect("walk")
    assert one.request.example == listed.examples[2]  # type: ignore[attr-defined]
    one = looking(aspect="confusion")
    found = value("confusion: images")
    one.took(one.request, found)
    truth, said, many = found.confused()[0]  # type: ignore[attr-defined]
    one.move(truth, said)
    one.to_example(many - 1)
    one.to_aspect("maps")
    assert one.request.example == found.example[found.behind(truth, said)[-1]]  # type: ignore[attr-defined]


def test_parts_change_where_there_are_two() -> None:
    one = looking(PLANE, aspect="confusion")
    assert one.request.split == "validation" and one.other_part() and one.request.split == "train"
    alone = Looking(nntui.load("xor"), "xor", None, aspect="confusion")
    assert alone.request.split == "train" and not alone.other_part()


@pytest.mark.parametrize("width", [1, 20, 80, 160])
@pytest.mark.parametrize("kind", LOOKS)
def test_the_frame_fits_every_width(width: int, kind: str) -> None:
    one = looking(TEXT, aspect="attention")
    for strip in (header(one, width, LOOKS[kind]), footer(one, width, LOOKS[kind])):
        assert strip.cell_length <= width
    assert "attention" in tabs(one, 80, LOOKS[kind]).text and remark(one, width, LOOKS[kind]).text


def test_the_frame_says_where_one_is() -> None:
    one = looking()
    one.to_checkpoint(-1)
    assert "step 10 2/3" in header(one, 120, LOOKS["colour"]).text
    one.to_checkpoint(-1)
    assert "start 1/3" in header(one, 120, LOOKS["colour"]).text
    one.progress = 0.42
    assert "42 %" in remark(one, 80, LOOKS["colour"]).text


# -- changing a weight -------------------------------------------------------------------------------------------------

ENTRY = Entry("0.dense.W", (1, 2))


def test_a_changed_weight_is_the_start_of_a_new_run() -> None:
    start = with_weight(experiment(PLANE), "run-1", 400, ENTRY, 0.5)
    assert start == Start(source="run-1", step=400, weights=("0.dense.W[1][2] = 0.5",))
    experiment(PLANE).replace(start=start).check()
    sentence = told("run-1", 400, ENTRY, 0.5, live=True)
    assert "A new run starts at step 400 of run-1" in sentence and "stopped and saved" in sentence


def test_weights_of_one_start_gather_and_those_of_another_are_dropped() -> None:
    first = experiment(PLANE).replace(start=with_weight(experiment(PLANE), "run-1", 400, ENTRY, 0.5))
    other = Entry("0.dense.b", (3,))
    both = with_weight(first, "run-1", 400, other, -1.0)
    assert both.weights == ("0.dense.W[1][2] = 0.5", "0.dense.b[3] = -1.0")
    again = with_weight(first.replace(start=both), "run-1", 400, ENTRY, 2.0)
    assert again.weights == ("0.dense.b[3] = -1.0", "0.dense.W[1][2] = 2.0")
    assert with_weight(first, "run-1", 800, other, 1.0).weights == ("0.dense.b[3] = 1.0",)


def test_the_start_of_an_untrained_network_stays_random_but_for_that_weight() -> None:
    assert with_weight(experiment(PLANE), None, 0, ENTRY, 0.5) == Start(weights=("0.dense.W[1][2] = 0.5",))
    fresh = experiment(PLANE).set('start={source="iris", fresh=1}')
    assert with_weight(fresh, None, 0, ENTRY, 0.5).source == "iris"


def test_a_run_among_the_others_is_named_and_one_elsewhere_is_found_by_its_folder(tmp_path: Path) -> None:
    assert source_of(tmp_path / "run-1", tmp_path) == "run-1"
    assert source_of(tmp_path / "elsewhere" / "run-1", tmp_path) == str(tmp_path / "elsewhere" / "run-1")
