"""What all dialogs share: a frame in the middle of the bench, escape to leave it, an answer or None."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from nntui.tui.arrangement import HEIGHTS, breakpoints

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None]):
    """A dialog; its answer is None if it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave without a change", id="dialog.leave", show=False),
        # With priority: a text field would take it for "copy".
        Binding("ctrl+c,ctrl+q", "leave", "Leave without a change", id="dialog.interrupt", show=False, priority=True),
    ]
    VERTICAL_BREAKPOINTS = breakpoints(HEIGHTS)

    def hint(self, *words: str) -> str:
        """The keys of the dialog, for its lower edge, in characters that the terminal has."""
        return (" - " if self.app.has_class("-ascii") else " · ").join(words)

    def action_leave(self) -> None:
        self.dismiss(None)
