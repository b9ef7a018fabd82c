"""Help: what the focused pane shows and what to look for, then every key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Markdown

from nntui.tui.actions import ACTIONS
from nntui.tui.screens.dialog import Dialog


def key_tables() -> str:
    """Every action, by group, as Markdown tables."""
    groups = dict.fromkeys(action.group for action in ACTIONS)
    text = ""
    for group in groups:
        rows = "\n".join(f"| `{action.all_keys}` | {action.description} |" for action in ACTIONS if action.group == group)
        text += f"\n### {group}\n\n| key | |\n|:--|:--|\n{rows}\n"
    return text


class Help(Dialog[None]):
    """Shows Markdown; any of the usual keys scrolls or leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,q,enter", "leave", "Leave", id="help.leave", show=False),
        Binding("j", "scroll('down')", "Down", id="help.down", show=False),
        Binding("k", "scroll('up')", "Up", id="help.up", show=False),
        Binding("space", "scroll('page_down')", "Next page", id="help.page", show=False),
    ]

    def __init__(self, title: str, text: str, keys: str | None = None) -> None:
        """keys: those that are explained below the text, as Markdown; those of the workbench by default, "" for none."""
        super().__init__()
        told = key_tables() if keys is None else keys
        self._title, self._text = title, f"{text}\n\n## Keys\n{told}" if told else text

    def compose(self) -> ComposeResult:
        with Vertical(id="help", classes="dialog") as frame:
            frame.border_title = self._title
            frame.border_subtitle = self.hint("arrows scroll", "esc leaves")
            with VerticalScroll(id="page"):
                yield Markdown(self._text, open_links=False)

    def action_scroll(self, where: str) -> None:
        getattr(self.query_one("#page", VerticalScroll), f"scroll_{where}")(animate=False)
