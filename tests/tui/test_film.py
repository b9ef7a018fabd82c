"""A run as a film, checkpoints to step back to, and a new run from one of them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from played import Played, bench, failures, steps, until

from nntui.lookup import Found, load
from nntui.runs.directory import CHECKPOINTS
from nntui.runs.history import History
from nntui.runs.run import Run
from nntui.training.checkpoint import Checkpoints
from nntui.training.running import train
from nntui.training.trainer import Trainer
from nntui.tui.app import NntuiApp
from nntui.tui.travel import next_saved


@pytest.fixture
def run(home: Path) -> Path:
    trained = train(load("xor").set("training.epochs=40", "backend=numpy"), "xor")
    trained.close()
    trainer = Trainer(load("xor").set("training.epochs=40", "backend=numpy"))
    trainer.step(10)
    Checkpoints(trained.path / CHECKPOINTS).save(10, trainer.state(), 5, math.nan, {"backend": "numpy", "untold": []})
    return trained.path


def test_one_steps_from_checkpoint_to_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    for step in (10, 40, 90):
        (tmp_path / "checkpoints" / f"{step}.safetensors").touch()
    history = History()
    history.extend(steps(number, number) for number in range(1, 101))
    assert next_saved(tmp_path, history, None, -1) == 90 and next_saved(tmp_path, history, 90, -1) == 40
    assert next_saved(tmp_path, history, 15, 1) == 40 and next_saved(tmp_path, history, 90, 1) is None
    with pytest.raises(Exception, match="no checkpoint before step 10"):
        next_saved(tmp_path, history, 10, -1)


async def test_a_film_goes_from_the_first_step_to_the_newest_and_can_be_stopped(run: Path, target: Found, played: Played) -> None:
    app = NntuiApp(Found("xor", load(run), "run", run), played)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.bench.run is not None)
        await pilot.press("full_stop")
        film = bench(app).film
        assert film.running and app.bench.ways.at is not None and app.bench.ways.at < 20
        await until(pilot, lambda: app.bench.ways.at is not None and app.bench.ways.at > 3)
        await pilot.press("full_stop")
        seen = app.bench.ways.at
        assert not film.running and seen is not None
        await pilot.press("full_stop")
        await until(pilot, lambda: (app.bench.ways.at or 99) > seen)
        await pilot.press("left")
        await until(pilot, lambda: not film.running)
        assert app.bench.ways.at is not None, "who looks elsewhere stops it"
        await pilot.press("full_stop")
        await until(pilot, lambda: app.bench.ways.at is None and not film.running, 30.0)
        assert not failures(app)


async def test_f_goes_on_from_a_checkpoint_as_a_new_run(run: Path, target: Found, played: Played) -> None:
    app = NntuiApp(target, played)
    async with app.run_test(size=(120, 40)) as pilot:
        for key, why in (("F", "no run to go on from"), ("full_stop", "nothing to show"), ("less_than_sign", "no run with checkpoints")):
            await pilot.press(key)
            await until(pilot, lambda why=why: any(why in notice.message for notice in app._notifications))  # type: ignore[misc]
        bench(app).open_run(run)
        await until(pilot, lambda: app.bench.run is not None)
        assert app.bench.condition == "finished"
        await pilot.press("F")
        await until(pilot, lambda: app.bench.run is not None and app.bench.run.path != run)
        assert app.bench.run is not None and app.bench.condition == "stopped" and app.bench.experiment == Run(run).experiment
        assert app.bench.run.status.step == 10, "the last checkpoint after which something was trained"
        await pilot.press("left", "greater_than_sign")
        assert app.bench.ways.at is None and not failures(app)
