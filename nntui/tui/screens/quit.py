"""The question before leaving while a run trains: what becomes of it. It follows the run while it is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from nntui.tui.actions import key
from nntui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from nntui.tui.workbench import Workbench

Leaving: TypeAlias = Literal["background", "stop", "discard"]

AGAIN = 0.2
"""Seconds between two looks at the run."""


class Way(NamedTuple):
    """One answer."""

    key: str
    words: str
    leaving: Leaving | None
    """None stays."""


@dataclass(frozen=True)
class Question:
    """What is asked, as things are now."""

    title: str
    told: str
    ways: tuple[Way, ...]
    about: str = ""


def question(bench: Workbench) -> Question:
    """What becomes of the run on the bench, by its state. One that has ended is safe: leaving is all there is to ask."""
    run, status = bench.run, bench.status
    if bench.starting or run is None or status is None:
        told = "The trainer is starting."
    else:
        told = f"{run.name}, epoch {status.epoch:.0f} of {status.epochs}"
    if not (bench.live or bench.starting):
        more = bench.watched is not None and bench.watched.resumable
        about = f"nntui resume {run.name} goes on with it." if run is not None and more else ""
        return Question(f"the run is {bench.condition} now", told, (Way("q", "quit", "stop"), Way("c", "stay", None)), about)
    if bench.condition == "paused":
        background = Way("k", "keep it paused in the background", "background")
        about = f"In the background it stays paused; `nntui` with its name opens it again, and {key('train')} goes on."
    else:
        background = Way("k", "keep running in the background", "background")
        about = "In the background it goes on; `nntui` with its name watches it again."
    ways = (background, Way("s", "stop and save", "stop"), Way("d", "discard the run", "discard"), Way("c", "cancel", None))
    return Question(f"the run is {bench.condition}", told, ways, about)


class Quit(Dialog[Leaving]):
    """Answers what becomes of the run, or None to stay. `ask` is asked again and again: the run goes on meanwhile, or ends."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"answer({key!r})", label, id=f"quit.{id}", show=False) for key, label, id in (
            ("k", "Keep it in the background", "background"), ("s", "Stop and save", "stop"), ("d", "Discard the run", "discard"),
            ("c", "Cancel", "cancel"), ("q", "Quit, if the run has ended; else cancel", "again"),
        )),
        Binding("j", "down", "Next", id="quit.down", show=False),
        # Who presses it twice wants out, and wants nothing lost.
        Binding("ctrl+c,ctrl+q", "stop", "Stop and save", id="quit.interrupt", show=False, priority=True),
    ]  # fmt: skip

    def __init__(self, ask: Callable[[], Question]) -> None:
        super().__init__()
        self._ask = ask
        self.question = ask()

    def compose(self) -> ComposeResult:
        with Vertical(id="quit", classes="dialog") as frame:
            frame.border_subtitle = self.hint("enter takes it", "esc cancels")
            yield Static(id="told", markup=False)
            yield OptionList(compact=True)
            yield Static(id="after", classes="about", markup=False)

    def on_mount(self) -> None:
        self._show()
        self.set_interval(AGAIN, self._follow)

    def _follow(self) -> None:
        now = self._ask()
        if now != self.question:
            self.question, before = now, self.question
            self._show(now.ways != before.ways)

    def _show(self, other_ways: bool = True) -> None:
        asked = self.question
        self.query_one("#quit").border_title = asked.title
        self.query_one("#told", Static).update(asked.told)
        self.query_one("#after", Static).update(asked.about)
        self.query_one("#after").display = bool(asked.about)
        if other_ways:
            listing = self.query_one(OptionList)
            listing.clear_options()
            listing.add_options(Option(Content.assemble((f" {key} ", "bold"), f" {label}"), id=key) for key, label, _ in asked.ways)
            listing.highlighted = 0

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_answer(self, key: str) -> None:
        """The answer that this key stands for, if it is one now; q where it isn't takes the question back."""
        found = {known: way for known, _, way in self.question.ways}
        if key in found or key == "q":
            self.dismiss(found.get(key))

    def action_stop(self) -> None:
        self.dismiss("stop")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.action_answer(event.option_id or "")
