"""The question before leaving while a run trains."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from nntui.tui.screens.dialog import Dialog

Leaving: TypeAlias = Literal["background", "stop", "discard"]

WAYS: tuple[tuple[str, str, Leaving | None], ...] = (
    ("k", "keep running in the background", "background"),
    ("s", "stop and save", "stop"),
    ("d", "discard the run", "discard"),
    ("c", "cancel", None),
)


class Quit(Dialog[Leaving]):
    """Answers what becomes of the run, or None to stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"leave_by({way!r})", label, id=f"quit.{way or 'cancel'}", show=False) for key, label, way in WAYS),
        Binding("j", "down", "Next", id="quit.down", show=False),
        Binding("q", "leave_by(None)", "Cancel", id="quit.again", show=False),
        # Who presses it twice wants out, and wants nothing lost.
        Binding("ctrl+c,ctrl+q", "leave_by('stop')", "Stop and save", id="quit.interrupt", show=False, priority=True),
    ]

    def __init__(self, told: str) -> None:
        super().__init__()
        self._told = told

    def compose(self) -> ComposeResult:
        with Vertical(id="quit", classes="dialog") as frame:
            frame.border_title = "the run is training"
            frame.border_subtitle = self.hint("enter takes it", "esc cancels")
            yield Static(self._told, markup=False)
            yield OptionList(
                *(Option(Content.assemble((f" {key} ", "bold"), f" {label}"), id=key) for key, label, _ in WAYS), compact=True
            )
            yield Static("In the background it goes on; `nntui` with its name watches it again.", classes="about")

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_leave_by(self, way: Leaving | None) -> None:
        self.dismiss(way)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(next(way for key, _, way in WAYS if key == event.option_id))
