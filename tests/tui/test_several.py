"""Several runs at once: seeds with their mean, a race of a pair, and the queue of a real app."""

from __future__ import annotations

import math
import statistics

import msgspec
import pytest
from panes.made import PLAIN, falling, history, view
from panes.made import text as drawn
from played import Played, failures, until
from rich.style import Style

from nntui.lookup import Found, preset
from nntui.runs.directory import list_runs
from nntui.runs.run import Run
from nntui.tui.app import NntuiApp
from nntui.tui.panes import loss
from nntui.tui.panes.averages import spread
from nntui.tui.plots import Curve
from nntui.tui.screens.ask import Ask
from nntui.tui.ticks import Axis
from nntui.tui.trainers import Trainers
from nntui.tui.view import Other, Ways


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


def test_the_mean_of_curves_is_taken_at_the_same_places_whatever_their_points() -> None:
    coarse = Curve([0.0, 10.0], [0.0, 10.0], Style())
    fine = Curve([float(x) for x in range(11)], [float(x) + 2.0 for x in range(11)], Style())
    found = spread([coarse, fine], Axis(0.0, 10.0), 5)
    assert found.x == [1.0, 3.0, 5.0, 7.0, 9.0]
    assert found.mean == pytest.approx([x + 1.0 for x in found.x])
    assert found.high == pytest.approx([x + 2.0 for x in found.x]), "the curves lie no further apart"
    three = [Curve([0.0, 1.0], [value, value], Style()) for value in (0.0, 3.0, 6.0)]
    assert spread(three, Axis(0.0, 1.0), 1).low == pytest.approx([3.0 - statistics.stdev([0.0, 3.0, 6.0])])


def test_a_curve_counts_as_far_as_it_reaches_and_what_is_no_number_is_passed_over() -> None:
    short = Curve([0.0, 4.0], [1.0, 1.0], Style())
    long = Curve([0.0, 5.0, 10.0], [3.0, math.nan, 3.0], Style())
    found = spread([short, long], Axis(0.0, 10.0), 10)
    assert found.mean == pytest.approx([2.0] * 5 + [3.0] * 5) and found.low[-1] == found.high[-1] == 3.0
    assert spread([], Axis(0.0, 1.0), 10).x == []


def test_the_loss_shows_the_mean_of_all_runs_instead_of_each() -> None:
    higher = history(*[msgspec.structs.replace(one, loss=2 * one.loss) for one in falling() if hasattr(one, "loss")])
    shown = view(history=history(falling()), others=(Other("seed 1", higher, 1),), ways=Ways(mean=True))
    told = drawn(loss.lines(shown, 80, 14, PLAIN)).splitlines()
    assert "mean ± std of 2 runs" in told[0] and "seed 1" not in told[0]
    assert "mean" not in drawn(loss.lines(view(history=history(falling()), ways=Ways(mean=True)), 80, 14, PLAIN)).splitlines()[0]
    alone = view(history=None, others=(Other("seed 1", higher, 1),), ways=Ways(mean=True))
    assert "seed 1" in (told := drawn(loss.lines(alone, 80, 14, PLAIN)).splitlines()[0]) and "mean" not in told, "one run has no spread"


async def test_n_trains_from_several_seeds_and_shows_their_mean(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press("M")
        await until(pilot, lambda: any("only one run" in notice.message for notice in app._notifications))
        await pilot.press("N")
        assert isinstance(app.screen, Ask)
        await pilot.press("1", "enter")
        assert isinstance(app.screen, Ask) and "from 2 to" in str(app.screen.query_one("#outlook").render())
        await pilot.press("backspace", "3", "enter")
        await until(pilot, lambda: app.bench.live and len(played.beside) == 2)
        assert [Run(path).experiment.seed for path in played.beside] == [1, 2] and played.starts[0].experiment.seed == 0
        await until(pilot, lambda: len(app.bench.overlay.others) == 2 and app.bench.ways.mean)
        assert [other.name for other in app.bench.overlay.others] == ["seed 1", "seed 2"]
        await pilot.press("M")
        assert not app.bench.ways.mean and not failures(app)


async def test_capital_r_races_a_preset_against_its_pair(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press("R")
        await until(pilot, lambda: any("no pair to race" in notice.message for notice in app._notifications))
        app.bench.open(preset("wine-raw").experiment, "wine-raw")
        await pilot.press("R")
        await until(pilot, lambda: len(played.starts) == 1 and len(played.beside) == 1)
        assert Run(played.beside[0]).experiment.title == preset("wine-standardized").experiment.title
        await until(pilot, lambda: [other.name for other in app.bench.overlay.others] == ["wine-standardized"])
        assert not failures(app)


async def test_runs_beside_the_bench_are_really_trained_one_core_at_a_time(target: Found) -> None:
    experiment = target.experiment.set("training.epochs=3")
    app = NntuiApp(Found("tiny", experiment, "file", target.path), Trainers())
    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press("N", "3", "enter")
        await until(pilot, lambda: sum(run.status is not None and run.status.state == "finished" for run in list_runs()) == 3, 90.0)
        await until(pilot, lambda: all(other.history.status.state == "finished" for other in app.bench.overlay.others))
        assert not failures(app)
