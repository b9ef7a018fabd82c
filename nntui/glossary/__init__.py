"""What there is to know of every layer, loss, optimizer and word: short cards in Markdown, read from the files beside this one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PARTS = ("layers", "training", "words")


def card(word: str) -> str | None:
    """The card of a word, Markdown without its heading; None if there is none."""
    return cards().get(word)


@cache
def cards() -> dict[str, str]:
    """All cards by their word."""
    found: dict[str, str] = {}
    for part in PARTS:
        text = (Path(__file__).parent / f"{part}.md").read_text(encoding="utf-8")
        found |= {name: body.strip() for name, _, body in (one.partition("\n") for one in ("\n" + text).split("\n# ")[1:])}
    return found
