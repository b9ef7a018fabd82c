"""Lessons: tasks that see when they are done, parts that stay as they are, panes that are hidden; and the tour, which is one."""

from __future__ import annotations

import msgspec
import pytest
from played import Played, steps, text, until

from nntui.errors import ExperimentError, NntuiError
from nntui.experiment import Experiment
from nntui.lesson import Lesson, Task
from nntui.lookup import Found, find, preset
from nntui.measurements import Evaluation
from nntui.nn.activations import ReLU
from nntui.nn.dense import Dense
from nntui.tui.app import NntuiApp
from nntui.tui.draft import Draft
from nntui.tui.panes.row import wrapped
from nntui.tui.remarks import remark
from nntui.tui.workbench import Workbench

TASKS = (Task("Add a layer.", "layers > 2"), Task("Train it to nine in ten.", "val_accuracy > 0.9"))


def taught(experiment: Experiment, **lesson: object) -> Experiment:
    return msgspec.structs.replace(experiment, lesson=Lesson(**lesson))  # type: ignore[arg-type]


def said(bench: Workbench) -> str:
    notices, bench.notices = bench.notices, []
    return " ".join(notice.text for notice in notices)


def test_a_task_stands_on_the_bench_until_it_is_done_and_then_the_next(tiny: Experiment, played: Played) -> None:
    bench = Workbench(taught(tiny, tasks=TASKS), "lesson")
    assert remark(bench).text == "1/2  Add a layer."
    bench.alter(lambda draft: draft.add(ReLU()))
    assert remark(bench).text == "1/2  Add a layer.", "an activation learns nothing"
    bench.alter(lambda draft: draft.add(Dense(4)))
    assert said(bench) == "Well done." and remark(bench).text == "2/2  Train it to nine in ten."
    wish = bench.train()
    assert wish is not None
    bench.attach(played.start(wish), wish.experiment)
    played.tell("training", 3, steps(1, 3), Evaluation(3, 1.0, "validation", 0.3, {"accuracy": 0.95}))
    bench.poll()
    assert "Well done: that was the last task." in said(bench)
    assert not bench.course.said


def test_what_is_locked_can_t_be_changed_and_the_rest_can(tiny: Experiment) -> None:
    bench = Workbench(taught(tiny, lock=("optimizer", "data")), "lesson")
    with pytest.raises(ExperimentError, match=r"^This lesson keeps the optimizer as it is\.$"):
        bench.scale_rate(1.5)
    with pytest.raises(ExperimentError, match="keeps the lesson"):
        bench.alter(lambda draft: draft.change(tiny))
    bench.alter(Draft.delete)
    assert bench.experiment.optimizer == tiny.optimizer and len(bench.experiment.network) == len(tiny.network) - 1
    bench.open(tiny, "tiny")
    bench.scale_rate(1.5)
    assert bench.experiment.optimizer != tiny.optimizer


async def test_hidden_panes_are_shown_to_nobody(target: Found, played: Played) -> None:
    found = Found("lesson", taught(target.experiment, hide=("boundary", "flow")), target.origin, target.path)
    app = NntuiApp(found, played)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        assert not app.screen.query_one("#boundary").display and not app.screen.query_one("#flow").display
        await pilot.press("5")
        await until(pilot, lambda: "hides the pane boundary" in " ".join(notice.message for notice in app._notifications))
        assert app.screen.query_one("#loss").display


async def test_the_tour_goes_from_key_to_key(target: Found, played: Played) -> None:
    app = NntuiApp(target, played)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press("Y")
        await until(pilot, lambda: "1/8" in text(app, "#remark") and "Press space" in text(app, "#remark"))
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        played.tell("training", 400)
        await until(pilot, lambda: "2/8" in text(app, "#remark"))
        played.tell("paused", 420)
        await until(pilot, lambda: "3/8" in text(app, "#remark"))
        await pilot.press("right_square_bracket", "right_square_bracket")
        await until(pilot, lambda: "4/8" in text(app, "#remark"))
        await pilot.press("left_square_bracket", "left_square_bracket")
        await until(pilot, lambda: "5/8" in text(app, "#remark"))


async def test_a_task_can_be_read_to_its_end_in_the_smallest_usual_terminal(played: Played) -> None:
    app = NntuiApp(find("tour"), played)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "pane 2 how wrong it is." in text(app, "#remark") and app.screen.query_one("#remark").size.height == 2)


def test_every_task_of_the_tour_fits_into_two_lines_and_can_be_done() -> None:
    lesson = preset("tour").experiment.lesson
    assert lesson is not None and all(len(wrapped(f"1/8  {task.text}", 76)) <= 2 for task in lesson.tasks)
    assert lesson is not None and len(lesson.tasks) == 8
    find("tour").check()


def test_a_condition_that_can_t_be_read_is_named(tiny: Experiment, target: Found) -> None:
    wrong = taught(tiny, tasks=(Task("Do it.", "layers > 2"), Task("Do more.", "layers = 3")))
    with pytest.raises(NntuiError, match=r"lesson\.tasks\[1\]\.check: layers = 3: equal is written =="):
        Found("lesson", wrong, "file", target.path).check()


def test_a_lesson_is_written_and_read_like_everything_else(tiny: Experiment) -> None:
    experiment = taught(tiny, tasks=TASKS, lock=("data",), hide=("boundary",))
    assert Experiment.from_toml(experiment.to_toml()) == experiment
    with pytest.raises(ExperimentError, match=r"lesson\.lock\[0\]"):
        Experiment.from_tables({**tiny.to_tables(), "lesson": {"lock": ["colour"]}})
