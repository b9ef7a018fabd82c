"""Asks for one line of text; what can't be taken is said while it is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from nntui.errors import NntuiError
from nntui.tui.screens.dialog import Dialog

Taken = TypeVar("Taken")


class Ask(Dialog[Taken], Generic[Taken]):
    """Answers what `read` makes of the text. `read` raises NntuiError for what it can't take."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", "Take it", id="ask.accept", show=False, priority=True)]

    def __init__(self, title: str, text: str, read: Callable[[str], Taken], about: str = "") -> None:
        super().__init__()
        self._title, self._text, self._read, self._about = title, text, read, about

    def compose(self) -> ComposeResult:
        with Vertical(id="ask", classes="dialog") as frame:
            frame.border_title = self._title
            frame.border_subtitle = self.hint("enter takes it", "esc leaves")
            yield Input(self._text, compact=True, select_on_focus=True, id="filter")
            yield Static(self._about, id="outlook", markup=False)

    @on(Input.Changed)
    def _judge(self) -> list[Taken]:
        """What would be answered, or nothing and why."""
        outlook = self.query_one("#outlook", Static)
        try:
            found = [self._read(self.query_one(Input).value)]
        except NntuiError as error:
            outlook.update(str(error))
            outlook.add_class("-wrong")
            return []
        outlook.update(self._about)
        outlook.remove_class("-wrong")
        return found

    def action_accept(self) -> None:
        for taken in self._judge():
            self.dismiss(taken)
