"""Building by keys: layers in a few words, copies, skips around layers, the experiment as text, a network from a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from played import Played, text, until
from textual.widgets import Input, Static, TextArea

from nntui.errors import NntuiError
from nntui.lookup import Found
from nntui.nn.convolution import Conv2D
from nntui.nn.dense import Dense
from nntui.nn.regularization import Dropout
from nntui.nn.skip import Skip
from nntui.tui.app import NntuiApp
from nntui.tui.external import command, edited


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


def tags(app: NntuiApp) -> list[str]:
    return [layer.tag for layer in app.bench.experiment.network]


async def test_a_layer_is_added_in_a_few_words(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        before = tags(app)
        await pilot.press("a", *"dropout", "space", *"0.3", "enter")
        await pilot.pause()
        assert app.bench.experiment.network[1] == Dropout(0.3)
        await pilot.press("u")
        assert tags(app) == before


async def test_words_that_mean_nothing_keep_the_list_open_and_are_said(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", *"conv2d", "space", *"8", "space", *"k0", "enter")
        await pilot.pause()
        said = str(app.screen.query_one("#story", Static).content)
        assert "kernel" in said and "got 0" in said
        await pilot.press("backspace", "3", "enter")
        await pilot.pause()
        assert app.bench.experiment.network[1] == Conv2D(8, 3)


async def test_a_layer_named_only_asks_for_its_options(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a", *"dense", "enter")
        await until(pilot, lambda: app.screen.query("#field-units"))
        await pilot.press(*"5", "enter")
        await pilot.pause()
        assert app.bench.experiment.network[1] == Dense(5)


async def test_a_layer_is_copied_and_wrapped_and_unwrapped(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        first = app.bench.experiment.network[0]
        await pilot.press("D")
        assert app.bench.experiment.network[:2] == (first, first) and app.bench.draft.selected == (1,)
        await pilot.press("W")
        assert app.bench.experiment.network[1] == Skip((first,))
        await pilot.press("W")
        assert app.bench.experiment.network[:2] == (first, first)
        await pilot.press("G", "D")
        await until(pilot, lambda: "is no layer" in " ".join(notice.message for notice in app._notifications))


async def test_the_experiment_is_edited_as_text_and_judged_while_it_is_typed(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: app.screen.query(TextArea))
        area, outlook = app.screen.query_one(TextArea), app.screen.query_one("#outlook", Static)
        assert "layers" in str(outlook.content)
        whole = area.text
        area.text = whole.replace("units = 4", "units = 0")
        await pilot.pause()
        assert str(outlook.content) == "network[0].units: expected an integer >= 1, got 0"
        await pilot.press("ctrl+s")
        assert app.screen.query(TextArea)  # what can't be read isn't taken
        area.text = whole.replace("units = 4", "units = 7")
        await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.bench.experiment.network[0] == Dense(7)


async def test_broken_text_says_the_line_and_goes_there(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: app.screen.query(TextArea))
        area = app.screen.query_one(TextArea)
        area.text = area.text + "\n[training\n"
        await pilot.pause()
        assert "line" in str(app.screen.query_one("#outlook", Static).content)
        area.move_cursor((0, 0))
        await pilot.press("ctrl+g")
        assert area.cursor_location[0] > 5


async def test_text_that_was_typed_is_not_thrown_away_without_a_question(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t", "x", "escape")
        await until(pilot, lambda: "Throw it away?" in str([static.content for static in app.screen.query(Static)]))
        await pilot.press("escape", "escape")
        await pilot.press("enter")
        await pilot.pause()
        assert tags(app)  # the bench is as it was


async def test_a_persons_own_editor_gives_its_text_back(app: NntuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.tui.external.edited", lambda before: before.replace("units = 4", "units = 9"))
    monkeypatch.setattr(type(app), "suspend", lambda self: _nothing())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("T")
        await until(pilot, lambda: app.screen.query(TextArea))
        assert "units = 9" in app.screen.query_one(TextArea).text
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.bench.experiment.network[0] == Dense(9)


class _nothing:
    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


async def test_a_network_comes_from_the_browser(app: NntuiApp, played: Played) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("I")
        await until(pilot, lambda: app.screen.query(Input))
        app.screen.query_one(Input).value = "chess.com"
        await pilot.pause()
        assert "begins with https://playground" in str(app.screen.query_one("#outlook", Static).content)
        app.screen.query_one(Input).value = "https://playground.tensorflow.org/#networkShape=3,2&activation=sigmoid&dataset=xor"
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert tags(app) == ["dense", "sigmoid", "dense", "sigmoid", "dense"]
        assert "playground" in text(app, "#header")


def test_the_editor_is_the_one_that_was_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf "more\\n" >> "$1"\n')
    script.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(script))
    assert edited("text\n") == "text\nmore\n"
    script.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(NntuiError, match="ended with 3: nothing was changed"):
        edited("text\n")
    monkeypatch.setenv("EDITOR", "no-such-editor --wait")
    with pytest.raises(NntuiError, match="The editor no-such-editor is not there"):
        command()
    monkeypatch.setenv("EDITOR", "")
    monkeypatch.setattr("nntui.tui.external.USUAL", ())
    with pytest.raises(NntuiError, match="No editor is known: set EDITOR"):
        command()
