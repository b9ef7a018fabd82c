"""The bench without a screen: what space means when, what an edit does to a run, what is said."""

from __future__ import annotations

import shutil

import msgspec
import pytest
from played import Played, happened, steps

from nntui.errors import BackendError, NntuiError
from nntui.experiment import Experiment
from nntui.nn.activations import ReLU
from nntui.nn.dense import Dense
from nntui.runs.run import Run
from nntui.tui.draft import Draft
from nntui.tui.remarks import remark
from nntui.tui.trainers import Start
from nntui.tui.workbench import Workbench


@pytest.fixture
def bench(tiny: Experiment) -> Workbench:
    return Workbench(tiny, "tiny")


def begin(bench: Workbench, played: Played, wish: Start | None) -> None:
    assert wish is not None
    bench.attach(played.start(wish), wish.experiment)


def said(bench: Workbench) -> str:
    notices, bench.notices = bench.notices, []
    return " ".join(notice.text for notice in notices)


@pytest.fixture
def training(bench: Workbench, played: Played) -> Workbench:
    begin(bench, played, bench.train())
    assert bench.condition == "training"
    return bench


def test_space_starts_then_pauses_then_goes_on(bench: Workbench, played: Played) -> None:
    assert bench.condition == "untrained"
    wish = bench.train()
    assert bench.condition == "starting" and bench.train() is None
    begin(bench, played, wish)
    assert bench.train() is None and played.listen() == ["pause"]
    played.tell("paused", 2)
    assert bench.poll() and bench.condition == "paused"
    assert bench.train() is None and played.listen() == ["pause", "resume"]


def test_one_batch_of_an_untrained_network_starts_a_run_that_then_pauses(bench: Workbench, played: Played) -> None:
    wish = bench.train_some("step")
    assert wish is not None and [command.kind for command in wish.first] == ["step"]
    begin(bench, played, wish)
    assert bench.train_some("epoch") is None
    assert played.listen() == ["step", "epoch"]


def test_an_experiment_is_shown_at_its_pace_unless_somebody_is_in_a_hurry(tiny: Experiment) -> None:
    bench = Workbench(tiny.replace(pace=30.0), "tiny")
    wish = bench.train_some("step")
    assert wish is not None and [(command.kind, command.value) for command in wish.first] == [("pace", 30.0), ("step", 0.0)]
    bench.refused(NntuiError("not now"))
    bench.hurry()
    wish = bench.train()
    assert wish is not None and not wish.first
    bench.refused(NntuiError("not now"))
    bench.hurry()
    assert bench.pace == 30.0


def test_an_impossible_network_is_not_started(bench: Workbench) -> None:
    bench.draft.select_path("2.dense")
    bench.alter(lambda draft: draft.edit(Dense(5)))
    with pytest.raises(NntuiError, match="dense units = 2"):
        bench.train()
    assert bench.condition == "untrained"
    assert remark(bench).severity == "error"


def test_a_stopped_run_is_gone_on_with_and_a_finished_one_only_anew_and_only_when_asked_twice(
    training: Workbench, played: Played
) -> None:
    assert training.run is not None
    played.end("stopped")
    training.poll()
    wish = training.train()
    assert wish is not None and wish.path == training.run.path
    begin(training, played, wish)
    played.end("finished", "finished after 20 steps")
    training.poll()
    assert remark(training).text == "finished after 20 steps"
    assert training.train() is None
    assert "Once more" in said(training)
    wish = training.train()
    assert wish is not None and wish.path is None


def test_a_trainer_that_is_gone_is_said_to_be_gone_and_can_be_gone_on_with(training: Workbench, played: Played) -> None:
    played.leave()
    assert training.poll() and training.condition == "killed"
    assert "gone" in said(training)
    wish = training.train()
    assert wish is not None and wish.path is not None


def test_a_diverged_run_says_so_and_what_to_try(training: Workbench, played: Played) -> None:
    played.end("diverged", "the loss is NaN after step 7")
    training.poll()
    assert "NaN" in said(training)
    assert remark(training).severity == "error" and "lower rate" in remark(training).text


def test_the_learning_rate_of_a_live_run_is_told_to_it_and_is_no_other_experiment(training: Workbench, played: Played) -> None:
    training.scale_rate(1.5)
    training.scale_rate(1.5)
    assert played.listen() == ["learning_rate", "learning_rate"]
    assert played.rates == [0.03, 0.045]
    assert not training.edited
    training.undo()
    assert played.listen()[-1] == "learning_rate" and played.rates[-1] == 0.03


def test_the_learning_rate_without_a_run_is_an_edit(bench: Workbench) -> None:
    bench.scale_rate(0.5)
    assert bench.experiment.optimizer.learning_rate == 0.01
    bench.undo()
    assert bench.experiment.optimizer.learning_rate == 0.02


def test_an_edit_while_it_trains_stops_the_run_and_the_next_start_is_a_new_one(training: Workbench, played: Played) -> None:
    training.alter(lambda draft: draft.add(ReLU()))
    training.alter(lambda draft: draft.add(ReLU()))
    assert played.listen() == ["stop"], "once is enough"
    assert training.edited and training.condition == "stopping"
    assert "stopped and saved" in said(training)
    played.end("stopped")
    training.poll()
    wish = training.train()
    assert wish is not None and wish.path is None and wish.experiment == training.experiment


