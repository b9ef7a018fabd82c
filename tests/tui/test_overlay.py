"""Curves of several runs over each other, and going through the steps of a run with all panes following."""

from __future__ import annotations

import math

import msgspec
import pytest
from panes.made import PLAIN, TANH, falling, history, measurement, view
from panes.made import text as drawn
from played import Played, bench, failures, steps, text, until

from nntui.lookup import Found
from nntui.measurements import Evaluation, Status, Steps
from nntui.runs.directory import create
from nntui.runs.history import History
from nntui.runs.writer import RunWriter
from nntui.tui.app import NntuiApp
from nntui.tui.line import Lines
from nntui.tui.panes import flow, loss
from nntui.tui.panes.moments import smoothed, step_x, within
from nntui.tui.run_commands import overlay
from nntui.tui.screens.compare import Compare
from nntui.tui.screens.runs import Runs
from nntui.tui.ticks import Axis
from nntui.tui.travel import moved
from nntui.tui.view import Other, Ways


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


def told(count: int = 100) -> History:
    """Windows of ever more steps: 1, 2, 3, ... wide."""
    history = History()
    last = 0
    for width in range(1, count + 1):
        history.extend([Steps(last + 1, last + width, (last + width) / 10, (last + width) / 100, 1.0, 1.0, 1.0, 1.0, 1.0, 0, 0.1)])
        last += width
    return history


def test_one_goes_through_a_run_in_a_hundred_strides_and_finer_where_one_looks_closer() -> None:
    made = told(1000)
    last = made.steps[-1].last
    assert moved(made, None, 0, -1) == made.steps[-11].last
    assert moved(made, None, 5, -1) == made.steps[-2].last
    assert moved(made, 1, 0, -10) == 1, "not before the first"
    assert moved(made, made.steps[-5].last, 0, 1) is None, "the newest, which is followed"
    at = None
    for _ in range(200):
        at = moved(made, at, 0, -1)
    assert at == 1 and last == 500500
    assert moved(History(), None, 0, -1) is None


def test_a_step_lies_where_its_epoch_and_its_second_are() -> None:
    made = told(4)  # windows end at 1, 3, 6, 10
    assert step_x(made, 6, "epoch") == pytest.approx(0.6) and step_x(made, 8, "epoch") == pytest.approx(0.8)
    assert step_x(made, 2, "time") == pytest.approx(0.02) and step_x(made, 0, "time") == 0.0
    assert step_x(made, 99, "time") == pytest.approx(0.1) and step_x(made, 5, "step") == 5.0
    assert math.isnan(step_x(History(), 5, "epoch"))


def test_smoothing_begins_with_the_first_value_and_passes_over_what_is_no_number() -> None:
    assert smoothed([3.0, 3.0, 3.0], 0.9) == pytest.approx([3.0, 3.0, 3.0])
    found = smoothed([0.0, 1.0, math.nan, 1.0], 0.5)
    assert found[:2] == pytest.approx([0.0, 2 / 3]) and math.isnan(found[2]) and found[3] == pytest.approx(6 / 7)
    assert smoothed([1.0, 5.0], 0.0) == [1.0, 5.0]


def test_what_lies_outside_an_axis_leaves_a_gap() -> None:
    xs, ys = within([0.0, 1.0, 5.0, 2.0], [1.0, 2.0, 3.0, 4.0], Axis(0.5, 3.0))
    assert [x for x in xs if x == x] == [1.0, 2.0] and [y for y in ys if y == y] == [2.0, 4.0] and len(xs) == 3


def test_another_run_is_drawn_over_the_same_axes_with_its_name() -> None:
    longer = history(*[msgspec.structs.replace(one, epoch=2 * one.epoch) for one in falling()])
    alone = drawn(loss.lines(view(history=history(falling())), 70, 14, PLAIN))
    both = drawn(loss.lines(view(history=history(falling()), others=(Other("wide", longer, 1),)), 70, 14, PLAIN))
    assert "wide" in both.splitlines()[0] and "wide" not in alone
    assert both != alone
    only = drawn(loss.lines(view(others=(Other("wide", longer, 1),)), 70, 14, PLAIN))
    assert "wide" in only, "also where nothing is trained yet"


def test_the_loss_can_be_zoomed_and_drawn_over_seconds_on_the_scale_that_is_asked_for() -> None:
    made = history(falling())
    whole = drawn(loss.lines(view(history=made), 70, 14, PLAIN)).splitlines()
    close = drawn(loss.lines(view(history=made, ways=Ways(zoom=2)), 70, 14, PLAIN)).splitlines()
    assert "zoom 4" in close[0] and whole[-1] != close[-1]
    assert drawn(loss.lines(view(history=made, ways=Ways(x_axis="time")), 70, 14, PLAIN)).splitlines()[-1].endswith("seconds")
    linear = drawn(loss.lines(view(history=made, ways=Ways(scale="linear")), 70, 14, PLAIN)).splitlines()
    assert "log" in whole[0] and "log" not in linear[0]
    near = history(falling(40))
    assert "log" in drawn(loss.lines(view(history=near, ways=Ways(scale="log")), 70, 14, PLAIN)).splitlines()[0]


def test_all_panes_show_the_step_that_is_looked_at() -> None:
    early = msgspec.structs.replace(measurement(TANH, fall=0.01), step=10)
    late = msgspec.structs.replace(measurement(TANH), step=400)
    made = history(falling(), early, late)
    then = view(history=made, ways=Ways(at=40))
    assert then.measurement is early and view(history=made).measurement is late
    assert "@40" in loss.title(then) and loss.title(then) != loss.title(view(history=made))
    assert "┊" in drawn(loss.lines(then, 70, 14, PLAIN))
    assert drawn(flow.lines(then, 60, 10, PLAIN)) != drawn(flow.lines(view(history=made), 60, 10, PLAIN))


