"""What can be taken along: texts on the clipboard, panes as pictures, runs as files."""

from __future__ import annotations

import xml.etree.ElementTree as xml
from pathlib import Path

import pytest
from panes.made import falling, history, view
from played import Played, failures, steps, until
from textual.widgets import Input

from nntui.experiment import Experiment
from nntui.lookup import Found
from nntui.measurements import Evaluation
from nntui.tui.app import NntuiApp
from nntui.tui.screens.ask import Ask
from nntui.tui.screens.runs import Runs
from nntui.tui.taking import texts, values
from nntui.tui.view import Ways


@pytest.fixture
def app(target: Found, played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NntuiApp:
    monkeypatch.chdir(tmp_path)
    return NntuiApp(target, played)


def test_before_training_there_is_only_the_experiment_to_copy() -> None:
    assert list(texts(view(), None)) == ["experiment"]
    assert list(texts(view(history=history(falling())), Path("/runs/x"))) == ["experiment", "values", "curve", "evaluations", "folder"]


def test_values_are_those_of_the_step_that_is_looked_at_with_all_digits() -> None:
    made = history(falling())
    newest = dict(line.split() for line in values(view(history=made)).splitlines())
    assert newest["step"] == "200" and float(newest["loss"]) == made.steps[-1].loss
    then = dict(line.split() for line in values(view(history=made, ways=Ways(at=40))).splitlines())
    assert then["step"] == "40" and float(then["loss"]) == made.steps[39].loss
    judged = next(one for one in made.evaluations if one.step == 40 and one.split == "validation")
    assert float(then["val_accuracy"]) == judged.metrics["accuracy"]


async def test_c_copies_the_experiment_and_the_curve(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("c", *"experiment", "enter")
        assert Experiment.from_toml(app.clipboard) == app.bench.experiment
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        played.tell("training", 2, steps(1, 1, 0.5), steps(2, 2, 0.25), Evaluation(2, 2.0, "train", 0.3, {}))
        await until(pilot, lambda: app.bench.run is not None and len(app.bench.run.history.steps) == 2)
        await pilot.press("c", *"curve", "enter")
        assert [line.split(",")[4] for line in app.clipboard.splitlines()] == ["loss", "0.5", "0.25"]
        await pilot.press("c", *"folder", "enter")
        assert app.bench.run is not None and app.clipboard == str(app.bench.run.path)
        assert not failures(app)


async def test_x_writes_the_focused_pane_as_a_picture(app: NntuiApp, tmp_path: Path) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("X")
        assert isinstance(app.screen, Ask) and app.screen.query_one(Input).value == "tiny-network.svg"
        await pilot.press("enter")
        await until(pilot, lambda: any("Written" in notice.message for notice in app._notifications))
        drawn = "".join(xml.fromstring((tmp_path / "tiny-network.svg").read_text()).itertext()).replace("\xa0", " ")
        assert "tiny: network" in drawn and "dense 4" in drawn and "cross_entropy" in drawn
        await pilot.press("X")
        await until(pilot, lambda: "exists" in str(app.screen.query_one("#outlook").render()))
        await pilot.press("enter", "escape")
        assert not failures(app)


async def test_a_run_of_the_table_is_written_as_files(app: NntuiApp, target: Found, tmp_path: Path) -> None:
    from nntui.runs.directory import create

    path = create(target.experiment, "one")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, Runs) and len(app.screen._lines) == 1)
        await pilot.press("x", *"json", "enter")
        assert isinstance(app.screen, Ask) and app.screen.query_one(Input).value == str(tmp_path / f"{path.name}.json")
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / f"{path.name}.json").exists())
        await until(pilot, lambda: any("Written" in notice.message for notice in app._notifications))
        assert not failures(app)
