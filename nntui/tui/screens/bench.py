"""The bench itself: header, panes, one sentence, footer; one timer that reads what is new and shows it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import ClassVar, NoReturn, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize
from textual.screen import Screen
from textual.worker import get_current_worker

from nntui.config import Config
from nntui.data.planar import Planar
from nntui.data.source import Source
from nntui.errors import NntuiError
from nntui.tui.actions import BY_ID, bindings
from nntui.tui.arrangement import HEIGHTS, WIDTHS, breakpoints
from nntui.tui.commands import Commands
from nntui.tui.consultation import Inquiry
from nntui.tui.edges import edges
from nntui.tui.film import Film
from nntui.tui.gallery import Gallery
from nntui.tui.line import Lines
from nntui.tui.look import Look
from nntui.tui.messages import DataSummarized, Diagnosed, RunOpened, RunRead, StartRefused, WorkDone
from nntui.tui.panes.catalogue import PANES
from nntui.tui.panes.pane import RowClicked
from nntui.tui.parts import BY_NAME
from nntui.tui.screens.quit import Leaving
from nntui.tui.trainers import Start, Trainers
from nntui.tui.workbench import Workbench

CALM = 1.0
"""Seconds without another experiment after which its data is worth a look in another process."""

IDLE = 0.5
"""Seconds between two looks when nothing trains."""

SHARE = 0.25
"""Share of one core that drawing may take: frames that take longer come less often."""

SLOW = 0.02
"""Seconds of reading a run from which on it is read in a thread."""

Result = TypeVar("Result")


def _raise(error: Exception) -> NoReturn:
    raise error


class Bench(Screen[None]):
    """The screen of a `Workbench`."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    HORIZONTAL_BREAKPOINTS = breakpoints(WIDTHS)
    VERTICAL_BREAKPOINTS = breakpoints(HEIGHTS)
    AUTO_FOCUS = ""  # the layout says which

    def __init__(
        self, bench: Workbench, trainers: Trainers, opening: Path | None = None, settings: Config = Config()  # noqa: B008 - immutable
    ) -> None:
        super().__init__()
        self.settings = settings
        self._frame = 1.0 / settings.fps
        """Seconds between two looks at a run that trains."""
        self.bench, self.trainers = bench, trainers
        self.commands = Commands(self)
        self._opening = opening
        self.look = Look()
        self.gallery = Gallery(self.look, settings.remember_layout)
        self.looking_at: tuple[Source, int] | None = None
        self.film = Film(self)
        self.mishap = ""
        """The traceback of the last action that went wrong in an unforeseen way."""
        self._due = 0.0
        self._slow = self._reading = self._stale = False
        self._leaving: Leaving | None = None

    def compose(self) -> ComposeResult:
        yield Lines(id="header")
        yield self.gallery
        yield Lines(id="remark")
        yield Lines(id="footer")

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._dress())
        self._dress()
        self.set_interval(self._frame, self._tick)
        if self._opening is not None:
            self._open_run(self._opening)

    def _dress(self) -> None:
        """Take on the theme's colours and the terminal's glyphs."""
        asked = {} if self.settings.glyphs == "auto" else {"NNTUI_GLYPHS": self.settings.glyphs}
        self.look = Look.of(self.app, {**asked, **os.environ})
        self.app.set_class(not self.look.unicode, "-ascii")
        # A console without braille has no round corners either.
        self.app.set_class(self.look.unicode and not self.look.braille, "-square")
        self.redraw()

    # Acting

    def action_do(self, id: str) -> None:
        """Do an action of the table; a click on another screen's footer may arrive when that has just been left."""
        if id in BY_ID:
            self.attempt(getattr(self.commands, id))

    def action_edit_part(self, name: str) -> None:
        """Open the form of a part of the experiment."""
        self.attempt(lambda: self.commands.edit_part(BY_NAME[name]))

    def action_inspect(self, aspect: str) -> None:
        """Look at an aspect of the network."""
        self.attempt(lambda: self.commands.inspect(aspect))

    def action_check(self, name: str) -> None:
        """Make one check."""
        self.attempt(lambda: self.commands.checks((name,)))

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something; what is refused is said."""
        before = self.bench.experiment
        try:
            act()
        except NntuiError as error:
            self.app.notify(str(error), severity="error", markup=False)
        except Exception as error:
            self._survive(error)
        if self.bench.experiment != before:
            self._preview()
        self._look_for_faults()
        self._say()
        self.redraw()
        self._due = 0.0

    def _survive(self, error: Exception) -> None:
        """A mistake of ours is told, once; the run and the app go on."""
        mishap = "".join(traceback.format_exception(error))
        if mishap != self.mishap:
            self.mishap = mishap
            self.log.error(mishap)
            self.app.notify(f"That didn't work ({type(error).__name__}: {error}).", severity="error", markup=False)

    def start(self, wish: Start | None) -> None:
        """Start a trainer, if one is wished for."""
        if wish is not None:
            self._launch(wish)

    # Workers have descriptions, or Textual makes one of everything that they are given, which takes longer than the work.

    @work(thread=True, exit_on_error=False, description="start a trainer")
    def _launch(self, wish: Start) -> None:
        try:
            self.post_message(RunOpened(self.trainers.start(wish), wish.experiment))
        except NntuiError as error:
            self.post_message(StartRefused(error))
        except Exception as error:
            self.post_message(StartRefused(NntuiError(f"the trainer can't be started: {error!r}")))

    def open_run(self, path: Path) -> None:
        """Put a run and its experiment on the bench, unless it is there."""
        from nntui.runs.directory import run_name

        if self.bench.run is None or self.bench.run.path != path:
            self._open_run(path, run_name(path))

    @work(thread=True, exit_on_error=False, description="open a run")
    def _open_run(self, path: Path, name: str = "") -> None:
        from nntui.runs.run import Run

        try:
            run = Run(path)
            self.post_message(RunOpened(run, run.experiment, name))
        except NntuiError as error:
            self.post_message(StartRefused(error))

    def aside(self, work: Callable[[], Result], then: Callable[[Result], object], group: str) -> None:
        """Do something in a thread, then something with what came of it; what is refused is said. The last of a group counts."""

        def both() -> None:
            try:
                found = work()
            except Exception as error:
                self.post_message(WorkDone(partial(_raise, error)))
            else:
                self.post_message(WorkDone(lambda: then(found)))

        self.run_worker(both, thread=True, exit_on_error=False, exclusive=True, group=group)

    @on(WorkDone)
    def _work_done(self, message: WorkDone) -> None:
        self.attempt(message.then)

    @on(RunOpened)
    def _run_opened(self, message: RunOpened) -> None:
        if message.name:
            self.attempt(lambda: self.bench.watch(message.run, message.trained, message.name))
            return
        self.attempt(lambda: self.bench.attach(message.run, message.trained))
        self.leave(self._leaving)

    def reattach(self, path: Path) -> None:
        """Watch a run again that trains what is on the bench."""
        self._open_run(path)

    @on(StartRefused)
    def _start_refused(self, message: StartRefused) -> None:
        self.bench.refused(message.error)
        self._say()
        self.redraw()

    def _say(self) -> None:
        """Say what there is to say, once."""
        notices, self.bench.notices = self.bench.notices, []
        for notice in notices:
            self.app.notify(notice.text, severity=notice.severity, markup=False)

    # Data before training

    def _preview(self) -> None:
        """Points in a plane are shown before the start; making them needs NumPy, so not before the first paint."""
        key = self.bench.data_key
        if self.bench.view().summary is not None or key == self.looking_at:
            return
        if isinstance(key[0], Planar):
            self.looking_at = key
            self._summarize(*key)
        elif self.bench.experiment.program.tag == "supervised":
            self.set_timer(CALM, partial(self._look_elsewhere, key))

    def _look_elsewhere(self, key: tuple[Source, int]) -> None:
        """Data that takes longer is looked at in another process, when nothing has happened for a moment: for the rules about data."""
        bench = self.bench
        if key == bench.data_key and key != self.looking_at and bench.view().summary is None and bench.condition == "untrained":
            self.looking_at = key
            self._summarize_elsewhere(*key)

    @work(thread=True, exit_on_error=False, exclusive=True, group="preview", description="look at the data elsewhere")
    def _summarize_elsewhere(self, source: Source, seed: int) -> None:
        from nntui.training.seen import seen

        worker = get_current_worker()
        summary = seen(source, seed, lambda: worker.is_cancelled)
        if summary is not None:
            self.post_message(DataSummarized(source, seed, summary))

    @work(thread=True, exit_on_error=False, exclusive=True, group="preview", description="look at the data")
    def _summarize(self, source: Source, seed: int) -> None:
        from nntui.training.summary import summarize

        # Data that can't be made is nothing to show; the trainer will say why.
        with suppress(NntuiError):
            self.post_message(DataSummarized(source, seed, summarize(source.load(seed))))

    @on(DataSummarized)
    def _data_summarized(self, message: DataSummarized) -> None:
        self.looking_at = None
        self.bench.looked_at((message.source, message.seed), message.summary)
        self._look_for_faults()
        self.redraw()

    # What is wrong

    def _look_for_faults(self) -> None:
        """Let the rules look at what is new, in a thread: they take some milliseconds for every measurement."""
        inquiry = self.bench.inquiry()
        if inquiry is not None:
            self._inquire(inquiry)

    @work(thread=True, exit_on_error=False, group="findings", description="look for faults")
    def _inquire(self, inquiry: Inquiry) -> None:
        try:
            self.post_message(Diagnosed(inquiry, inquiry.take()))
        except Exception as error:
            self.post_message(Diagnosed(inquiry, None, error))

    @on(Diagnosed)
    def _diagnosed(self, message: Diagnosed) -> None:
        if message.mishap is not None:
            self._survive(message.mishap)
        if self.bench.diagnosed(message.inquiry, message.looked):
            self._stale = True  # while it trains, everything is drawn once for this and for what the run tells next
            if not self.bench.live:
                self.redraw()
        self._look_for_faults()

    # Following

    def _tick(self) -> None:
        now = monotonic()
        if now < self._due or self._reading:
            return
        self.trainers.reap()
        if self._slow:
            self._reading = True
            self._read_run()
            return
        try:
            changed = self.bench.poll()
            self._slow = monotonic() - now > SLOW
            self._settled(changed, now)
        except Exception as error:
            self._survive(error)

    @work(thread=True, exit_on_error=False, description="read the run")
    def _read_run(self) -> None:
        began = monotonic()
        changed = self.bench.read()
        self._slow = monotonic() - began > SLOW
        self.post_message(RunRead(changed))

    @on(RunRead)
    def _run_read(self, message: RunRead) -> None:
        self._reading = False
        self._settled(self.bench.settle(message.changed), monotonic())

    def _settled(self, changed: bool, began: float) -> None:
        self._say()
        self._due = began + (self._frame if self.bench.live else IDLE) - self._frame / 10
        if changed or self._stale:
            self._stale = False
            self._look_for_faults()
            self.redraw()
            self.call_after_refresh(self._pace, began)
        if self.leaving and not self.bench.live and not self.bench.starting:
            run = self.bench.run
            saved = run is not None and self.bench.condition == "stopped" and self._leaving == "stop"
            self.app.exit(message=f"{run.name} is stopped and saved; nntui resume {run.name} goes on with it." if run and saved else None)

    def _pace(self, began: float) -> None:
        """Let frames that take long come less often, so that keys are answered in between."""
        self._due = max(self._due, began + (monotonic() - began) / SHARE)

    def redraw(self) -> None:
        """Show what is so now."""
        bench, look, width = self.bench, self.look, self.size.width
        if not width or not self.is_mounted:
            return
        self.gallery.hide(bench.experiment.lesson.hide if bench.experiment.lesson is not None else ())
        self.set_class(taught := bool(bench.course.said), "-taught")
        rows = max((lines := self.query_one("#remark", Lines)).size.height, 1 + taught)
        around = edges(bench, look, width, rows, story=not self.gallery.shows("run"), several=not self.gallery.zoomed)
        with self.app.batch_update():
            self.query_one("#header", Lines).show(around.header)
            lines.show(*around.remark)
            self.query_one("#footer", Lines).show(around.footer)
            self.gallery.show(bench.view(), look)

    # The mouse

    @on(RowClicked)
    def _row_clicked(self, message: RowClicked) -> None:
        """A click selects a row, a double click edits it."""
        self.attempt(lambda: self.bench.draft.select_path(message.path))
        if message.times == 2:
            self.action_do("edit")

    # Arranging

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        # Of two quick changes of focus, only the last one counts: to follow each would set one against the other for ever.
        if event.widget is self.focused and event.widget.id in PANES and event.widget.id != self.gallery.focused_name:
            self.gallery.turn_to(event.widget.id)
            self.redraw()

    def on_resize(self, event: Resize) -> None:
        self.gallery.fit()
        self.call_after_refresh(self.redraw)
        self.call_after_refresh(self._preview)
        self.call_after_refresh(self._look_for_faults)

    # Leaving

    @property
    def leaving(self) -> bool:
        """Whether the app is only waiting for the run to be saved."""
        return self._leaving is not None

    def leave(self, way: Leaving | None) -> None:
        """Answer the question what becomes of the run."""
        if way is None:
            return
        if way == "background":
            run = self.bench.run
            self.app.exit(message=f"{run.name} goes on training; nntui {run.name} watches it." if run is not None else "The run goes on.")
            return
        self._leaving = way
        # A trainer that is just starting is told as soon as it is there.
        if not self.bench.starting:
            self.attempt(lambda: self.bench.stop(way))
