"""Asks for one line of text."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from nntui.tui.screens.dialog import Dialog


class Ask(Dialog[str]):
    """Answers what was typed. `check` says what is wrong with a text, or nothing."""

    def __init__(self, title: str, told: str, text: str = "", check: Callable[[str], str] | None = None) -> None:
        super().__init__()
        self._title, self._told, self._text, self._check = title, told, text, check

    def compose(self) -> ComposeResult:
        with Vertical(id="ask", classes="dialog") as frame:
            frame.border_title = self._title
            frame.border_subtitle = self.hint("enter takes it", "esc leaves")
            yield Input(self._text, compact=True, id="answer")
            yield Static(self._told, id="told", markup=False)

    def _problem(self, text: str) -> str:
        return self._check(text) if self._check is not None else ""

    @on(Input.Changed)
    def _judge(self, event: Input.Changed) -> None:
        self.query_one("#told", Static).update(self._problem(event.value) or self._told)

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        if not self._problem(event.value):
            self.dismiss(event.value)
