"""Asks where the experiment is to be written, and once more before another file is replaced."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from nntui.errors import NntuiError
from nntui.tui.saving import destination
from nntui.tui.screens.confirm import Confirm
from nntui.tui.screens.dialog import Dialog


class Save(Dialog[Path]):
    """Answers the file to write; one that exists was agreed to be replaced."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", "Take it", id="save.accept", show=False, priority=True)]

    def __init__(self, name: str, ask: bool = True) -> None:
        """ask: whether a file that exists is replaced only after a question."""
        super().__init__()
        self._name, self._ask = name, ask

    def compose(self) -> ComposeResult:
        with Vertical(id="save", classes="dialog") as frame:
            frame.border_title = "save the experiment as a file"
            frame.border_subtitle = self.hint("enter writes it", "esc leaves")
            yield Input(f"{self._name}.toml", compact=True, select_on_focus=True, id="filter")
            yield Static(id="outlook", markup=False)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._judge()

    def _judge(self) -> Path | None:
        """Say where it goes, or why it can't."""
        outlook, path = self.query_one("#outlook", Static), None
        try:
            path = destination(self.query_one(Input).value)
            outlook.update(f"{path}{' exists' if path.exists() else ''}")
        except NntuiError as error:
            outlook.update(str(error))
        outlook.set_class(path is None, "-wrong")
        return path

    def action_accept(self) -> None:
        path = self._judge()
        if path is None:
            return
        if not (self._ask and path.exists()):
            self.dismiss(path)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(path)

        self.app.push_screen(Confirm("replace a file", f"{path} exists. Replace it?", "replace it"), answered)
