"""The glossary knows everything that can be chosen, and says it shortly."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from nntui.cli import program
from nntui.glossary import card, cards
from nntui.nn.catalogue import BY_TAG
from nntui.tui.parts import BY_NAME

CHOSEN = [*BY_TAG, *(kind for part in ("loss", "optimizer", "schedule", "program") for kind in BY_NAME[part].kinds)]


@pytest.mark.parametrize("name", CHOSEN)
def test_everything_that_can_be_chosen_has_a_card(name: str) -> None:
    assert card(name) is not None


@pytest.mark.parametrize("word", cards())
def test_a_card_begins_with_one_sentence_in_bold_and_stays_short(word: str) -> None:
    body = cards()[word]
    assert body.startswith("**") and "**" in body[2:]
    assert len(body.split()) < 130, "who wants more reads the source"
    assert body.count("**") % 2 == 0 and body.count("`") % 2 == 0
    for source in re.findall(r"^\*[^*].*\*$", body, re.MULTILINE):
        assert re.search(r"\d{4}|CS231n|\d", source), f"{word}: a source has a year"


def test_an_unknown_word_has_no_card() -> None:
    assert card("flux") is None


def explain(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(program, ["explain", *words])
    return result.exit_code, result.output


def test_a_word_is_explained_in_the_shell() -> None:
    code, text = explain("vanishing", "gradients")
    assert code == 0 and text.startswith("vanishing gradients\n\nδ shrinks") and "**" not in text
    assert explain("batch-norm")[0] == explain("Batch_Norm")[0] == 0


def test_without_a_word_all_are_listed_and_an_unknown_one_is_told_with_close_ones() -> None:
    code, text = explain()
    assert code == 0 and "dropout" in text and "adamw" in text
    code, text = explain("droput")
    assert code == 2 and "did you mean dropout" in text
