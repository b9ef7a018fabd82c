"""What happens to a person: from start to a finished run and back into it, dead trainers, second viewers, small screens."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from played import Played, bench, failures, happened, steps, text, until

from nntui.lookup import Found, find, preset, preset_names
from nntui.runs.directory import list_runs
from nntui.runs.run import Run
from nntui.tui.app import NntuiApp
from nntui.tui.arrangement import AT_WISH
from nntui.tui.screens.bench import Bench
from nntui.tui.screens.quit import Quit
from nntui.tui.workbench import Workbench


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


async def test_from_start_to_a_finished_run_and_back_into_it(target: Found) -> None:
    app = NntuiApp(target)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.bench.view().summary is not None)
        await pilot.press("space")
        await until(pilot, lambda: app.bench.condition == "finished")
        await until(pilot, lambda: "finished" in text(app, "#header") and "20/20" in text(app, "#header"))
        assert app.bench.run is not None and app.bench.run.history.steps[-1].last == 20
        name = app.bench.run.name
        assert not failures(app)
        await pilot.press("q")
    assert app.return_code == 0
    again = NntuiApp(find(name))
    async with again.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: again.bench.condition == "finished")
        assert not again.bench.edited
        assert again.bench.view().history is not None and again.bench.view().history.measurements
        await pilot.press("space")
        await pilot.pause()
        assert again.bench.condition == "finished", "a finished run is started anew only when asked twice"
        await pilot.press("space")
        await until(pilot, lambda: again.bench.run is not None and again.bench.run.name != name)
        await until(pilot, lambda: again.bench.condition == "finished")
        assert not failures(again)
    assert len(list_runs()) == 2


async def test_a_killed_trainer_is_said_and_space_goes_on_with_its_run(target: Found) -> None:
    experiment = target.experiment.set("training.epochs=100000")
    app = NntuiApp(Found("tiny", experiment, "file", target.path))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.condition == "training" and app.bench.status is not None and app.bench.status.pid)
        assert app.bench.status is not None and app.bench.run is not None
        path = app.bench.run.path
        await pilot.press("]")
        await until(pilot, lambda: app.bench.run is not None and app.bench.run.history.events)
        second = Workbench(find(path).experiment, "tiny")
        second.attach(Run(path), find(path).experiment)
        assert second.experiment.optimizer.learning_rate == 0.03, "who comes later knows what the trainer was told"
        os.kill(app.bench.status.pid, signal.SIGKILL)
        await until(pilot, lambda: app.bench.condition == "killed")
        await until(pilot, lambda: "killed" in text(app, "#header") and "gone" in text(app, "#remark"))
        await pilot.press("space")
        await until(pilot, lambda: app.bench.condition == "training")
        assert app.bench.run.path == path
        await pilot.press("q", "s")
        await until(pilot, lambda: app.bench.condition == "stopped")
    assert Run(path).status.state == "stopped"


@pytest.mark.parametrize("name", preset_names())
async def test_every_preset_can_be_trained_and_drawn(name: str, played: Played) -> None:
    app = NntuiApp(preset(name), played)
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.bench.draft.verdict.problem is None
        await until(pilot, lambda: name in text(app, "#header"))
        await pilot.press("e", "escape")
        assert not failures(app)


async def test_a_loss_that_is_not_a_number_is_said_with_what_to_try(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        nan = float("nan")
        played.tell("training", 5, steps(1, 4), steps(5, 5, nan))
        played.end("diverged", "the loss is not a number since step 5")
        await until(pilot, lambda: "diverged" in text(app, "#header"))
        assert "not a number" in text(app, "#remark")
        await until(pilot, lambda: "f: optimizer.learning_rate 0.02 → 0.002" in text(app, "#remark"))
        assert not failures(app)
        await pilot.press("[", "space")
        await until(pilot, lambda: len(played.starts) == 2)
        assert played.starts[1].path is None


async def test_an_edit_while_it_trains_stops_and_saves_that_run(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("j", "d")
        await until(pilot, lambda: any("stopped and saved" in notice.message for notice in app._notifications))
        assert played.listen() == ["stop"]
        played.end("stopped")
        await until(pilot, lambda: "edited" in text(app, "#header"))
        await pilot.press("space")
        await until(pilot, lambda: len(played.starts) == 2)
        assert played.starts[1].path is None and len(played.starts[1].experiment.network) == 2


async def test_a_second_viewer_watches_the_same_run_and_may_speak_to_it(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        assert app.bench.run is not None
        second = NntuiApp(find(app.bench.run.path))
        async with second.run_test(size=(80, 24)) as other:
            await until(other, lambda: second.bench.condition == "training")
            played.tell("training", 9, steps(2, 9), happened("learning_rate", "learning rate 0.02 → 0.03"))
            await until(other, lambda: "learning rate 0.02" in text(second, "#remark"))
            await other.press("space")
            assert played.listen() == ["pause"]
            await other.press("q")
            assert isinstance(second.screen, Quit)
            await other.press("k")
        assert second.return_code == 0
        await until(pilot, lambda: app.bench.status is not None and app.bench.status.step == 9)
        assert app.bench.live, "the first viewer's run goes on"


@pytest.mark.parametrize(("key", "heard"), [("k", []), ("s", ["stop"]), ("d", ["discard"])])
async def test_quitting_while_it_trains_asks_what_becomes_of_the_run(app: NntuiApp, played: Played, key: str, heard: list[str]) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("q")
        assert isinstance(app.screen, Quit)
        await pilot.press(key)
        assert played.listen() == heard
        if heard:
            await pilot.pause()
            assert app._running and "stopping" in text(app, "#header"), "it waits until the run is saved"
            played.end("stopped")
        await until(pilot, lambda: app._exit)


async def test_cancelling_stays_and_escape_cancels(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        for keys in (("q", "c"), ("q", "escape"), ("q", "down", "down", "down", "enter")):
            await pilot.press(*keys)
            assert isinstance(app.screen, Bench) and not app._exit
        assert played.listen() == []


async def test_ctrl_c_asks_and_a_second_one_stops_and_saves(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("ctrl+c")
        assert isinstance(app.screen, Quit)
        await pilot.press("ctrl+c")
        assert played.listen() == ["stop"]
        played.end("stopped")
        await until(pilot, lambda: app._exit)


async def test_who_cannot_wait_for_the_run_to_be_saved_may_leave(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("q", "s", "q")
        await until(pilot, lambda: app._exit)


async def test_q_without_a_run_just_quits(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: app._exit)


async def test_a_run_whose_folder_vanishes_is_survived(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        assert app.bench.run is not None
        shutil.rmtree(app.bench.run.path)
        played.leave()
        await until(pilot, lambda: not app.bench.live)
        await pilot.press("space", "space", "j", "]", "r")
        await until(pilot, lambda: app.bench.condition == "untrained")


async def test_a_run_directory_that_cannot_be_written_is_said(target: Found, home: Path) -> None:
    (home / "runs").write_text("in the way")
    app = NntuiApp(target)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: any("can't write" in notice.message for notice in app._notifications))
        assert app.bench.condition == "untrained"


async def test_a_run_that_takes_long_to_read_is_read_in_a_thread(app: NntuiApp, played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.tui.screens.bench.SLOW", -1.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        for step in (5, 9):
            played.tell("training", step, steps(step, step))
            await until(pilot, lambda step=step: app.bench.status is not None and app.bench.status.step == step)
        await pilot.press("space", "]", "space")
        assert played.listen() == ["pause", "learning_rate", "pause"], "keys are heard in between"
        played.leave()
        await until(pilot, lambda: "killed" in text(app, "#header"))


async def test_a_run_that_cannot_be_opened_says_why(target: Found, played: Played, home: Path) -> None:
    broken = home / "runs" / "broken"
    broken.mkdir(parents=True)
    (broken / "experiment.toml").write_text(target.experiment.to_toml())
    (broken / "run.db").write_bytes(b"this is no database")
    app = NntuiApp(Found("broken", target.experiment, "run", broken), played)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: any("broken" in notice.message for notice in app._notifications))
        assert app.bench.condition == "untrained"


async def test_a_mistake_of_our_own_is_told_and_survived(app: NntuiApp, played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "untrained" in text(app, "#header"))
        monkeypatch.setattr(app.bench, "hurry", stumble)
        monkeypatch.setattr(app.bench, "poll", stumble)
        await pilot.press("v")
        await until(pilot, lambda: any("by nothing" in notice.message for notice in app._notifications))
        await pilot.press("j")
        assert app.bench.draft.path == "1.tanh" and failures(app)


async def test_a_storm_of_sizes_leaves_everything_in_place(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        played.tell("training", 5, steps(1, 5))
        for width, height in [(40, 10), (1, 1), (200, 60), (20, 5), (80, 24), (60, 50), (120, 12), (300, 100), (40, 10), (120, 40)]:
            await pilot.resize_terminal(width, height)
            await pilot.press("1", "3", "6", "z", "z")
        await until(pilot, lambda: {pane.id for pane in bench(app).query("PaneView") if not pane.display} == {"findings", *AT_WISH})
        assert not failures(app)


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (60, 50), (90, 40), (120, 12), (120, 24)])
async def test_every_pane_can_be_seen_on_every_screen(app: NntuiApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        for key, name in zip("1234567", ("network", "loss", "flow", "activations", "boundary", "run", "findings"), strict=True):
            await pilot.press(key)
            await pilot.pause()
            pane = bench(app).query_one(f"#{name}")
            assert pane.display and pane.region.width > 20 and pane.region.height > 4, name
        assert not failures(app)


@pytest.mark.parametrize("theme", ["textual-light", "textual-dark", "nord", "ansi-dark"])
async def test_any_theme_will_do(app: NntuiApp, theme: str) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        app.theme = theme
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("a", "escape", "question_mark", "escape", "e")
        assert not failures(app)


async def test_without_colour_and_without_box_characters_it_can_be_read(
    target: Found, played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("NNTUI_GLYPHS", "ascii")
    app = NntuiApp(target, played)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: "* training" in text(app, "#header"))
        drawn = [line.text for widget in bench(app).query("Lines, PaneView") for line in widget.render_lines(widget.size.region)]
        assert all(line.isascii() for line in drawn), "".join(c for line in drawn for c in line if not c.isascii())
        assert not failures(app)


async def test_on_a_linux_console_corners_are_square_and_curves_without_braille(
    target: Found, played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNTUI_GLYPHS", "blocks")
    app = NntuiApp(target, played)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        played.tell("training", 5, steps(1, 3), steps(4, 5))
        await pilot.pause()
        drawn = "".join(line.text for pane in bench(app).query("PaneView") for line in pane.render_lines(pane.size.region))
        assert not any("\u2800" <= character <= "\u28ff" for character in drawn)
        assert all(pane.styles.border.top[0] == "solid" for pane in bench(app).query("PaneView"))
        assert not failures(app)


async def test_a_pane_that_stumbles_says_so_and_the_rest_goes_on(app: NntuiApp, played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    from nntui.tui.panes import loss

    def stumble(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(loss, "lines", stumble)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        pane = bench(app).query_one("#loss")
        assert any("by nothing" in line.text for line in pane.render_lines(pane.size.region))
        assert len(failures(app)) == 1
