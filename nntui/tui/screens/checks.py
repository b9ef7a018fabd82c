"""Checks on demand: a digit makes one, enter makes all; each says how far it is and what it came to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeAlias

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Static

from nntui.checks.catalogue import CHECKS
from nntui.diagnosis.thresholds import Severity
from nntui.errors import NntuiError
from nntui.tui.checking import Checking, Done, Progress
from nntui.tui.line import Lines
from nntui.tui.look import Look
from nntui.tui.numbers import percent
from nntui.tui.panes.blocks import bar
from nntui.tui.panes.row import Row, wrapped
from nntui.tui.screens.dialog import Dialog

States: TypeAlias = Mapping[str, Progress | Done]
"""By the name of a check, how far it is or what it came to."""

SEVERITY: dict[str, Severity] = {"pass": "healthy", "note": "note", "fail": "error"}


def lines(states: States, width: int, look: Look) -> list[Strip]:
    """Every check with its digit, and below it how far it is or what it came to."""
    strips = []
    for number, (name, question) in enumerate(CHECKS.items(), 1):
        state = states.get(name)
        row = Row(width).add(f" {number} ", look.title)
        if isinstance(state, Done):
            severity = SEVERITY.get(state.verdict)
            row.add(f"{look.mark(severity) if severity else '-'} ", look.severity(severity) if severity else look.muted)
        else:
            row.add("  ")
        row.add(name.replace("_", " "), look.title).add("  ").add(look.shown(question), look.muted)
        strips.append(row.strip())
        if isinstance(state, Done):
            style = look.error if state.verdict == "fail" else look.muted if state.verdict == "skipped" else look.text
            told = f"{state.verdict}: {state.sentence}" if state.verdict in ("fail", "skipped") else state.sentence
            strips += [Row(width).to(5).add(text, style).strip() for text in wrapped(look.shown(told), width - 6)]
        elif state is not None:
            cells = max(width - 16, 1)
            drawn = bar(state.share, cells, look)
            rest = ("─" if look.unicode else ".") * (cells - len(drawn))
            strips.append(Row(width).to(5).add(drawn, look.train).add(rest, look.faint).add(f" {percent(state.share)}", look.muted).strip())
    return strips


class Checks(Dialog[None]):
    """Makes checks while it is open. make: starts some, by name; begin: those to make at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "all", "Make all checks", id="checks.all", show=False),
        Binding("x", "cancel", "Stop checking", id="checks.cancel", show=False),
        Binding("j", "scroll('down')", "Down", id="checks.down", show=False),
        Binding("k", "scroll('up')", "Up", id="checks.up", show=False),
        *(Binding(str(n), f"one({n})", f"Make check {n}", id=f"checks.{n}", show=False) for n in range(1, len(CHECKS) + 1)),
    ]

    class Told(Message):
        """A check is so far, or done."""

        def __init__(self, checking: Checking, told: Progress | Done) -> None:
            super().__init__()
            self.checking, self.told = checking, told

    class Ended(Message):
        """The checks are done, or can't be made."""

        def __init__(self, checking: Checking, error: NntuiError | None) -> None:
            super().__init__()
            self.checking, self.error = checking, error

    def __init__(self, make: Callable[[Sequence[str]], Checking], begin: Sequence[str] = ()) -> None:
        super().__init__()
        self.states: dict[str, Progress | Done] = {}
        self._make, self._begin = make, begin
        self._checking: Checking | None = None

    @property
    def busy(self) -> bool:
        """Whether checks are being made."""
        return self._checking is not None

    def compose(self) -> ComposeResult:
        with Vertical(id="checks", classes="dialog") as frame:
            frame.border_title = "checks"
            frame.border_subtitle = self.hint(f"1-{len(CHECKS)} makes one", "enter makes all", "x stops", "esc leaves")
            with VerticalScroll(id="page"):
                yield Lines(id="checked")
            yield Static("On a copy: no run is touched.", id="what", markup=False)

    def on_mount(self) -> None:
        if self._begin:
            self._start(self._begin)

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._draw)

    def on_unmount(self) -> None:
        self._let_go()

    def _draw(self) -> None:
        width = self.query_one("#page", VerticalScroll).scrollable_content_region.width
        if width > 0:
            shown = lines(self.states, width, Look.of(self.app, os.environ))
            self.query_one("#checked", Lines).styles.height = len(shown)
            self.query_one("#checked", Lines).show(*shown)

    def _start(self, names: Sequence[str]) -> None:
        self.action_cancel()
        self.states |= {name: Progress(name, 0.0) for name in names}
        self._checking = self._make(names)
        self._check(self._checking)
        self._draw()

    @work(thread=True, exit_on_error=False)
    def _check(self, checking: Checking) -> None:
        error: NntuiError | None = None
        try:
            for told in checking.told():
                self.post_message(self.Told(checking, told))
        except NntuiError as refused:
            error = refused
        except Exception as mistake:
            error = NntuiError(f"the checks went wrong: {mistake!r}")
        self.post_message(self.Ended(checking, error))

    @on(Told)
    def _told(self, message: Told) -> None:
        if message.checking is self._checking:
            self.states[message.told.name] = message.told
            self._draw()

    @on(Ended)
    def _ended(self, message: Ended) -> None:
        if message.checking is not self._checking:
            return
        self._checking = None
        self._forget_unfinished()
        if message.error is not None:
            self.app.notify(str(message.error), severity="error", markup=False)

    def _forget_unfinished(self) -> None:
        self.states = {name: state for name, state in self.states.items() if isinstance(state, Done)}
        self._draw()

    def action_one(self, number: int) -> None:
        self._start([list(CHECKS)[number - 1]])

    def action_all(self) -> None:
        self._start(list(CHECKS))

    def action_cancel(self) -> None:
        if self._let_go():
            self._forget_unfinished()

    def _let_go(self) -> bool:
        """End what is being made. False if nothing is."""
        checking, self._checking = self._checking, None
        if checking is not None:
            checking.cancel()
        return checking is not None

    def action_scroll(self, where: str) -> None:
        getattr(self.query_one("#page", VerticalScroll), f"scroll_{where}")(animate=False)
