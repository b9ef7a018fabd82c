"""Flows with a real trainer process that ends badly, or is told to leave nothing behind."""

from __future__ import annotations

from played import failures, text, until

from nntui.lookup import Found
from nntui.runs.directory import list_runs
from nntui.runs.run import Run
from nntui.tui.app import NntuiApp


async def test_a_rate_that_is_far_too_high_diverges_and_a_lower_one_trains_anew(target: Found) -> None:
    experiment = target.experiment.set(
        "network[1].layer=relu", "optimizer.kind=sgd", "optimizer.learning_rate=1e38", "training.epochs=50", "loss.kind=cross_entropy"
    )
    app = NntuiApp(Found("tiny", experiment, "file", target.path))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.condition == "diverged", 60.0)
        await until(pilot, lambda: "diverged" in text(app, "#header") and "f: " in text(app, "#remark"))
        assert app.bench.run is not None
        first = app.bench.run.name
        await pilot.press("2", "3", "4")
        assert not failures(app)
        app.bench.draft.select_path("optimizer")
        await pilot.press("e", *"0.05", "enter", "space")
        await until(pilot, lambda: app.bench.run is not None and app.bench.run.name != first, 60.0)
        await until(pilot, lambda: app.bench.condition == "finished", 60.0)
        assert not failures(app)
    states = {summary.name: summary.status.state for summary in list_runs() if summary.status is not None}
    assert states.pop(first) == "diverged" and list(states.values()) == ["finished"]


async def test_a_run_that_is_discarded_leaves_nothing_behind(target: Found) -> None:
    app = NntuiApp(Found("tiny", target.experiment.set("training.epochs=1000000"), "file", target.path))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.condition == "training", 60.0)
        assert app.bench.run is not None
        path = app.bench.run.path
        assert Run(path).live
        await pilot.press("q", "d")
        await until(pilot, lambda: app._exit, 60.0)
        await until(pilot, lambda: not path.exists(), 60.0)
    assert list_runs() == [] and app.return_code == 0
    assert not list(path.parent.iterdir()), "nor anything half-removed"
