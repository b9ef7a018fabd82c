"""The table of runs: filtered, sorted, labelled, deleted and had back, marked to be compared, opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import ClassVar, Literal, TypeAlias

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from nntui.errors import NntuiError
from nntui.runs.conditions import ConditionError
from nntui.runs.directory import list_runs, runs_home
from nntui.runs.labels import Labels, name_of, note_of, tags_of, write_labels
from nntui.runs.table import Filter, falls, names, ordered
from nntui.runs.trash import restore
from nntui.tui.actions import key
from nntui.tui.run_lines import COLUMNS, RunLine, about, laid_out, layout, lines
from nntui.tui.run_words import HELP, HINTS
from nntui.tui.screens.ask import Ask
from nntui.tui.screens.choose import FAINT, Choice, Choose
from nntui.tui.screens.dialog import Dialog
from nntui.tui.screens.help import Help

AGAIN = 2.0
"""Seconds until the list is read again, so that runs that train are seen to train."""

SHARE = 0.05
"""Most of the time that reading may take."""

Deed: TypeAlias = Literal["open", "overlay", "compare", "export"]


@dataclass(frozen=True)
class Wish:
    """What is wanted of which runs."""

    deed: Deed
    runs: tuple[Path, ...]


def _key(keys: str, action: str, text: str) -> Binding:
    return Binding(keys, action, text, id=f"runs.{action.split('(')[0]}_{keys.split(',')[0]}", show=False)


class Runs(Dialog[Wish]):
    """Answers what is wanted of the marked runs, or of the highlighted one. `delete` moves a run to the trash and says where to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("j,down", "move('cursor_down')", "Next"),
        _key("k,up", "move('cursor_up')", "Previous"),
        _key("pagedown", "move('page_down')", "Next page"),
        _key("pageup", "move('page_up')", "Previous page"),
        _key("g,home", "move('first')", "First"),
        _key("G,end", "move('last')", "Last"),
        _key("slash", "filter", "Filter"),
        _key("s", "sort", "Sort by"),
        _key("S", "reverse", "Sort the other way round"),
        _key("space", "mark", "Mark"),
        _key("o", "overlay", "Lay the marked runs over the bench's, or take them away"),
        _key("c", "compare", "Compare the marked run with the highlighted one, or the two marked ones"),
        _key("x", "export", "Write the run as files"),
        _key("r", "rename", "Rename"),
        _key("t", "tag", "Tag"),
        _key("n", "note", "Note"),
        _key("p", "pin", "Pin"),
        _key("d,D,delete", "delete", "Delete"),
        _key("u", "undo", "Have the last one back"),
        _key("question_mark,f1", "help", "What can be done here"),
        _key("q", "leave", "Leave"),
    ]

    class Listed(Message):
        """The runs were read."""

        def __init__(self, lines: list[RunLine], problem: str, seconds: float) -> None:
            super().__init__()
            self.lines, self.problem, self.seconds = lines, problem, seconds

    def __init__(self, delete: Callable[[Path], Path], now: Path | None, marked: Sequence[Path] = ()) -> None:
        super().__init__()
        self._delete = delete
        self._wanted = now.name if now is not None else ""
        """The run to highlight."""
        self._marked = {path.name for path in marked}
        self._deleted: list[Path] = []
        """Where they lie in the trash, the last one last."""
        self._lines: list[RunLine] = []
        self._shown: list[RunLine] = []
        self._timer: Timer | None = None
        self._filter = Filter("")
        self._key, self._down = "when", True
        self._told = "Looking for runs ..."
        """What an empty list says."""

    def compose(self) -> ComposeResult:
        with Vertical(id="runs", classes="dialog") as frame:
            frame.border_title = "runs"
            frame.border_subtitle = self.hint(*HINTS)
            yield Input(placeholder="/ filters: a part of a name, or val_accuracy > 0.9 and layers < 5", compact=True, id="filter")
            yield Static(id="head", markup=False)
            yield OptionList(id="choices", compact=True, markup=False)
            yield Static(id="story", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._fill()
        self._list()

    @work(thread=True, exit_on_error=False, exclusive=True, description="list runs")
    def _list(self) -> None:
        before, now = monotonic(), datetime.now()
        try:
            found, problem = lines(list_runs(), now), ""
        except NntuiError as error:
            found, problem = [], str(error)
        self.post_message(self.Listed(found, problem, monotonic() - before))

    @on(Listed)
    def _listed(self, message: Listed) -> None:
        self._told = message.problem or f"No runs yet in {runs_home()}: {key('train')} trains what is on the bench."
        if _looks(message.lines) != _looks(self._lines) or not message.lines:
            self._lines = message.lines
            self._fill()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(max(AGAIN, message.seconds / SHARE), self._list)

    # Showing

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        try:
            self._filter = Filter(event.value)
            self._fill()
        except ConditionError as error:  # perhaps only not finished yet: the list stays as it was
            self.query_one("#story", Static).update(str(error))

    def _fill(self) -> None:
        listing, kept = self.query_one(OptionList), {id(row) for row in self._filter.keep([one.row for one in self._lines])}
        by_row = {id(one.row): one for one in self._lines if id(one.row) in kept}
        try:
            found = ordered([one.row for one in by_row.values()], self._key, self._down)
        except NntuiError:  # the last run that had this value is gone
            found = [one.row for one in by_row.values()]
        self._shown = [by_row[id(row)] for row in found]
        wide = layout(self._lines, max(self.query_one("#head").size.width - 2, 20))
        sign = ("▾" if self._down else "▴") if not self.app.has_class("-ascii") else ("v" if self._down else "^")
        title = f"  {laid_out(COLUMNS, wide)}" if self._shown else ""
        self.query_one("#head", Static).update(Content.styled(title, FAINT))
        frame = self.query_one("#runs")
        frame.border_title = f"runs  {len(self._shown)} of {len(self._lines)}, by {self._key} {sign}" if self._lines else "runs"
        listing.clear_options()
        if self._shown:
            listing.add_options(Option(self._mark(one) + laid_out(one.cells, wide), id=one.name) for one in self._shown)
            order = [one.name for one in self._shown]
            called = [one.name for one in self._shown if self._filter.calls(one.summary)] or order
            listing.highlighted = order.index(self._wanted if self._wanted in called else called[0])
            return
        told = "no run is meant by that" if self._lines else "no runs"
        listing.add_option(Option(Content.styled(told, FAINT), disabled=True))
        self.query_one("#story", Static).update("" if self._lines else self._told)

    def _mark(self, one: RunLine) -> str:
        return ("+ " if self.app.has_class("-ascii") else "● ") if one.name in self._marked else "  "

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._fill)

    @property
    def chosen(self) -> RunLine | None:
        """The highlighted run."""
        at = self.query_one(OptionList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    @on(OptionList.OptionHighlighted)
    def _tell(self) -> None:
        if (one := self.chosen) is not None:
            self._wanted = one.name
            self.query_one("#story", Static).update(about(one))

    # Moving, filtering, sorting

    def action_move(self, where: str) -> None:
        getattr(self.query_one(OptionList), f"action_{where}")()

    def action_filter(self) -> None:
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        typing = self.query_one(Input)
        if typing.has_focus or typing.value:
            typing.value = ""
            self._filter = Filter("")
            self.query_one(OptionList).focus()
            self._fill()
        else:
            self.dismiss(None)

    @on(Input.Submitted)
    def _filtered(self) -> None:
        self.query_one(OptionList).focus()

    def action_help(self) -> None:
        self.app.push_screen(Help("runs", HELP, ""))

    def action_sort(self) -> None:
        if not self._lines:
            return
        choices = [Choice(name, "") for name in names(one.row for one in self._lines)]

        def chosen(name: str | None) -> None:
            if name is not None:
                self._key, self._down = name, falls(name)
                self._fill()

        self.app.push_screen(Choose("sort by", choices, self._key), chosen)

    def action_reverse(self) -> None:
        self._down = not self._down
        self._fill()

    # What is wanted of them

    def action_mark(self) -> None:
        if (one := self.chosen) is not None:
            self._marked ^= {one.name}
            self._fill()
            self.action_move("cursor_down")

    def action_overlay(self) -> None:
        self.dismiss(Wish("overlay", tuple(one.summary.path for one in self._lines if one.name in self._marked)))

    def action_compare(self) -> None:
        marked = [one for one in self._lines if one.name in self._marked]
        one = self.chosen
        if len(marked) == 1 and one is not None:
            marked = [*marked, one]
        if len(marked) != 2 or marked[0] is marked[1]:
            self.app.notify("Mark one run with space and highlight another, or mark two: c compares them.")
            return
        self.dismiss(Wish("compare", tuple(one.summary.path for one in marked)))

    def action_export(self) -> None:
        if (one := self.chosen) is not None:
            self.dismiss(Wish("export", (one.summary.path,)))

    @on(OptionList.OptionSelected)
    def _take(self) -> None:
        if (one := self.chosen) is not None:
            self.dismiss(Wish("open", (one.summary.path,)))

    # Labels

    def action_rename(self) -> None:
        self._ask("rename the run", lambda labels: labels.name, lambda labels, text: msgspec.structs.replace(labels, name=name_of(text)))

    def action_tag(self) -> None:
        self._ask(
            "tags, separated by spaces",
            lambda labels: " ".join(labels.tags),
            lambda labels, text: msgspec.structs.replace(labels, tags=tags_of(text.split())),
        )

    def action_note(self) -> None:
        self._ask("a note on the run", lambda labels: labels.note, lambda labels, text: msgspec.structs.replace(labels, note=note_of(text)))

    def action_pin(self) -> None:
        if (one := self.chosen) is not None:
            self._write(one, msgspec.structs.replace(one.summary.labels, pinned=not one.summary.labels.pinned))

    def _ask(self, title: str, now: Callable[[Labels], str], change: Callable[[Labels, str], Labels]) -> None:
        one = self.chosen
        if one is None:
            return
        labels = one.summary.labels

        def answered(new: Labels | None) -> None:
            if new is not None:
                self._write(one, new)

        self.app.push_screen(Ask(title, now(labels), lambda text: change(labels, text), one.name), answered)

    def _write(self, one: RunLine, labels: Labels) -> None:
        self._attempt(lambda: write_labels(one.summary.path, labels))

    # Deleting

    def action_delete(self) -> None:
        one = self.chosen
        if one is None:
            return
        at = self._shown.index(one)
        rest = [other.name for other in self._shown if other is not one]

        def delete() -> None:
            self._deleted.append(self._delete(one.summary.path))
            self._marked.discard(one.name)
            self._lines = [other for other in self._lines if other is not one]
            self._wanted = rest[min(at, len(rest) - 1)] if rest else ""
            self._told = f"No runs any more in {runs_home()}: u has the last one back."
            self._fill()
            self.app.notify(f"{one.name} lies in the trash: u has it back.", markup=False)

        self._attempt(delete)

    def action_undo(self) -> None:
        if not self._deleted:
            self.app.notify("Nothing was deleted here. `nntui trash` lists what was deleted before.")
            return

        def undo() -> None:
            self._wanted = restore(self._deleted[-1]).name
            del self._deleted[-1]

        self._attempt(undo)

    def _attempt(self, act: Callable[[], None]) -> None:
        """Do something to the runs on the disk, say what is refused, and read them again."""
        try:
            act()
        except NntuiError as error:
            self.app.notify(str(error), severity="error", markup=False)
        self._list()


def _looks(found: list[RunLine]) -> list[tuple[object, ...]]:
    """What can be seen of the lines."""
    return [(one.name, one.cells, about(one)) for one in found]
