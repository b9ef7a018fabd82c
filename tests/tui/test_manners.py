"""Manners of the workbench: what it asks, what it says, and that it says it once."""

from __future__ import annotations

import pytest
from played import Played, bench, failures, text, until
from textual.color import Color
from textual.widgets import OptionList, Static

from nntui.lookup import Found
from nntui.tui.app import NntuiApp
from nntui.tui.screens.bench import Bench
from nntui.tui.screens.quit import Quit, question


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


def asked(app: NntuiApp) -> str:
    """Everything that the dialog says."""
    listing = app.screen.query_one(OptionList)
    words = [str(listing.get_option_at_index(index).prompt) for index in range(listing.option_count)]
    return " ".join([str(app.screen.query_one("#quit").border_title), *(str(one.render()) for one in app.screen.query(Static)), *words])


async def test_the_question_before_leaving_follows_the_run(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("q")
        assert "the run is training" in asked(app) and "epoch 1 of 20" in asked(app)
        played.tell("training", 5)
        await until(pilot, lambda: "epoch 5 of 20" in asked(app))
        await pilot.press("down")
        assert app.screen.query_one(OptionList).highlighted == 1
        played.tell("training", 6)
        await until(pilot, lambda: "epoch 6 of 20" in asked(app))
        assert app.screen.query_one(OptionList).highlighted == 1, "what one is about to choose stays where it is"
        played.tell("paused", 7)
        await until(pilot, lambda: "the run is paused" in asked(app) and "keep it paused" in asked(app))
        played.end("finished")
        await until(pilot, lambda: "the run is finished now" in asked(app))
        assert "discard" not in asked(app) and "background" not in asked(app)
        await pilot.press("d", "s", "k")
        assert isinstance(app.screen, Quit), "what isn't offered any more isn't done"
        await pilot.press("q")
        await until(pilot, lambda: app._exit)
        assert played.heard == [] and not failures(app)


@pytest.mark.parametrize(("key", "leaves"), [("enter", True), ("c", False), ("escape", False), ("ctrl+c", True)])
async def test_a_run_that_is_killed_while_one_is_asked_can_be_gone_on_with(
    app: NntuiApp, played: Played, key: str, leaves: bool
) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("q")
        played.leave()
        await until(pilot, lambda: "the run is killed now" in asked(app))
        assert app.bench.run is not None and f"nntui resume {app.bench.run.name}" in asked(app)
        await pilot.press(key)
        await until(pilot, lambda: app._exit if leaves else isinstance(app.screen, Bench))
        assert app._exit == leaves


async def test_the_question_while_a_trainer_starts_has_all_answers(app: NntuiApp) -> None:
    app.bench.starting = True
    found = question(app.bench)
    assert found.told == "The trainer is starting." and [way.key for way in found.ways] == ["k", "s", "d", "c"]


async def test_what_was_said_before_makes_room_for_what_is_said_now(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        for _ in range(10):
            await pilot.press("u")
        await until(pilot, lambda: len(app._notifications) > 0)
        await pilot.pause()
        assert [told.message for told in app._notifications] == ["There is nothing to undo."]
        await until(pilot, lambda: len(app.screen.query("Toast")) == 1)
        await pilot.pause(0.4)
        await pilot.press("U")
        await until(pilot, lambda: [told.message for told in app._notifications] == ["There is nothing to redo."])


async def test_resetting_says_that_the_learning_rate_stays_as_it_was_changed(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("]", "r")
        assert app.bench.condition == "untrained" and app.bench.experiment.optimizer.learning_rate == 0.03
        said = "The learning rate stays at 0.03, as it was changed while training; the run began with 0.02."
        await until(pilot, lambda: any(told.message == said for told in app._notifications))
        await pilot.press("u")
        assert app.bench.experiment.optimizer.learning_rate == 0.02


async def test_resetting_a_run_whose_rate_was_left_alone_says_nothing_of_it(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("]", "space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("r")
        await until(pilot, lambda: any("stopped and saved" in told.message for told in app._notifications))
        assert not any("learning rate" in told.message for told in app._notifications)


async def test_where_the_screen_cannot_be_lent_to_an_editor_the_workbenchs_own_is_named(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        bench(app).action_do("editor")
        await until(pilot, lambda: any("edits the text in the workbench" in told.message for told in app._notifications))
        assert not failures(app)


@pytest.mark.parametrize("width", [60, 80, 120, 160])
async def test_how_to_quit_is_always_to_be_seen(app: NntuiApp, played: Played, width: int) -> None:
    async with app.run_test(size=(width, 40)) as pilot:
        await until(pilot, lambda: "quit" in text(app, "#footer"))
        await pilot.press("d")
        await until(pilot, lambda: "undo" in text(app, "#footer") or width < 100)
        assert "quit" in text(app, "#footer")
        await pilot.press("u", "]", "space")
        await until(pilot, lambda: app.bench.live)
        await until(pilot, lambda: "quit" in text(app, "#footer"))
        assert bench(app).size.width == width


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16)])
async def test_what_is_chosen_in_a_list_is_to_be_seen_from_the_start(app: NntuiApp, size: tuple[int, int]) -> None:
    app.bench.draft.name = "spiral"
    async with app.run_test(size=size) as pilot:
        await pilot.press("p")
        listing = app.screen.query_one(OptionList)
        assert listing.highlighted is not None
        at = listing.highlighted

        def visible() -> bool:
            return int(listing.scroll_offset.y) <= at < int(listing.scroll_offset.y) + listing.size.height

        await until(pilot, visible)
        assert listing.get_option_at_index(at).id == "spiral"


@pytest.mark.parametrize("theme", ["textual-light", "textual-dark", "solarized-light", "nord"])
async def test_everything_that_is_written_stands_out_from_its_ground(app: NntuiApp, played: Played, theme: str) -> None:
    """WCAG 2.2: a contrast of 3 for what has to be seen; lines and what a dialog covers may be fainter."""
    async with app.run_test(size=(120, 40)) as pilot:
        app.theme = theme
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await until(pilot, lambda: "training" in text(app, "#header"))
        await pilot.pause()
        faint = []
        for widget in bench(app).query("PaneView, Lines"):
            for line in widget.render_lines(widget.size.region):
                for segment in line:
                    words = "".join(character for character in segment.text if character.isalnum())
                    if len(words) > 2 and segment.style is not None and segment.style.color and segment.style.bgcolor:
                        fore, ground = Color.from_rich_color(segment.style.color), Color.from_rich_color(segment.style.bgcolor)
                        if contrast(fore, ground) < 3.0:
                            faint.append((segment.text, fore.hex, ground.hex, round(contrast(fore, ground), 1)))
        assert not faint


def contrast(one: Color, other: Color) -> float:
    def luminance(color: Color) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
