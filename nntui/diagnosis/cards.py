"""What there is to know about each finding: theory, what to look at, and where it is from. Read from cards.md."""

from __future__ import annotations

from functools import cache
from pathlib import Path


def card(rule: str) -> str:
    """Markdown without its heading. Raises KeyError for a rule without a card."""
    return cards()[rule]


@cache
def cards() -> dict[str, str]:
    """All cards by the name of their finding."""
    text = (Path(__file__).parent / "cards.md").read_text(encoding="utf-8")
    parts = ("\n" + text).split("\n# ")[1:]
    return {name: body.strip() for name, _, body in (part.partition("\n") for part in parts)}
