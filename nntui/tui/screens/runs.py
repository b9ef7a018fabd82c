"""All runs, newest first: typing filters, enter opens one, and one can be deleted after a question that names it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from nntui.errors import NntuiError
from nntui.runs.directory import list_runs, runs_home
from nntui.tui.run_lines import HEAD, RunLine, laid_out, line, widths
from nntui.tui.screens.choose import FAINT
from nntui.tui.screens.confirm import Confirm
from nntui.tui.screens.dialog import Dialog

AGAIN = 2.0
"""Seconds until the list is read again, so that runs that train are seen to train."""

SHARE = 0.05
"""Most of the time that reading may take."""


class Filter(Input):
    """Leaves the capital D to the list: names of runs have none."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character != "D" and super().check_consume_key(key, character)


class Runs(Dialog[Path]):
    """Answers the folder of the chosen run. `delete` removes a run, or raises NntuiError."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move('cursor_down')", "Next", id="runs.down", show=False, priority=True),
        Binding("up", "move('cursor_up')", "Previous", id="runs.up", show=False, priority=True),
        Binding("pagedown", "move('page_down')", "Next page", id="runs.page_down", show=False, priority=True),
        Binding("pageup", "move('page_up')", "Previous page", id="runs.page_up", show=False, priority=True),
        Binding("D,delete", "delete", "Delete the run", id="runs.delete", show=False, priority=True),
    ]

    class Listed(Message):
        """The runs were read."""

        def __init__(self, lines: list[RunLine], problem: str, seconds: float) -> None:
            super().__init__()
            self.lines, self.problem, self.seconds = lines, problem, seconds

    def __init__(self, delete: Callable[[Path], None], now: Path | None) -> None:
        super().__init__()
        self._delete = delete
        self._wanted = now.name if now is not None else ""
        """The run to highlight."""
        self._lines: list[RunLine] = []
        self._told = "Looking for runs ..."
        """What an empty list says."""

    def compose(self) -> ComposeResult:
        with Vertical(id="runs", classes="dialog") as frame:
            frame.border_title = "runs"
            frame.border_subtitle = self.hint("type to filter", "enter opens it", "D deletes it", "esc leaves")
            yield Filter(placeholder="filter", compact=True, id="filter")
            yield Static(id="head", markup=False)
            yield OptionList(id="choices", compact=True, markup=False)
            yield Static(id="story", markup=False)

    def on_mount(self) -> None:
        self._fill()
        self._list()

    @work(thread=True, exit_on_error=False, exclusive=True)
    def _list(self) -> None:
        before, now = monotonic(), datetime.now()
        try:
            found, problem = [line(summary, now) for summary in list_runs()], ""
        except NntuiError as error:
            found, problem = [], str(error)
        self.post_message(self.Listed(found, problem, monotonic() - before))

    @on(Listed)
    def _listed(self, message: Listed) -> None:
        self._told = message.problem or f"No runs yet in {runs_home()}: space trains the experiment on the bench, and that makes one."
        if message.lines != self._lines or not message.lines:
            self._lines = message.lines
            self._fill()
        self.set_timer(max(AGAIN, message.seconds / SHARE), self._list)

    @on(Input.Changed, "#filter")
    def _fill(self) -> None:
        listing, text = self.query_one(OptionList), self.query_one(Input).value
        found = [one for one in self._lines if one.matches(text)]
        wide = widths(self._lines)
        self.query_one("#head", Static).update(Content.styled(laid_out(HEAD, wide) if found else "", FAINT))
        listing.clear_options()
        if found:
            listing.add_options(Option(laid_out(one.cells, wide), id=one.summary.name) for one in found)
            names = [one.summary.name for one in found]
            called = [one.summary.name for one in found if one.is_called(text)] or names
            listing.highlighted = names.index(self._wanted if self._wanted in called else called[0])
            return
        told = f'no run is called like "{text}"' if self._lines else "no runs"
        listing.add_option(Option(Content.styled(told, FAINT), disabled=True))
        self.query_one("#story", Static).update("" if self._lines else self._told)

    def action_move(self, where: str) -> None:
        getattr(self.query_one(OptionList), f"action_{where}")()

    @property
    def chosen(self) -> RunLine | None:
        """The highlighted run."""
        listing = self.query_one(OptionList)
        if listing.highlighted is None:
            return None
        id = listing.get_option_at_index(listing.highlighted).id
        return next((one for one in self._lines if one.summary.name == id), None)

    @on(OptionList.OptionHighlighted)
    def _tell(self) -> None:
        one = self.chosen
        if one is None:
            return
        self._wanted = one.summary.name
        status = one.summary.status
        said = one.summary.problem or (status.message if status is not None else "")
        told = [one.summary.title, f"{said}" if said else "", one.summary.name]
        self.query_one("#story", Static).update("\n".join(part for part in told if part))

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _take(self) -> None:
        one = self.chosen
        if one is not None:
            self.dismiss(one.summary.path)

    def action_delete(self) -> None:
        one = self.chosen
        if one is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._remove(one)

        name = one.summary.name
        self.app.push_screen(Confirm("delete a run", f"Delete {name}, with its measurements and checkpoints?", "delete it"), answered)

    def _remove(self, one: RunLine) -> None:
        try:
            self._delete(one.summary.path)
        except NntuiError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        at = self._lines.index(one) if one in self._lines else 0
        self._lines = [other for other in self._lines if other.summary.name != one.summary.name]
        self._wanted = self._lines[min(at, len(self._lines) - 1)].summary.name if self._lines else ""
        self._told = f"No runs any more in {runs_home()}: space trains the experiment on the bench, and that makes one."
        self._fill()
