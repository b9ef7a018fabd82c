"""The experiment on the bench: edits, selection, undo, and what is wrong with it."""

from __future__ import annotations

import pytest

from nntui.experiment import Experiment
from nntui.nn.activations import ReLU, Tanh
from nntui.nn.dense import Dense
from nntui.nn.skip import Skip
from nntui.tui.draft import Draft, judge


@pytest.fixture
def draft(tiny: Experiment) -> Draft:
    return Draft(tiny, "tiny")


def tags(draft: Draft) -> list[str]:
    return [layer.tag for layer in draft.experiment.network]


def test_a_new_layer_comes_after_the_selected_one_and_is_selected(draft: Draft) -> None:
    draft.add(ReLU())
    assert tags(draft) == ["dense", "relu", "tanh", "dense"]
    assert draft.path == "1.relu"


def test_a_layer_added_on_an_empty_container_goes_into_it(draft: Draft) -> None:
    draft.add(Skip(()))
    draft.add(Tanh())
    assert draft.path == "1.skip.0.tanh"
    draft.add(Tanh())
    assert draft.path == "1.skip.1.tanh"


def test_deleting_keeps_the_selection_in_the_network(draft: Draft) -> None:
    draft.select(5)
    for left in (2, 1, 0):
        draft.delete()
        assert len(draft.experiment.network) == left
        assert draft.layer is (draft.experiment.network[draft.selected[0]] if draft.selected else None)
    draft.delete()
    draft.add(Dense(2))
    assert draft.path == "0.dense"


def test_undo_and_redo_bring_back_experiment_and_selection(draft: Draft) -> None:
    first = draft.experiment
    draft.select(1)
    draft.delete()
    draft.add(ReLU())
    last = draft.experiment
    assert draft.undo() and draft.undo()
    assert draft.experiment == first and draft.path == "1.tanh"
    assert not draft.undo()
    assert draft.redo() and draft.redo() and draft.experiment == last
    assert not draft.redo()


def test_a_new_edit_forgets_what_was_taken_back(draft: Draft) -> None:
    draft.delete()
    draft.undo()
    draft.scale_rate(2.0)
    assert not draft.redo()


def test_an_edit_that_changes_nothing_is_no_step_to_undo(draft: Draft) -> None:
    draft.move(down=False)
    assert not draft.undo()


def test_the_learning_rate_goes_up_and_down_the_same_steps(draft: Draft) -> None:
    rates = [draft.experiment.optimizer.learning_rate]
    for factor in (1.5, 1.5, 1.5, 1 / 1.5, 1 / 1.5, 1 / 1.5):
        draft.scale_rate(factor)
        rates.append(draft.experiment.optimizer.learning_rate)
    assert rates == rates[::-1]
    assert rates[1] == 1.5 * rates[0]


def test_the_selection_moves_through_containers_and_stops_at_the_ends(draft: Draft) -> None:
    draft.edit(Skip((Tanh(),)))
    seen = []
    for _ in range(5):
        seen.append(draft.path)
        draft.select(1)
    assert seen == ["0.skip", "0.skip.0.tanh", "1.tanh", "2.dense", "2.dense"]
    draft.select(-99)
    assert draft.path == "0.skip"


def test_a_layer_that_does_not_fit_is_named_with_a_way_out(draft: Draft, tiny: Experiment) -> None:
    from nntui.nn.shaping import Reshape

    draft.add(Reshape((3, 3)))
    assert draft.verdict.problem is not None
    assert "1.reshape" in str(draft.verdict.problem)
    assert [site.path for site in draft.verdict.plan.sites] == ["0.dense"]


def test_a_loss_that_does_not_fit_says_how_to_end_the_network(draft: Draft) -> None:
    draft.select(9)
    draft.edit(Dense(3))
    assert "end it with dense units = 2" in str(draft.verdict.problem)


def test_a_network_with_nothing_to_learn_is_no_network(tiny: Experiment) -> None:
    assert "nothing in it learns" in str(judge(tiny.replace(network=())).problem)


def test_data_that_is_not_there_is_the_problem(tiny: Experiment) -> None:
    from nntui.data.files import Csv

    verdict = judge(tiny.replace(data=Csv(csv="nowhere.csv", target="y")))
    assert "nowhere.csv" in str(verdict.problem) and verdict.facts is None


def test_opening_another_experiment_can_be_taken_back_with_its_name(draft: Draft, tiny: Experiment) -> None:
    draft.change(tiny.replace(title="other"), (0,), "other")
    assert draft.name == "other"
    draft.undo()
    assert (draft.name, draft.experiment) == ("tiny", tiny)
