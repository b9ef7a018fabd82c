"""What a language model says: its newest words below the results, and how it is made to say them."""

from __future__ import annotations

from textual.strip import Strip

from nntui.tui.look import Look
from nntui.tui.numbers import count, short
from nntui.tui.panes.row import Row, written
from nntui.tui.view import View


def speech(view: View, width: int, height: int, look: Look) -> list[Strip]:
    """At most `height` lines: when and how, then the prompt and what follows it; none if nothing was said."""
    said = view.history.said if view.history is not None else []
    if not said or height < 2:
        return []
    newest = said[-1]
    how = f"temperature {short(newest.temperature)}" + (f", top {newest.top_k}" if newest.top_k else "")
    head = Row(width).add(f" says at step {count(newest.step)}", look.muted)
    if head.used + len(how) + 3 <= width:
        head.right(f"{how} ", look.muted)
    text = " ".join(f"{newest.prompt}{newest.text}".split()) or "(nothing but blanks)"
    return [head.strip(), *written(look.shown(text), width, look.title, indent=1)[: height - 1]]
