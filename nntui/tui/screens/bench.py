"""The bench itself: header, panes, one sentence, footer; one timer that reads what is new and shows it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.events import DescendantFocus, Resize
from textual.screen import Screen

from nntui.data.planar import Planar
from nntui.errors import NntuiError
from nntui.tui.actions import bindings
from nntui.tui.arrangement import COLUMNS, HEIGHTS, WIDTHS, visible
from nntui.tui.commands import Commands
from nntui.tui.footer import footer, hints
from nntui.tui.guarded import GuardedPane
from nntui.tui.header import Head, header
from nntui.tui.line import Lines, Part, paragraph, strip
from nntui.tui.look import Look
from nntui.tui.messages import DataSummarized, RunOpened, RunRead, StartRefused
from nntui.tui.panes.catalogue import PANES
from nntui.tui.panes.pane import Pane
from nntui.tui.screens.quit import Leaving
from nntui.tui.trainers import Start, Trainers
from nntui.tui.workbench import Workbench

FRAME = 0.1
"""Seconds between two looks at a run that trains."""

IDLE = 0.5
"""Seconds between two looks when nothing trains."""

SHARE = 0.25
"""Share of one core that drawing may take: frames that take longer come less often."""

SLOW = 0.02
"""Seconds of reading a run from which on it is read in a thread."""


class Bench(Screen[None]):
    """The screen of a `Workbench`."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    HORIZONTAL_BREAKPOINTS = [(least, f"-{name}") for least, name in WIDTHS]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(least, f"-{name}") for least, name in HEIGHTS]  # noqa: RUF012
    AUTO_FOCUS = "#network"

    def __init__(self, bench: Workbench, trainers: Trainers, opening: Path | None = None) -> None:
        super().__init__()
        self.bench, self.trainers = bench, trainers
        self.commands = Commands(self)
        self._opening = opening
        self._focused, self._beside, self._zoomed = "network", "boundary", False
        self._look = Look()
        self._due = 0.0
        self._slow = self._reading = False
        self._leaving: Leaving | None = None

    def compose(self) -> ComposeResult:
        yield Lines(id="header")
        with Container(id="panes"):
            for column in ("left", "right"):
                with Container(id=column):
                    if column == "left":
                        yield from self._panes("left")
                    else:
                        for part in ("middle", "outer"):
                            with Vertical(id=part):
                                yield from self._panes(part)
        yield Lines(id="remark")
        yield Lines(id="footer")

    def _panes(self, column: str) -> ComposeResult:
        for name in COLUMNS[column]:
            yield GuardedPane(PANES[name], self._look, id=name)

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._dress())
        self._dress()
        self.set_interval(FRAME, self._tick)
        if self._opening is not None:
            self._open_run(self._opening)
        self._preview()

    def _dress(self) -> None:
        """Take on the theme's colours and the terminal's glyphs."""
        self._look = Look.of(self.app, os.environ)
        self.app.set_class(not self._look.unicode, "-ascii")
        self.redraw()

    # Acting

    def action_do(self, id: str) -> None:
        """Do an action of the table."""
        self.attempt(getattr(self.commands, id))

    def attempt(self, act: Callable[[], None]) -> None:
        """Do something; what is refused is said."""
        before = self.bench.experiment
        try:
            act()
        except NntuiError as error:
            self.app.notify(str(error), severity="error", markup=False)
        if self.bench.experiment != before:
            self._preview()
        self._say()
        self.redraw()
        self._due = 0.0

    def start(self, wish: Start | None) -> None:
        """Start a trainer, if one is wished for."""
        if wish is not None:
            self._launch(wish)

    @work(thread=True, exit_on_error=False)
    def _launch(self, wish: Start) -> None:
        try:
            self.post_message(RunOpened(self.trainers.start(wish), wish.experiment))
        except NntuiError as error:
            self.post_message(StartRefused(error))
        except Exception as error:
            self.post_message(StartRefused(NntuiError(f"the trainer can't be started: {error!r}")))

    @work(thread=True, exit_on_error=False)
    def _open_run(self, path: Path) -> None:
        from nntui.runs.run import Run

        try:
            run = Run(path)
            self.post_message(RunOpened(run, run.experiment))
        except NntuiError as error:
            self.post_message(StartRefused(error))

    @on(RunOpened)
    def _run_opened(self, message: RunOpened) -> None:
        self.bench.attach(message.run, message.trained)
        self._due = 0.0
        self._say()
        self.redraw()
        self.leave(self._leaving)

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
        """Points in a plane are shown before the start; loading them needs NumPy, so not before the first paint."""
        experiment = self.bench.experiment
        if self.bench.run is None and isinstance(experiment.data, Planar) and self.bench.previewed != (experiment.data, experiment.seed):
            self.bench.previewed = (experiment.data, experiment.seed)
            self.call_after_refresh(self._summarize)

    @work(thread=True, exit_on_error=False, exclusive=True, group="preview")
    def _summarize(self) -> None:
        from nntui.training.summary import summarize

        experiment = self.bench.experiment
        # Data that can't be loaded is nothing to show; the trainer will say why.
        with suppress(NntuiError):
            self.post_message(DataSummarized(experiment, summarize(experiment.data.load(experiment.seed))))

    @on(DataSummarized)
    def _data_summarized(self, message: DataSummarized) -> None:
        experiment = self.bench.experiment
        if (message.experiment.data, message.experiment.seed) == (experiment.data, experiment.seed):
            self.bench.preview = message.summary
            self.redraw()

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
        changed = self.bench.poll()
        self._slow = monotonic() - now > SLOW
        self._settled(changed, now)

    @work(thread=True, exit_on_error=False)
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
        self._due = began + (FRAME if self.bench.live else IDLE) - FRAME / 10
        if changed:
            self.redraw()
            self.call_after_refresh(self._pace, began)
        if self.leaving and not self.bench.live and not self.bench.starting:
            self.app.exit()

    def _pace(self, began: float) -> None:
        """Let frames that take long come less often, so that keys are answered in between."""
        self._due = max(self._due, began + (monotonic() - began) / SHARE)

    def redraw(self) -> None:
        """Show what is so now."""
        bench, look, width = self.bench, self._look, self.size.width
        if not width or not self.is_mounted:
            return
        verdict = bench.draft.verdict
        head = Head(
            bench.name, verdict.plan, bench.experiment.backend, bench.condition, bench.status, verdict.problem is not None, bench.edited
        )
        remark = bench.remark()
        style = {"information": look.muted, "warning": look.warning, "error": look.error}[remark.severity]
        mark = {"information": " ", "warning": look.mark("warning"), "error": look.mark("error")}[remark.severity]
        lines = self.query_one("#remark", Lines)
        text = paragraph(remark.text, width - 4, max(lines.size.height, 1), "…" if look.unicode else "...")
        view = bench.view()
        with self.app.batch_update():
            self.query_one("#header", Lines).show(header(head, width, look))
            lines.show(*(strip([Part(f" {mark if not row else ' '} ", style), Part(line, style)]) for row, line in enumerate(text)))
            self.query_one("#footer", Lines).show(footer(hints(bench, not self._zoomed), width, look))
            for pane in self.query(GuardedPane):
                pane.show(view, look)

    # Arranging

    @property
    def focused_pane(self) -> Pane:
        return PANES[self._focused]

    @property
    def zoomed(self) -> bool:
        """Whether one pane has the whole screen."""
        return self._zoomed

    @zoomed.setter
    def zoomed(self, zoomed: bool) -> None:
        self._zoomed = zoomed
        self._arrange()

    def focus_pane(self, name: str) -> None:
        """Show a pane, if it isn't to be seen, and focus it."""
        self._focused = name
        if name not in (*COLUMNS["left"], "loss"):
            self._beside = name
        self._arrange()
        self.query_one(f"#{name}").focus()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if event.widget.id in PANES and event.widget.id != self._focused:
            self.focus_pane(event.widget.id)

    def on_resize(self, event: Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        shown = visible(self.size.width, self.size.height, self._focused, self._beside, self._zoomed)
        with self.app.batch_update():
            for column, names in COLUMNS.items():
                for name in names:
                    self.query_one(f"#{name}").display = name in shown
                self.query_one(f"#{column}").display = bool(shown.intersection(names))
            self.query_one("#right").display = bool(shown.intersection((*COLUMNS["middle"], *COLUMNS["outer"])))
        self.call_after_refresh(self.redraw)

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
            self.app.exit()
            return
        self._leaving = way
        # A trainer that is just starting is told as soon as it is there.
        if not self.bench.starting:
            self.attempt(self.bench.stop if way == "stop" else self.bench.discard)
