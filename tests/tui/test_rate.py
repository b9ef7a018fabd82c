"""A learning rate is looked for on a copy, shown, and taken by a key."""

from __future__ import annotations

import pytest
from panes.made import ASCII, PLAIN
from panes.made import text as drawn_text
from played import Played, failures, until

from nntui.lookup import Found
from nntui.training.rate_finder import RateSearch
from nntui.tui.app import NntuiApp
from nntui.tui.line import Lines
from nntui.tui.screens.bench import Bench
from nntui.tui.screens.rate import RateFound, drawn, sentence

FOUND = RateSearch([1e-4, 1e-3, 1e-2, 1e-1], [1.0, 0.9, 0.4, 0.5], [1.0, 0.95, 0.5, 0.5], 5e-3, 0.3)
NOTHING = RateSearch([], [], [], None, 1e-7)


def test_the_loss_is_drawn_over_the_rates_with_the_suggestion() -> None:
    lines = drawn_text(drawn(FOUND, 0.01, 60, 12, PLAIN))
    assert "┊" in lines and "▴" in lines and "rate" in lines.splitlines()[-1]
    assert drawn_text(drawn(FOUND, 0.01, 60, 12, ASCII)).isascii()
    assert len(drawn(NOTHING, 0.01, 60, 12, PLAIN)) == 12
    assert sentence(FOUND, 0.01) == "The loss falls fastest at 0.005; the rate is 0.01 now. At 0.3 it grows out of all bounds."
    assert "at none of these rates" in sentence(NOTHING, 0.01)


async def test_capital_l_finds_a_rate_on_a_copy_and_enter_takes_it(target: Found, played: Played) -> None:
    app = NntuiApp(target, played)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("L")
        await until(pilot, lambda: isinstance(app.screen, RateFound), 60.0)
        await until(pilot, lambda: app.screen.query_one("#curves", Lines)._strips)
        before = app.bench.experiment.optimizer.learning_rate
        await pilot.press("escape")
        assert app.bench.experiment.optimizer.learning_rate == before
        app.push_screen(RateFound(FOUND, before), lambda rate: taken.append(rate))
        taken: list[float | None] = []
        await until(pilot, lambda: isinstance(app.screen, RateFound))
        await pilot.press("enter")
        assert taken == [0.005] and isinstance(app.screen, Bench)
        assert played.starts == [] and not failures(app)


async def test_the_suggested_rate_is_told_to_a_run_that_trains(target: Found, played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.tui.rate_search.search", lambda experiment, run: FOUND)
    app = NntuiApp(target, played)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("L")
        await until(pilot, lambda: isinstance(app.screen, RateFound))
        await pilot.press("enter")
        await until(pilot, lambda: "learning_rate" in played.listen())
        assert played.rates == [0.005] and app.bench.live and not app.bench.edited


async def test_what_cannot_be_tried_is_said(target: Found, played: Played) -> None:
    experiment = target.experiment.set('data.source="csv"', 'data.csv="gone.csv"', 'data.target="y"')
    app = NntuiApp(Found("tiny", experiment, "file", target.path), played)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("L")
        await until(pilot, lambda: any("gone.csv" in notice.message for notice in app._notifications))
        assert isinstance(app.screen, Bench)
