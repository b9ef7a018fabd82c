"""`?` explains what is selected, `/` any word."""

from __future__ import annotations

import pytest
from played import Played, until
from textual.widgets import Markdown

from nntui.lookup import Found
from nntui.tui.app import NntuiApp
from nntui.tui.draft import Draft
from nntui.tui.explaining import about, about_row, words
from nntui.tui.screens.help import Help


@pytest.fixture
def app(target: Found, played: Played) -> NntuiApp:
    return NntuiApp(target, played)


def test_a_layer_is_explained_with_its_options_and_shapes(target: Found) -> None:
    draft = Draft(target.experiment, "tiny")
    text = about_row(draft)
    assert text.startswith("## dense\n\n**Every output sees every input.**")
    assert "| `units` |" in text and "Here: 2 → 4, 12 parameters." in text


def test_every_other_row_is_explained_by_what_it_is(target: Found) -> None:
    draft = Draft(target.experiment, "tiny")
    told = {}
    for row in Draft.rows(target.experiment):
        if isinstance(row, str):
            draft.selected = row
            told[row] = about_row(draft).splitlines()[0]
    assert told["loss"] == "## cross_entropy" and told["schedule"] == "## constant"
    assert told["input"].startswith("## ") and told["setup"] == "## setup"


def test_words_are_listed_with_their_first_sentence() -> None:
    found = {choice.id: choice.summary for choice in words()}
    assert found["epoch"] == "Once through all training examples."
    assert "There is no card" in about("flux")


async def test_question_mark_explains_the_selected_layer_and_the_pane(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j", "question_mark")
        await until(pilot, lambda: isinstance(app.screen, Help))
        text = app.screen.query_one(Markdown).source
        assert text.startswith("## tanh") and "## Keys" in text


async def test_slash_looks_a_word_up(app: NntuiApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("slash", *"update", "enter")
        await until(pilot, lambda: isinstance(app.screen, Help))
        text = app.screen.query_one(Markdown).source
        assert text.startswith("## update ratio") and "Keys" not in text
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Help))
