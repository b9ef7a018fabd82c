"""Terminals that have letters only: nothing else is ever written, on any screen."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from played import Played, failures, happened, steps, text, until
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from nntui.lookup import Found, preset
from nntui.tui.app import NntuiApp
from nntui.tui.ascii import AsciiFilter, in_ascii, same_width
from nntui.tui.parts import PARTS
from nntui.tui.screens.confirm import Confirm


def everything() -> Iterator[str]:
    """Every character of the first plane that can be printed, and some beyond."""
    for code in (*range(0x20, 0xD800), *range(0xE000, 0x10000), 0x1F50E, 0x1F98A):
        if unicodedata.category(chr(code)) not in ("Cc", "Cn", "Cs", "Co"):
            yield chr(code)


def test_every_character_becomes_letters_of_its_own_width() -> None:
    for character in everything():
        made = same_width(character)
        assert made.isascii() and len(made) == cell_len(character), (character, made)


def test_words_keep_their_meaning_where_there_is_room() -> None:
    assert in_ascii("δ → ΔW ≥ 2…") == "delta -> dW >= 2..."
    assert same_width("╭─ ▸ δ → ×2 ─╮") == "+- > d > x2 -+"


def test_the_filter_leaves_styles_and_letters_alone() -> None:
    plain, other = Segment("abc"), Segment("│x│")
    found = AsciiFilter().apply([plain, other], Color.parse("black"))
    assert found[0] is plain and found[1].text == "|x|"


def shown(app: NntuiApp) -> list[str]:
    """Every line of the screen, as it goes to the terminal."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "NNTUI_GLYPHS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C")


async def test_every_screen_is_letters_only(plain: None, target: Found, played: Played) -> None:
    app = NntuiApp(target, played)
    seen: set[str] = set()

    def look(what: str) -> None:
        seen.add(type(app.screen).__name__)
        wrong = [line for line in shown(app) if not line.isascii()]
        assert not wrong, (what, wrong[:3])

    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: "untrained" in text(app, "#header"))
        look("before a run")
        await pilot.press("u")
        await until(pilot, lambda: app.screen.query("Toast"))
        look("a toast")
        for part in PARTS:
            app.screen.action_edit_part(part.name)  # type: ignore[attr-defined]
            await pilot.pause()
            look(f"the form of {part.name}")
            await pilot.press("escape")
        await pilot.press("a")
        look("adding a layer")
        await pilot.press(*"conv2d", "enter")
        look("the form of a layer")
        await pilot.press("escape", "p")
        await pilot.pause()
        look("presets")
        await pilot.press("escape", "w")
        look("saving")
        await pilot.press("escape", "ctrl+p")
        await until(pilot, lambda: app.screen.query("CommandList Option, OptionList"))
        await pilot.pause(0.3)
        look("the palette")
        await pilot.press("escape")
        for pane in "123456":
            await pilot.press(pane, "question_mark")
            await until(pilot, lambda: app.screen.query("MarkdownTable, MarkdownH3"))
            await pilot.press("space")
            look(f"help of pane {pane}")
            await pilot.press("escape")
        await pilot.press("space")
        await until(pilot, lambda: app.bench.live)
        played.tell("training", 5, steps(1, 3), steps(4, 5, float("inf")), happened("note", "δ → ×2 … 寿司"))
        await until(pilot, lambda: "epoch" in text(app, "#header"))
        look("training")
        await pilot.press("q")
        look("leaving")
        await pilot.press("escape", "l")
        await until(pilot, lambda: "untrained" not in "".join(shown(app)))
        look("runs")
        app.push_screen(Confirm("replace a file", "δ.toml exists. Replace it?", "replace it"))
        await pilot.pause()
        look("a question")
        await pilot.press("escape", "escape")
        for width, height in ((40, 10), (80, 24), (20, 5)):
            await pilot.resize_terminal(width, height)
            await pilot.press("z")
            look(f"{width}x{height}")
        assert not failures(app)
    assert seen >= {"Bench", "Choose", "CommandPalette", "Confirm", "Form", "Help", "Quit", "Save"}


@pytest.mark.parametrize("name", ["spiral", "unet-shapes", "gan-ring", "digits-cnn"])
async def test_presets_are_told_in_letters_only(plain: None, played: Played, name: str) -> None:
    app = NntuiApp(preset(name), played)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: name in text(app, "#header"))
        await pilot.pause(0.2)
        assert all(line.isascii() for line in shown(app))



@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are for POSIX")
@pytest.mark.parametrize("environment", [{"TERM": "linux", "LANG": "C.UTF-8"}, {"LANG": "C", "LC_ALL": ""}])
def test_a_real_terminal_is_sent_letters_only(environment: dict[str, str], home: Path) -> None:
    pytest.importorskip("pyte")
    from terminal import Terminal

    terminal: Any = Terminal("xor", **environment)
    try:
        terminal.shows("untrained")
        terminal.shows("1 network")
        terminal.type("?")
        terminal.shows("arrows scroll")
        terminal.type("\x1b")
        terminal.wait(lambda: "arrows scroll" not in terminal.text)
        terminal.type(" ")
        terminal.shows("finished", 60)
        terminal.type("q")
        assert terminal.exit_code() == 0
        assert all(byte < 0x80 for byte in terminal.raw), terminal.raw.decode(errors="replace")
    finally:
        terminal.close()
