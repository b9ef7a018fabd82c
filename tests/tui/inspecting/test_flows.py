"""Inspecting in the app: opened by a key or by name, every key pressed, a live run followed, long work stopped, a weight changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from played import Played, bench, failures, until
from textual.pilot import Pilot
from textual.widgets import Input, Static

import nntui
from nntui.inspection.aspects import ASPECTS
from nntui.lookup import Found, find
from nntui.training.running import train
from nntui.tui.app import NntuiApp
from nntui.tui.line import Lines
from nntui.tui.screens.ask import Ask
from nntui.tui.screens.help import Help
from nntui.tui.screens.inspect import Inspect


@pytest.fixture
def run(target: Found, home: Path) -> Path:
    """A finished run of the tiny experiment."""
    return train(target.experiment, "tiny").path


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name == "inspector":
            thread.join(10.0)
            assert not thread.is_alive(), "the thread goes with its screen"


def screen(app: NntuiApp) -> Inspect:
    return next(one for one in app.screen_stack if isinstance(one, Inspect))


def shown(app: NntuiApp, part: str = "body") -> str:
    if not any(isinstance(one, Inspect) and one.query(f"#inspect-{part}") for one in app.screen_stack):
        return ""
    return "\n".join(strip.text for strip in screen(app).query_one(f"#inspect-{part}", Lines)._strips)


async def seen(pilot: Pilot[Any], app: NntuiApp, text: str, part: str = "body") -> None:
    """Wait until something is to be read."""
    await until(pilot, lambda: text in shown(app, part))
    assert not screen(app).failure and not failures(app)


async def test_i_opens_the_selected_layer_and_escape_leads_back(run: Path) -> None:
    app = NntuiApp(find(run))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.bench.condition == "finished")
        await pilot.press("j", "j", "i")
        await seen(pilot, app, "2.dense")
        assert "step 20 2/2" in shown(app, "header") and "newest" in shown(app, "header")
        await pilot.press("left")
        await seen(pilot, app, "start 1/2", "header")
        await pilot.press("right", "escape")
        await until(pilot, lambda: app.screen is bench(app))
        assert app.bench.condition == "finished" and not failures(app)


async def test_an_untrained_network_can_be_looked_at_too(target: Found, played: Played) -> None:
    app = NntuiApp(target, played)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i")
        await seen(pilot, app, "0.dense.W[0][0] = ")
        assert "start 1/1" in shown(app, "header")
        await pilot.press("q")
        await until(pilot, lambda: app.screen is bench(app))


async def test_every_aspect_is_reached_by_tab_and_by_its_name(run: Path) -> None:
    app = NntuiApp(find(run))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.bench.condition == "finished")
        bench(app).action_inspect("confusion")
        await until(pilot, lambda: isinstance(app.screen, Inspect))
        await seen(pilot, app, "4 answers")
        names = [aspect.name for aspect in screen(app).looking.aspects]
        for _ in names:
            await pilot.press("tab")
            await until(pilot, lambda: screen(app).looking.shown == screen(app).looking.request)
            assert not screen(app).failure
        assert screen(app).looking.request.aspect == "confusion", "around the end"
        await pilot.press("shift+tab")
        assert screen(app).looking.request.aspect == names[names.index("confusion") - 1]
        offered = {command.title for command in app.get_system_commands(app.screen)}
        assert {f"Inspect: {name}" for name in names} <= offered
        offered = {command.title for command in app.get_system_commands(bench(app))}
        assert {f"Inspect: {aspect.name}" for aspect in ASPECTS} <= offered


async def test_keys_move_the_cursor_the_layer_the_array_the_part_and_the_example(run: Path) -> None:
    app = NntuiApp(find(run))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.bench.condition == "finished")
        await pilot.press("i")
        await seen(pilot, app, "0.dense.W[0][0] = ")
        await pilot.press("j", "l", "l")
        await seen(pilot, app, "0.dense.W[1][2] = ")
        await pilot.press("k", "h", "pagedown", "pageup")
        await seen(pilot, app, "0.dense.W[0][1] = ")
        await pilot.press("t")
        await seen(pilot, app, "0.dense.b[0] = ")
        await pilot.press("]")
        await seen(pilot, app, "2.dense.W[0][0] = ")
        await pilot.press("[")
        await seen(pilot, app, "0.dense.W[0][0] = ")
        await pilot.press("tab")
        await seen(pilot, app, "unit 0 of 4")
        await pilot.press("h")
        await seen(pilot, app, "unit 3 of 4")
        screen(app).action_aspect("predict")
        await seen(pilot, app, "example 0")
        await pilot.press("n", "n", "N")
        await seen(pilot, app, "example 1")
        await pilot.press("?")
        await until(pilot, lambda: isinstance(app.screen, Help))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Inspect))


async def test_the_walk_goes_forward_and_backward_by_space_and_b(run: Path) -> None:
    app = NntuiApp(find(run))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.bench.condition == "finished")
        bench(app).action_inspect("walk")
        await until(pilot, lambda: isinstance(app.screen, Inspect))
        await seen(pilot, app, "forward 1/7")
        await pilot.press(*["space"] * 3)
        await seen(pilot, app, "the loss 4/7")
        await pilot.press("space")
        await seen(pilot, app, "dL/dw[0,0] =")
        assert "the engine has" in shown(app)
        await pilot.press("j", "l")
        await seen(pilot, app, "dL/dw[1,1] =")
        await pilot.press("b", "b")
        await seen(pilot, app, "forward 3/7")


async def test_a_weight_is_changed_in_a_new_runs_start_and_the_run_stays_as_it_is(run: Path) -> None:
    app = NntuiApp(find(run))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.bench.condition == "finished")
        before = app.bench.experiment
        await pilot.press("i")
        await seen(pilot, app, "0.dense.W[0][0] = ")
        await pilot.press("l", "e")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        app.screen.query_one(Input).value = "much"
        await pilot.press("enter")
        assert isinstance(app.screen, Ask), "that is no number"
        app.screen.query_one(Input).value = "1.5"
        await pilot.press("enter")
        await until(pilot, lambda: app.bench.experiment != before)
        start = app.bench.experiment.start
        assert start is not None and start.source == run.name and start.step == 20 and start.weights == ("0.dense.W[0][1] = 1.5",)
        assert any("A new run starts at step 20" in notice.message for notice in app._notifications)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is bench(app))
        assert app.bench.edited and app.bench.draft.verdict.problem is None
        await pilot.press("space")
        await until(pilot, lambda: app.bench.run is not None and app.bench.run.path != run and app.bench.condition == "finished")
        events = [event.text for event in app.bench.run.history.events]  # type: ignore[union-attr]
        assert any("0.dense.W[0][1] set from" in text for text in events)
        await pilot.press("u")
        assert app.bench.experiment == before


async def test_a_typed_example_is_answered_and_a_wrong_one_refused_in_a_sentence(run: Path) -> None:
    app = NntuiApp(find(run))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.bench.condition == "finished")
        bench(app).action_inspect("predict")
        await until(pilot, lambda: isinstance(app.screen, Inspect))
        await seen(pilot, app, "example 0")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        app.screen.query_one(Input).value = "x = 1, y = 0"
        await pilot.press("enter")
        await seen(pilot, app, "what you typed")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        app.screen.query_one(Input).value = "z = 1"
        await pilot.press("enter")
        await seen(pilot, app, "there is no input 'z'", "remark")
        await pilot.press("n")
        await seen(pilot, app, "example 1")


async def test_long_work_tells_how_far_it_is_and_escape_stops_it(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(subject: object, request: object, progress: Any) -> object:
        waiting = threading.Event()
        for n in range(10_000):
            progress(0.25)
            waiting.wait(0.01 if n else 0.0)
        raise AssertionError("nobody stopped it")

    monkeypatch.setattr("nntui.inspection.landscape.landscape", slow)
    app = NntuiApp(find(run))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.bench.condition == "finished")
        bench(app).action_inspect("landscape")
        await until(pilot, lambda: isinstance(app.screen, Inspect))
        await seen(pilot, app, "looking 25 %; esc stops", "remark")
        await pilot.press("escape")
        await seen(pilot, app, "stopped: enter looks again", "remark")
        await pilot.press("enter")
        await seen(pilot, app, "looking", "remark")
        await pilot.press("tab")
        await seen(pilot, app, "4 answers")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is bench(app))


async def test_a_live_run_is_followed_from_checkpoint_to_checkpoint_and_hears_nothing(target: Found, played: Played) -> None:
    app = NntuiApp(target, played)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("i")
        await seen(pilot, app, "start 1/1", "header")
        assert app.bench.run is not None
        trainer = nntui.Trainer(target.experiment, "numpy")
        from nntui.training.checkpoint import Checkpoints

        folder = Checkpoints(app.bench.run.path / "checkpoints")
        for step in (3, 6):
            trainer.step(3)
            folder.save(step, trainer.state(), 0, 0.5)
            await seen(pilot, app, f"step {step} ", "header")
            await until(pilot, lambda: screen(app).looking.shown == screen(app).looking.request)
            number = float(trainer.network.params["0.dense.W"][0, 0])
            await seen(pilot, app, f"0.dense.W[0][0] = {number:.4g}")
        folder.path(6).write_bytes(b"not a checkpoint")
        await pilot.press("left")
        await seen(pilot, app, "step 3 2/3", "header")
        await pilot.press("right")
        await seen(pilot, app, "truncated or no checkpoint", "remark")
        assert played.listen() == [], "the trainer was asked for nothing"
        await pilot.press("left")
        await seen(pilot, app, "0.dense.W[0][0] = ")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await until(pilot, lambda: "is stopped and saved" in str(app.screen.query_one("#outlook", Static).render()))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.screen is bench(app))
        assert played.listen() == [] and app.bench.live, "who only looks and asks stops nothing"


async def test_missing_data_is_said_in_a_sentence(tmp_path: Path) -> None:
    import numpy as np

    file = tmp_path / "points.npz"
    np.savez(file, X=np.random.default_rng(0).standard_normal((40, 3)), y=np.arange(40) % 2)
    experiment = nntui.load("xor").set(f'data={{source="npz", npz="{file}"}}', "training.epochs=2")
    found = Found("points", experiment, "file", file)
    run = train(found.experiment, "points")
    app = NntuiApp(find(run.path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.bench.condition == "finished")
        file.unlink()
        await pilot.press("i")
        await until(pilot, lambda: app._notifications or (isinstance(app.screen, Inspect) and "points.npz" in shown(app, "remark")))
        told = [notice.message for notice in app._notifications] or [shown(app, "remark")]
        assert any("points.npz" in text for text in told) and not failures(app)


async def test_a_click_that_was_meant_for_the_other_screen_does_nothing(target: Found, played: Played) -> None:
    app = NntuiApp(target, played)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        await seen(pilot, app, "0.dense.W[0][0] = ")
        screen(app).action_do("train")
        bench(app).action_do("next_aspect")
        await pilot.pause()
        assert not played.starts and not failures(app)
