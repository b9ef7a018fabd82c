"""Colours by meaning for every theme, and what a terminal can draw."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.app import App
from textual.theme import BUILTIN_THEMES

import nntui.tui
from nntui.diagnosis.flow import SEVERITIES
from nntui.tui.look import LEVELS, Look, glyphs, painted


def of_theme(name: str, **env: str) -> Look:
    theme = BUILTIN_THEMES[name]
    return Look.from_theme({**theme.to_color_system().generate(), **theme.variables}, env)


@pytest.mark.parametrize("theme", sorted(BUILTIN_THEMES))
def test_every_theme_gives_a_look(theme: str) -> None:
    look = of_theme(theme)
    assert look.color
    assert len({look.severity(severity) for severity in SEVERITIES}) >= 3
    if not theme.startswith("ansi"):
        assert len(look.ramp) == LEVELS
        assert len(set(look.ramp)) >= LEVELS - 2


def test_the_middle_of_the_ramp_is_the_background_itself() -> None:
    theme = BUILTIN_THEMES["nord"]
    assert of_theme("nord").ramp[LEVELS // 2].name.lower() == theme.to_color_system().generate()["background"].lower()


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, (True, True)),
        ({"TERM": "xterm-256color", "LANG": "de_DE.UTF-8"}, (True, True)),
        ({"TERM": "xterm-256color", "LANG": "C"}, (False, False)),
        ({"LANG": "POSIX"}, (False, False)),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, (False, False)),
        ({"LC_CTYPE": "C.UTF-8"}, (True, True)),
        ({"LANG": "C", "LC_ALL": "C.UTF-8"}, (True, True)),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, (False, False)),
        ({"TERM": "linux", "NNTUI_GLYPHS": "blocks"}, (True, False)),
        ({"TERM": "dumb"}, (False, False)),
        ({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"}, (False, False)),
        ({"LC_ALL": "en_US.utf8", "LANG": "de_DE.ISO-8859-1"}, (True, True)),
        ({"TERM": "dumb", "NNTUI_GLYPHS": "braille"}, (True, True)),
        ({"NNTUI_GLYPHS": "blocks"}, (True, False)),
        ({"NNTUI_GLYPHS": "ascii"}, (False, False)),
        ({"NNTUI_GLYPHS": "nonsense"}, (True, True)),
    ],
)
def test_what_can_be_drawn_is_read_off_the_environment(env: dict[str, str], expected: tuple[bool, bool]) -> None:
    assert glyphs(env) == expected


def test_no_color_means_no_colour_in_any_style() -> None:
    look = of_theme("textual-dark", NO_COLOR="")
    assert not look.color and not look.ramp and not look.tints
    styles = [look.text, look.muted, look.title, look.train, look.validation, look.error, look.selected, *look.classes]
    assert all(style.color is None and style.bgcolor is None for style in styles)


@pytest.mark.parametrize("unicode", [True, False])
def test_verdicts_and_classes_are_told_apart_without_colour(unicode: bool) -> None:
    look = Look.plain(unicode=unicode)
    assert len({look.mark(severity) for severity in SEVERITIES}) == len(SEVERITIES)
    assert len({look.class_glyph(index) for index in range(8)}) == 8
    assert look.class_glyph(8) == look.class_glyph(0)


def test_a_running_apps_own_reading_of_no_color_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app: App[None] = App()  # takes the variable out of the environment
    assert not Look.of(app, {}).color


def test_equal_themes_give_equal_looks() -> None:
    assert of_theme("nord") == of_theme("nord")
    assert of_theme("nord") != of_theme("gruvbox")


def test_styles_of_cells_are_made_once() -> None:
    colour = of_theme("nord").ramp[0]
    assert painted(None, colour) is painted(None, colour)


def test_there_are_no_colour_literals_in_the_user_interface() -> None:
    folder = Path(nntui.tui.__file__).parent
    for file in folder.rglob("*.py"):
        found = re.findall(r"""["']#[0-9a-fA-F]{3,8}["']|rgb\(|from_rgb""", file.read_text(encoding="utf-8"))
        assert not found, f"{file.name}: {found}"