def test_taking_the_edit_back_lets_the_same_run_go_on(training: Workbench, played: Played) -> None:
    training.alter(Draft.delete)
    with_edit = training.edited
    training.undo()
    assert with_edit and not training.edited
    with pytest.raises(NntuiError, match="wait"):
        training.train()
    played.end("stopped")
    training.poll()
    wish = training.train()
    assert wish is not None and training.run is not None and wish.path == training.run.path


def test_an_edit_made_while_the_trainer_starts_counts_when_it_is_there(bench: Workbench, played: Played) -> None:
    wish = bench.train()
    bench.alter(lambda draft: draft.add(ReLU()))
    begin(bench, played, wish)
    assert bench.edited and played.listen() == ["stop"]


def test_reset_saves_the_run_and_leaves_an_untrained_network(training: Workbench, played: Played) -> None:
    training.reset()
    assert played.listen() == ["stop"]
    assert training.condition == "untrained" and training.view().history is None
    assert "saved" in said(training)


def test_opening_another_experiment_stops_the_run_and_can_be_taken_back(training: Workbench, played: Played, tiny: Experiment) -> None:
    training.open(tiny.replace(title="other"), "other")
    assert played.listen() == ["stop"] and training.name == "other" and training.run is None
    training.undo()
    assert training.name == "tiny" and training.experiment == tiny


def test_a_run_whose_folder_is_gone_is_survived(training: Workbench, played: Played) -> None:
    assert training.run is not None
    played.tell("training", 2, steps(1, 2))
    training.poll()
    shutil.rmtree(training.run.path)
    played.leave()
    training.poll()
    assert not training.live
    assert remark(training).text
    assert training.view().history is not None and len(training.view().history.steps) == 1, "what was seen stays"
    training.reset()
    assert training.train() is not None


def test_a_start_that_is_refused_says_why(bench: Workbench) -> None:
    bench.train()
    bench.refused(NntuiError("the disk is full"))
    assert bench.condition == "untrained" and "disk is full" in said(bench)


def test_the_last_event_is_what_is_remarked_and_the_story_before(training: Workbench, played: Played, tiny: Experiment) -> None:
    assert remark(training).text == tiny.story
    played.tell("training", 2, happened("learning_rate", "learning rate 0.02 → 0.03"))
    training.poll()
    assert remark(training).text == "learning rate 0.02 → 0.03"


def test_a_second_viewer_knows_the_learning_rate_that_was_told(training: Workbench, played: Played, tiny: Experiment) -> None:
    from nntui.runs.run import Run

    assert training.run is not None
    played.tell("training", 2, happened("learning_rate", "learning rate 0.02 → 0.03"))
    second = Workbench(tiny, "tiny")
    second.attach(Run(training.run.path), tiny)
    assert not second.edited
    second.scale_rate(1.5)
    played.listen()
    assert played.rates == [0.045]


def test_the_view_is_the_same_object_until_something_but_the_history_changes(training: Workbench, played: Played) -> None:
    view = training.view()
    played.tell("training", 2, steps(1, 2))
    training.poll()
    assert training.view() is view
    training.draft.select(1)
    assert training.view() is not view and training.view().selected == "1.tanh"


def test_a_missing_cupy_says_how_to_install_it_and_is_passed_over(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "cupy", None)
    monkeypatch.setattr("nntui.tui.backend_choice.find_spec", lambda name: None)
    bench.next_backend()
    assert bench.experiment.backend == "auto"
    assert "install" in said(bench)
    bench.next_backend()
    assert bench.experiment.backend == "numpy"


def test_a_live_run_is_asked_to_go_over_to_the_other_backend(training: Workbench, played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.tui.backend_choice.find_spec", lambda name: object())
    training.next_backend()
    assert played.listen() == ["backend"] and played.backends == ["cupy"]
    assert "goes over to cupy" in said(training) and training.live and not training.edited


def test_a_live_run_stays_where_it_is_without_cupy(training: Workbench, played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "cupy", None)
    monkeypatch.setattr("nntui.tui.backend_choice.find_spec", lambda name: None)
    with pytest.raises(BackendError, match="install"):
        training.next_backend()
    assert played.listen() == [] and training.live


def test_a_live_run_takes_values_that_leave_its_arrays_as_they_are(training: Workbench, played: Played) -> None:
    optimizer = msgspec.structs.replace(training.experiment.optimizer, weight_decay=0.3)
    training.alter(lambda draft: draft.change(training.experiment.replace(optimizer=optimizer)))
    assert played.listen() == ["adjust"] and training.live and not training.edited
    training.alter(lambda draft: draft.add(ReLU()))
    assert played.listen() == ["adjust", "stop"]


def test_who_comes_later_sees_what_a_run_was_told(training: Workbench, played: Played, tiny: Experiment) -> None:
    played.tell(
        "training", 2, happened("adjusted", "optimizer.weight_decay 0.0 → 0.3"), happened("learning_rate", "learning rate 0.02 → 0.05")
    )
    path = training.watched.run.path if training.watched is not None else None
    assert path is not None
    other = Workbench(tiny, "tiny")
    other.attach(Run(path), tiny)
    assert other.experiment.optimizer.weight_decay == 0.3 and other.experiment.optimizer.learning_rate == 0.05
