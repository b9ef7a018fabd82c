"""The experiment on the bench: edits, selection, undo, and what is wrong with it."""

from __future__ import annotations

import pytest

from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.nn.activations import ReLU, Tanh
from nntui.nn.dense import Dense
from nntui.nn.skip import Skip
from nntui.optim.schedules import Cosine
from nntui.program import Autoencoder, Supervised
from nntui.tui.draft import Draft, judge
from nntui.tui.parts import BY_NAME


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
    draft.select_path("2.dense")
    for left in (2, 1, 0):
        draft.delete()
        assert len(draft.experiment.network) == left
        assert draft.layer is (draft.experiment.network[draft.address[0]] if draft.address else None)
    assert draft.path == "input"
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
    draft.select(-99)
    for _ in range(11):
        seen.append(draft.path)
        draft.select(1)
    rest = ["loss", "optimizer", "schedule", "penalty", "training", "setup", "setup"]
    assert seen == ["input", "0.skip", "0.skip.0.tanh", "1.tanh", "2.dense", *rest][:11]
    draft.select_path("1.tanh")
    assert draft.path == "1.tanh"
    draft.select_path("7.tanh")
    assert draft.path == "1.tanh", "what isn't there can't be selected"


def test_a_layer_that_does_not_fit_is_named_with_a_way_out(draft: Draft, tiny: Experiment) -> None:
    from nntui.nn.shaping import Reshape

    draft.add(Reshape((3, 3)))
    assert draft.verdict.problem is not None
    assert "1.reshape" in str(draft.verdict.problem)
    assert [site.path for site in draft.verdict.plan.sites] == ["0.dense"]


def test_a_loss_that_does_not_fit_says_how_to_end_the_network(draft: Draft) -> None:
    draft.select_path("2.dense")
    draft.edit(Dense(3))
    assert "end it with dense units = 2" in str(draft.verdict.problem)


def test_a_part_is_exchanged_and_taken_back_with_its_selection(draft: Draft) -> None:
    draft.put(BY_NAME["schedule"], Cosine())
    assert draft.experiment.schedule == Cosine() and draft.path == "schedule"
    draft.select_path("0.dense")
    draft.put(BY_NAME["setup"], draft.experiment.replace(seed=7))
    assert draft.experiment.seed == 7
    draft.undo()
    assert draft.path == "0.dense" and draft.experiment.seed == 0


def test_a_program_has_a_row_only_where_it_is_not_the_usual_one(draft: Draft) -> None:
    assert "program" not in draft.rows(draft.experiment)
    draft.put(BY_NAME["program"], Autoencoder())
    assert draft.path == "program"
    draft.put(BY_NAME["program"], Supervised())
    assert draft.path == "loss", "the row above is selected where the row is gone"


def test_rows_that_are_no_layers_can_be_neither_deleted_nor_moved(draft: Draft) -> None:
    draft.select_path("loss")
    with pytest.raises(NntuiError, match="loss row is no layer"):
        draft.delete()
    with pytest.raises(NntuiError, match="no layer"):
        draft.move(down=True)


@pytest.mark.parametrize(("row", "place"), [("input", 0), ("loss", 3), ("setup", 3)])
def test_a_layer_added_on_another_row_comes_first_or_last(draft: Draft, row: str, place: int) -> None:
    draft.select_path(row)
    draft.add(ReLU())
    assert draft.path == f"{place}.relu"


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