async def test_runs_that_are_marked_lie_over_the_one_on_the_bench_and_go_again(app: NntuiApp, target: Found) -> None:
    for name, value in (("one", 0.5), ("two", 0.2)):
        with RunWriter(create(target.experiment, name)) as writer:
            writer.write([steps(1, 5, value), Evaluation(5, 5.0, "validation", value, {})], Status(state="finished", step=5))
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, Runs) and len(app.screen._lines) == 2)
        await pilot.press("space", "space")
        await pilot.press("o")
        await until(pilot, lambda: len(app.bench.overlay.others) == 2)
        pane = bench(app).query_one("#loss")
        await until(pilot, lambda: "two" in "".join(pane.render_line(0).text for _ in range(1)))
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, Runs) and len(app.screen._marked) == 2 and len(app.screen._lines) == 2)
        await pilot.press("g", "space", "g", "j", "space", "o")
        await until(pilot, lambda: app.bench.overlay.others == ())
        assert not failures(app)


async def test_an_overlaid_run_that_trains_is_followed(app: NntuiApp, target: Found) -> None:
    path = create(target.experiment, "one")
    async with app.run_test(size=(160, 45)) as pilot:
        overlay(bench(app), [path])
        await until(pilot, lambda: len(app.bench.overlay.others) == 1)
        with RunWriter(path) as writer:
            writer.write([steps(1, 5, 0.5)])
        await until(pilot, lambda: len(app.bench.overlay.others[0].history.steps) == 1)
        overlay(bench(app), [path.with_name("gone")])
        await until(pilot, lambda: any("no run at" in notice.message for notice in app._notifications))


async def test_arrows_look_at_earlier_steps_and_escape_goes_back(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("left")
        await until(pilot, lambda: any("no steps to look at" in notice.message for notice in app._notifications))
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        played.tell("training", 9, *(steps(n, n, 1.0 / n) for n in range(1, 10)))
        await until(pilot, lambda: app.bench.run is not None and len(app.bench.run.history.steps) == 9)
        await pilot.press("left", "left")
        assert app.bench.ways.at == 7
        await until(pilot, lambda: "step 7" in text(app, "#remark"))
        await pilot.press("shift+left")
        assert app.bench.ways.at == 1
        await pilot.press("right", "plus", "y", "m", "x", "x")
        ways = app.bench.ways
        assert (ways.at, ways.zoom, ways.scale, ways.smoothing, ways.x_axis) == (2, 1, "log", 0.6, "time")
        await pilot.press("minus", "plus", "plus", "shift+right")
        assert (app.bench.ways.at, app.bench.ways.zoom) == (None, 2)
        await pilot.press("left", "escape")
        assert (app.bench.ways.at, app.bench.ways.zoom) == (None, 0)
        assert not failures(app)


async def test_two_runs_are_compared(app: NntuiApp, target: Found) -> None:
    for name, rate, value in (("one", 0.5, 0.5), ("two", 0.1, 0.2)):
        with RunWriter(create(target.experiment.set(f"optimizer.learning_rate={rate}"), name)) as writer:
            writer.write([steps(1, 5, 2 * value), steps(6, 9, value)], Status(state="finished", step=5))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, Runs) and len(app.screen._lines) == 2)
        await pilot.press("c")
        await until(pilot, lambda: any("Mark one run" in notice.message for notice in app._notifications))
        await pilot.press("j", "space", "g", "c")
        await until(pilot, lambda: isinstance(app.screen, Compare))
        told = str(app.screen.query_one("#differences Static").render())
        assert ["optimizer.learning_rate", "0.5", "0.1"] in [line.split() for line in told.splitlines()]
        assert "at step A" in told
        await until(pilot, lambda: len(app.screen.query_one("#curves", Lines)._strips) == 12)
        assert "two" in app.screen.query_one("#curves", Lines)._strips[0].text
        await pilot.press("escape")
        assert not failures(app)


async def test_panes_at_wish_take_the_place_of_the_boundary(app: NntuiApp) -> None:
    async with app.run_test(size=(140, 45)) as pilot:
        gallery = bench(app).gallery
        for key, name in (("8", "metrics"), ("9", "rates"), ("0", "course")):
            await pilot.press(key)
            assert gallery.focused_name == name and gallery.shows(name) and not gallery.shows("boundary") and gallery.shows("activations")
        await pilot.press("Q", "Q")
        assert app.bench.ways.quantity == "update"
        await pilot.press("5")
        assert gallery.shows("boundary") and not gallery.shows("course") and not failures(app)


async def test_capital_h_holds_all_panes_while_training_goes_on(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        played.tell("training", 9, *(steps(n, n, 1.0 / n) for n in range(1, 10)))
        await until(pilot, lambda: app.bench.run is not None and len(app.bench.run.history.steps) == 9)
        await pilot.press("H")
        held = app.bench.ways.at
        played.tell("training", 10, steps(10, 10, 0.001))
        await until(pilot, lambda: app.bench.run is not None and len(app.bench.run.history.steps) == 10)
        assert held == app.bench.ways.at == 9 and "@9" in loss.title(app.bench.view()) and "0.1111" in loss.title(app.bench.view())
        await pilot.press("H")
        assert app.bench.ways.at is None and "0.0010" in loss.title(app.bench.view()) and not failures(app)
