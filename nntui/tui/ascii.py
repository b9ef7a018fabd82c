"""Everything in ASCII: the last word on terminals that have nothing else.

Panes draw with letters by themselves where a `Look` says so; what comes from elsewhere - borders, scroll bars, lists,
help texts, names that people gave - goes through this filter, cell for cell, so that nothing slips through.
"""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

WIDE: dict[str, str] = {"→": "->", "←": "<-", "…": "...", "δ": "delta", "²": "^2", "³": "^3", "≥": ">=", "≤": "<=", "≈": "~="}
"""What takes more letters, where there is room for them."""

NARROW: dict[str, str] = {
    "×": "x", "÷": "/", "−": "-", "–": "-", "—": "-", "·": "-", "•": "*", "…": "~", "→": ">", "←": "<", "↑": "^", "↓": "v",
    "δ": "d", "Δ": "d", "∂": "d", "μ": "u", "σ": "s", "β": "b", "ε": "e", "λ": "l", "η": "n", "γ": "g", "Σ": "S", "√": "V",
    "²": "2", "³": "3", "≥": ">", "≤": "<", "≈": "~", "≠": "#", "‖": "|", "▸": ">", "▶": ">", "▼": "v", "▲": "^", "●": "*", "○": "o",
    "■": "#", "□": "o", "✓": "+", "✗": "x", "★": "*", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\N{NO-BREAK SPACE}": " ",
    "ä": "a", "ö": "o", "ü": "u", "Ä": "A", "Ö": "O", "Ü": "U", "ß": "s", "é": "e", "è": "e",
}  # fmt: skip
"""The nearest letter of the same width."""


BLOCKS: dict[str, str] = {
    "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "▔": "-", "▏": "|", "▎": "|", "▕": "|", "░": ".", "▒": ":",
}  # fmt: skip
"""Bars by their height; the others are nearly full."""


def in_ascii(text: str) -> str:
    """A text with letters only, as long as it has to be."""
    return text if text.isascii() else "".join(WIDE.get(character) or _cell(character) for character in text)


@lru_cache(maxsize=4096)
def same_width(text: str) -> str:
    """A text with letters only, exactly as many cells wide."""
    return text if text.isascii() else "".join(map(_cell, text))


@lru_cache(maxsize=4096)
def _cell(character: str) -> str:
    if character.isascii():
        return character
    if character in NARROW:
        return NARROW[character]
    code = ord(character)
    if 0x2500 <= code <= 0x257F:  # box drawing
        return "-" if character in "─━┄┅┈┉╌╍═╴╶╸╺╼╾" else "|" if character in "│┃┆┇┊┋╎╏║╵╷╹╻╽╿" else "+"
    if 0x2580 <= code <= 0x259F:
        return BLOCKS.get(character, "#")
    if 0x2800 <= code <= 0x28FF:  # braille
        return " " if code == 0x2800 else "."
    return "?" * cell_len(character)


class AsciiFilter(LineFilter):
    """Puts a letter in the place of everything that isn't one."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(same_width(segment.text), segment.style, segment.control)
            for segment in segments
        ]
