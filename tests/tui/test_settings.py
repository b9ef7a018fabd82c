"""Settings in the workbench: theme, keys, glyphs, what is asked, and the panes as they were left."""

from __future__ import annotations

from pathlib import Path

import pytest
from played import Played, bench, failures, text, until

from nntui.config import Config, ConfigError, Confirm, change, load
from nntui.lookup import Found
from nntui.tui.actions import ACTIONS, BY_ID, readable
from nntui.tui.app import NntuiApp
from nntui.tui.keymap import keymap
from nntui.tui.layout import Layout
from nntui.tui.layout import load as load_layout
from nntui.tui.screens.choose import Choose
from nntui.tui.screens.form import Form
from nntui.tui.screens.help import key_tables as help_keys


async def test_chosen_keys_do_what_they_mean_and_are_shown_everywhere(target: Found, played: Played) -> None:
    app = NntuiApp(target, played, Config(keys={"train": "f8,f9", "delete": "[", "slower": "minus,<"} | {"wider": "_"}))
    async with app.run_test(size=(160, 40)) as pilot:
        await until(pilot, lambda: "f8 train" in text(app, "#footer") and "[ delete" in text(app, "#footer"))
        await pilot.press("space")
        assert not played.starts, "the usual key means nothing any more"
        await pilot.press("left_square_bracket")
        assert len(app.bench.experiment.network) == 2
        await pilot.press("less_than_sign")
        assert app.bench.experiment.optimizer.learning_rate < 0.02
        await pilot.press("u", "u", "f9")
        await until(pilot, lambda: app.bench.live)
        assert "| `f8 f9` | Train, pause" in help_keys()
        assert not failures(app)
    NntuiApp(target, played, Config())
    assert BY_ID["train"].key == "space", "the next app has its own"


def test_every_usual_key_can_be_written_as_it_is_read() -> None:
    for action in ACTIONS:
        for name in action.keys.split(","):
            assert keymap({action.id: readable(name)})[action.id].split(",")[0] == name.lower() if len(name) > 1 else name


def test_quit_keeps_the_keys_that_everybody_knows() -> None:
    assert keymap({"quit": "f12"}) == {"quit": "f12,ctrl+c,ctrl+q"}


async def test_a_chosen_key_is_taken_from_the_action_that_usually_has_it(target: Found, played: Played) -> None:
    """Settings outlive a new version in which the key has become another action's usual one."""
    app = NntuiApp(target, played, Config(keys={"train": "e", "add": "p"}))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: app.bench.live)
        assert keymap({"train": "e", "add": "p"})["edit"] == "enter"
        assert BY_ID["presets"].key == "^p", "without a key of its own, the palette has it"
        await pilot.press("p")
        assert isinstance(app.screen, Choose)
        await pilot.press("escape", "enter")
        await until(pilot, lambda: isinstance(app.screen, Form))
        assert not failures(app)


def test_two_actions_may_change_keys() -> None:
    assert keymap({"step": "r", "reset": "s"}) == {"step": "r", "reset": "s"}


def test_an_app_with_impossible_settings_is_refused_before_the_screen_changes(target: Found) -> None:
    for settings in (Config(theme="nonsense"), Config(keys={"train": "z", "zoom": "z"}), Config(keys={"nothing": "t"})):
        with pytest.raises(ConfigError):
            NntuiApp(target, settings=settings)


async def test_a_theme_chosen_once_is_there_at_the_next_start(target: Found) -> None:
    app = NntuiApp(target)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "untrained" in text(app, "#header"))
        assert load().theme is None, "nobody has chosen yet"
        app.theme = "textual-light"
        await until(pilot, lambda: load().theme == "textual-light")
    assert NntuiApp(target).theme == "textual-light"


async def test_the_palette_changes_the_theme(target: Found) -> None:
    app = NntuiApp(target)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+p", *"theme")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press(*"nord")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "nord")


async def test_a_theme_that_cannot_be_kept_is_told(target: Found, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = NntuiApp(target)
    async with app.run_test(size=(120, 40)) as pilot:
        (home / "config.toml").mkdir()
        app.theme = "nord"
        await until(pilot, lambda: any("until the end only" in told.message for told in app._notifications))


async def test_panes_are_found_as_they_were_left(target: Found) -> None:
    app = NntuiApp(target)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "z")
    assert load_layout() == Layout("activations", "activations", True)
    again = NntuiApp(target)
    async with again.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: again.focused is not None and again.focused.id == "activations")
        assert bench(again).gallery.zoomed and not bench(again).query_one("#network").display
        await pilot.press("z", "1")
    assert load_layout() == Layout("network", "activations", False)


@pytest.mark.parametrize("spoilt", [b"", b"{}x", b'{"focused": "nothing"}', b"\xff", b'{"zoomed": 3}'])
async def test_a_spoilt_layout_is_as_usual(target: Found, home: Path, spoilt: bytes) -> None:
    (home / "layout.json").write_bytes(spoilt)
    assert load_layout() == Layout()


async def test_a_layout_is_not_kept_where_nobody_wants_it(target: Found, home: Path) -> None:
    app = NntuiApp(target, settings=Config(remember_layout=False))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
    assert not (home / "layout.json").exists()


@pytest.mark.parametrize(("way", "heard"), [("background", []), ("stop", ["stop"])])
async def test_leaving_asks_only_who_wants_to_be_asked(target: Found, played: Played, way: str, heard: list[str]) -> None:
    app = NntuiApp(target, played, Config(confirm=Confirm(quit=way)))  # type: ignore[arg-type]
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        await pilot.press("q")
        assert played.listen() == heard
        if heard:
            played.end("stopped")
        await until(pilot, lambda: app._exit)


async def test_a_file_is_replaced_without_a_question_where_nobody_wants_one(
    target: Found, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    (home / "tiny.toml").write_text("old")
    app = NntuiApp(target, settings=Config(confirm=Confirm(replace=False)))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("w", "enter")
        await until(pilot, lambda: (home / "tiny.toml").read_text() != "old")


async def test_glyphs_are_as_set_unless_the_environment_says_otherwise(target: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    for asked, ascii in (("", True), ("braille", False)):
        monkeypatch.setenv("NNTUI_GLYPHS", asked)
        if not asked:
            monkeypatch.delenv("NNTUI_GLYPHS")
        app = NntuiApp(target, settings=Config(glyphs="ascii"))
        async with app.run_test(size=(120, 40)):
            assert app.has_class("-ascii") == ascii


def test_a_broken_file_is_a_refusal(target: Found, home: Path) -> None:
    change("fps", "5")
    (home / "config.toml").write_text("fps = 500")
    with pytest.raises(ConfigError, match="fps"):
        NntuiApp(target)


async def test_two_quick_changes_of_focus_come_to_rest(target: Found) -> None:
    app = NntuiApp(target)
    async with app.run_test(size=(120, 40)) as pilot:
        for name in ("loss", "network", "flow", "loss"):
            bench(app).gallery.focus_pane(name)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "loss")
        await pilot.pause(0.1)
        assert app.focused is not None and app.focused.id == "loss" == bench(app).gallery.focused_name
