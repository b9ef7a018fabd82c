"""The mouse does what keys do."""

from __future__ import annotations

import pytest
from panes.made import COLOUR, RESIDUAL, deep, falling, healthy, history, measurement, view
from played import Played, bench, failures, text, until
from textual.events import MouseScrollDown, MouseScrollUp
from textual.widgets import OptionList

from nntui.lookup import Found
from nntui.tui.app import NntuiApp
from nntui.tui.panes.catalogue import PANES
from nntui.tui.screens.bench import Bench
from nntui.tui.screens.choose import Choose
from nntui.tui.screens.form import Form


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


def line_of(app: NntuiApp, pane: str, words: str) -> tuple[int, int]:
    """Where words are drawn in a pane, from its corner."""
    widget = bench(app).query_one(f"#{pane}")
    for y, strip in enumerate(widget.render_lines(widget.size.region)):
        if words in strip.text:
            return 4, y
    raise AssertionError(f"{words} is not in pane {pane}")


async def test_a_click_selects_a_row_and_a_second_one_edits_it(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "untrained" in text(app, "#header"))
        await pilot.click("#network", offset=line_of(app, "network", "tanh"))
        assert app.bench.draft.path == "1.tanh"
        await pilot.click("#network", offset=line_of(app, "network", "optimizer"))
        assert app.bench.draft.path == "optimizer"
        await pilot.click("#network", offset=line_of(app, "network", "dense 4"), times=2)
        await until(pilot, lambda: isinstance(app.screen, Form))
        await pilot.press("escape")
        assert app.bench.draft.path == "0.dense" and not failures(app)


async def test_a_click_beside_the_rows_selects_nothing(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j")
        await pilot.click("#network", offset=(4, 1))
        await pilot.click("#network", offset=(0, 0))
        await pilot.click("#loss", offset=(5, 5))
        assert app.bench.draft.path == "1.tanh" and isinstance(app.screen, Bench)


@pytest.mark.parametrize("pane", list(PANES))
async def test_a_click_focuses_a_pane(app: NntuiApp, pane: str) -> None:
    async with app.run_test(size=(160, 60)) as pilot:
        await pilot.press("2" if pane == "network" else "1")
        if not bench(app).query_one(f"#{pane}").display:
            pytest.skip("not on this screen")
        await pilot.click(f"#{pane}", offset=(3, 3))
        await until(pilot, lambda: app.focused is not None and app.focused.id == pane and bench(app).gallery.focused_name == pane)


async def test_the_wheel_goes_from_row_to_row(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot._post_mouse_events([MouseScrollDown], "#network", offset=(4, 4), button=0)
        assert app.bench.draft.path == "1.tanh"
        await pilot._post_mouse_events([MouseScrollUp], "#network", offset=(4, 4), button=0)
        await pilot._post_mouse_events([MouseScrollUp], "#loss", offset=(4, 4), button=0)
        assert app.bench.draft.path == "0.dense"


async def test_every_key_of_the_footer_can_be_clicked(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "space train" in text(app, "#footer"))

        async def click(words: str) -> None:
            await pilot.click("#footer", offset=(text(app, "#footer").index(words), 0))

        await click("a add")
        assert isinstance(app.screen, Choose)
        await pilot.press("escape")
        await click("] rate")
        assert app.bench.experiment.optimizer.learning_rate == 0.03
        await until(pilot, lambda: "u undo" in text(app, "#footer"))
        await click("undo")
        assert app.bench.experiment.optimizer.learning_rate == 0.02
        await click("space")
        await until(pilot, lambda: app.bench.live)
        await click("quit")
        await until(pilot, lambda: bool(app.screen.query("#quit")))
        await pilot.click(app.screen.query_one(OptionList), offset=(3, 3))
        assert isinstance(app.screen, Bench) and not app._exit


@pytest.mark.parametrize("pane", ["network", "flow", "activations"])
@pytest.mark.parametrize("height", [1, 4, 7, 12, 30])
def test_what_is_clicked_is_what_is_drawn_there(pane: str, height: int) -> None:
    views = (
        view(history=healthy()), view(), view(RESIDUAL, history(falling(), measurement(RESIDUAL)), selected="2.skip.1.batch_norm"),
        view(deep(30), history(falling(), measurement(deep(30))), selected="40.dense"),
    )  # fmt: skip
    for shown in views:
        drawn = PANES[pane].lines(shown, 60, height, COLOUR)
        rows = [PANES[pane].row_at(shown, 60, height, y, COLOUR) for y in range(height)]  # type: ignore[attr-defined]
        for strip, path in zip(drawn, rows, strict=True):
            name = path.rsplit(".", 1)[-1]
            if path and name in strip.text:
                assert path.rsplit(".", 2)[-2] in strip.text if "." in path else True
        if shown.measurement is not None or pane == "network":
            assert any(rows)
            if height == 30 and len(shown.experiment.network) < 10:
                listed = [path for path in dict.fromkeys(rows) if path]
                kinds = [path.rsplit(".", 1)[-1] for path in listed if "." in path]
                assert all(any(kind in strip.text for strip in drawn) for kind in kinds)
        else:
            assert not any(rows)
