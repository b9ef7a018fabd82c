"""A question with two answers, for what can't be taken back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from nntui.tui.screens.dialog import Dialog


class Confirm(Dialog[bool]):
    """Answers whether to do it. Enter alone doesn't: the first line is to leave it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Do it", id="confirm.yes", show=False),
        Binding("n,q", "answer(False)", "Leave it", id="confirm.no", show=False),
    ]

    def __init__(self, title: str, question: str, deed: str) -> None:
        super().__init__()
        self._title, self._question, self._deed = title, question, deed

    def compose(self) -> ComposeResult:
        with Vertical(id="confirm", classes="dialog") as frame:
            frame.border_title = self._title
            frame.border_subtitle = self.hint("y or n", "esc leaves")
            yield Static(self._question, markup=False)
            answers = (("n", "leave it"), ("y", self._deed))
            yield OptionList(*(Option(Content.assemble((f" {key} ", "bold"), f" {text}"), id=key) for key, text in answers), compact=True)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id == "y")
