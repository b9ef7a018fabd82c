"""What is on the bench: the experiment being edited, the run being watched, and what a person may ask of either.

No widget and no process is known here. What has to be started is handed out as a `Start`, what has to be said as a
`Notice`; whoever shows the bench does both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from nntui.adjusting import adjustments
from nntui.data.source import Source
from nntui.errors import NntuiError, RunError
from nntui.experiment import Experiment
from nntui.measurements import Command, DataSummary, Status
from nntui.tui import backend_choice
from nntui.tui.actions import key
from nntui.tui.consultation import Consultation, Findings, Inquiry, Looked, Trial
from nntui.tui.course import Course
from nntui.tui.draft import Draft
from nntui.tui.numbers import short
from nntui.tui.overlay import Overlay
from nntui.tui.remarks import Notice
from nntui.tui.seen import Seen
from nntui.tui.trainers import Start
from nntui.tui.view import Other, View, Ways
from nntui.tui.watched import Stage, Watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nntui.runs.run import Run

Condition: TypeAlias = Stage | Literal["untrained", "starting"]
"""Where the bench is: nothing trained yet, a trainer on its way, or where its run is."""

BEFORE = 4
"""Which of the colours for several the run before a change has."""

PACE = 100.0
"""Steps per second, where an experiment doesn't say."""


class Workbench:
    """An experiment, and the run of it if there is one."""

    def __init__(self, experiment: Experiment, name: str) -> None:
        self.draft = Draft(experiment, name)
        self.watched: Watched | None = None
        self.starting = False
        self.again = False
        """Whether one more `train` starts a finished experiment anew."""
        self.ways = Ways()
        self.overlay = Overlay()
        self.notices: list[Notice] = []
        self._pace: float | None = None
        """What somebody wants instead of the experiment's pace."""
        self._looked_at: tuple[object, DataSummary] | None = None
        self._seen = Seen()
        self.consultation = Consultation()
        self.course = Course()
        self._before: Other | None = None
        """The run that a change is to be better than, as it lies under the new one."""
        self._left: list[tuple[Experiment, Path]] = []
        """Runs that a change was tried beside, by what they train."""
        self._taught()

    @property
    def experiment(self) -> Experiment:
        return self.draft.experiment

    @property
    def name(self) -> str:
        return self.draft.name

    @property
    def run(self) -> Run | None:
        return self.watched.run if self.watched is not None else None

    @property
    def status(self) -> Status | None:
        return self.watched.status if self.watched is not None else None

    @property
    def condition(self) -> Condition:
        if self.starting:
            return "starting"
        return self.watched.stage if self.watched is not None else "untrained"

    @property
    def live(self) -> bool:
        """Whether a trainer is at work on the run."""
        return self.watched is not None and self.watched.live

    @property
    def edited(self) -> bool:
        """Whether the experiment isn't the one that the run trains any more."""
        return self.watched is not None and self.experiment != self.watched.trained

    @property
    def data_key(self) -> tuple[Source, int]:
        """What decides which examples there are."""
        return self.experiment.data, self.experiment.seed

    def looked_at(self, key: tuple[Source, int], summary: DataSummary) -> None:
        """Know the data before a run tells about it."""
        self._looked_at = (key, summary)

    def view(self) -> View:
        """What the panes look at; the same object until something other than the run's history changes."""
        draft, watched, history = self.draft, self.watched, None
        data = self._data
        if watched is not None and (watched.trained.data, watched.trained.seed) == self.data_key:
            data = watched.run.history.data or data
            # What was measured of another network is not shown beside this one.
            history = watched.run.history if watched.trained.network == self.experiment.network else None
        findings = self.findings
        others = self.overlay.others
        if self._before is not None and findings.trial is not None and self._before.history is not history:
            others = (*others, self._before)
        return self._seen.view(draft, history, data, self.live, self.ways, others, findings)

    @property
    def _data(self) -> DataSummary | None:
        """The data on the bench, if it was looked at."""
        return self._looked_at[1] if self._looked_at is not None and self._looked_at[0] == self.data_key else None

    # What is wrong

    @property
    def _trained(self) -> Watched | None:
        """The run, if it trains what is on the bench."""
        return self.watched if not self.edited else None

    @property
    def findings(self) -> Findings:
        """What is wrong, and what can be done about it; the same object as long as it is the same."""
        return self.consultation.shown(self.draft, self._trained)

    def inquiry(self) -> Inquiry | None:
        """The next look at what is new, if there is anything; whoever takes it gives the result to `diagnosed`."""
        return self.consultation.inquiry(self.draft, self._trained, self._data)

    def diagnosed(self, inquiry: Inquiry, looked: Looked | None) -> bool:
        """Take in what was found. True if there is anything to show."""
        before = self.findings
        self.consultation.take(inquiry, looked)
        return self.findings is not before

    def fix(self, which: int = 0) -> Start | None:
        """Do something about the selected finding; where a run is to be bettered, start the new one. Raises NntuiError."""
        if self.draft.verdict.problem is not None:
            self.notices.append(Notice(f"Mended: {self.draft.mend()}. {key('undo')} takes it back."))
            self._changed()
            return None
        found = self.findings
        if self.starting:
            raise RunError("the trainer is just starting: wait until it trains")
        if found.finding is None:
            raise NntuiError("Nothing is wrong as far as the rules see: there is nothing to be fixed.")
        if not found.remedies:
            raise NntuiError(f"Nothing that could be done by itself helps against this: {found.finding.sentence}.")
        remedy, old = found.remedies[which], self._trained
        if self.live and self.watched is not None:
            self.watched.stop()
        before = self.experiment
        if old is not None:
            self._left = [*self._left, (before, old.run.path)]
        self.consultation.tried.append(remedy.experiment)
        self.consultation.trial = Trial(
            found.finding, remedy, before, *((old.run.name, old.run.path, old.run.history) if old is not None else ())
        )  # fmt: skip
        self._before = Other("before", old.run.history, BEFORE) if old is not None and old.run.history.steps else None
        self.draft.change(remedy.experiment)
        self.again = False
        if old is None:
            self.notices.append(Notice(f"{remedy.words}. {key('train')} trains it, {key('undo')} takes it back."))
            return None
        self.notices.append(Notice(f"{remedy.words}: trained as a new run beside {old.run.name}; {key('undo')} goes back."))
        return self._start()

    def left(self) -> Path | None:
        """The run that trains what undo or redo has brought back, if it was left for a change."""
        if self.watched is not None and not self.edited:
            return None
        return next((path for experiment, path in reversed(self._left) if experiment == self.experiment), None)

    # Training

    def train(self) -> Start | None:
        """Start, pause, go on or, asked twice, start anew: whatever comes next. Raises NntuiError if nothing can."""
        watched = self._at_work()
        if watched is None:
            return self._start()
        if self.condition != "starting":
            watched.send(Command("resume" if self.condition == "paused" else "pause"))
        return None

    def train_some(self, kind: Literal["step", "epoch"]) -> Start | None:
        """Train one batch or one epoch, then pause."""
        watched = self._at_work()
        if watched is None:
            return self._start(Command(kind))
        watched.send(Command(kind))
        return None

    def _at_work(self) -> Watched | None:
        """The run, if it trains what is on the bench. Raises RunError while it is being stopped."""
        if self.watched is None or not self.live or self.edited:
            return None
        if self.watched.stopping:
            raise RunError(f"the run is being stopped and saved: wait a moment, then {key('train')} goes on with it")
        return self.watched

    def _start(self, *by_hand: Command) -> Start | None:
        if self.starting:
            return None
        if self.draft.verdict.problem is not None:
            raise self.draft.verdict.problem
        first = (*([Command("pace", self.pace)] if self.pace else []), *by_hand)
        same = self.watched if not self.edited else None
        if same is not None and not same.resumable and not self.again:
            self.again = True
            self.notices.append(Notice(f"This run is {self.condition}. Once more trains the same anew, as a new run; r goes back."))
            return None
        self.starting, self.again = True, False
        return Start(self.experiment, self.name, same.run.path if same is not None and same.resumable else None, first)

    @property
    def pace(self) -> float:
        """Most steps per second; 0 for full speed."""
        if self.live and self.status is not None:
            return self.status.pace
        return (self.experiment.pace or 0.0) if self._pace is None else self._pace

    def hurry(self) -> None:
        """From a pace that eyes can follow to full speed, and back."""
        self._pace = 0.0 if self.pace else self.experiment.pace or PACE
        if self.watched is not None and self.live and not self.watched.stopping:
            self.watched.send(Command("pace", self._pace))
        else:
            told = f"at no more than {self._pace:g} steps a second" if self._pace else "at full speed"
            self.notices.append(Notice(f"The next run trains {told}."))

    def watch(self, run: Run, trained: Experiment, name: str) -> None:
        """Put a run and its experiment on the bench; the run watched until now goes on without it.

        Raises RunError while a trainer is starting.
        """
        if self.starting:
            raise RunError("the trainer is just starting: wait until it trains")
        if self.live and self.run is not None:
            self.notices.append(Notice(f"{self.run.name} goes on training; {key('runs')} finds it again."))
        new = Watched(run, trained)
        self._leave_run()
        self.draft.change(new.trained, (0,), name)
        self.watched, self.again, self._pace = new, False, None

    def attach(self, run: Run, trained: Experiment) -> None:
        """Watch a run of this experiment from now on."""
        new = Watched(run, trained)
        if self.watched is None and self.experiment == trained:
            self.draft.change(new.trained)
        self._leave_run()
        self.watched, self.starting, self.again = new, False, False
        if self.consultation.trial is not None and self.consultation.trial.remedy.experiment == trained:
            self._left = [*self._left, (trained, run.path)]
        self._changed()

    def refused(self, error: NntuiError) -> None:
        """The start didn't work out."""
        self.starting = False
        self.notices.append(Notice(str(error), "error"))

    def reset(self) -> None:
        """Back to an untrained network; a live run is stopped and saved. Raises RunError while a trainer is starting.

        A learning rate that was changed while it trained is an edit like others: it stays, and that is said.
        """
        watched = self.watched
        moved = watched is not None and not self.edited and watched.rate_moved
        self._end_run()
        if watched is not None and moved:
            now, then = short(self.experiment.optimizer.learning_rate), short(watched.first_rate)
            self.notices.append(Notice(f"The learning rate stays at {now}, as it was changed while training; the run began with {then}."))

    def _end_run(self) -> None:
        """A live run is stopped and saved; then there is none. Raises RunError while a trainer is starting."""
        if self.starting:
            raise RunError("the trainer is just starting: wait until it trains")
        if self.live:
            self.stop()
            self.notices.append(Notice("The run was stopped and saved."))
        self._leave_run()
        self.again = False

    def _leave_run(self) -> None:
        if self.watched is not None:
            self.watched.close()
        self.watched = None
        self.ways = replace(self.ways, at=None)

    def stop(self, how: Literal["stop", "discard"] = "stop") -> None:
        """Ask the trainer to save and end, or to end and its run to be removed."""
        if self.watched is not None:
            self.watched.stop(how)

    # Following

    def poll(self) -> bool:
        """Read what is new in the run and take it in. True if anything changed."""
        return self.settle(self.read())

    def read(self) -> bool:
        """Read what is new in the runs; the only method that another thread may call."""
        watched = self.watched
        changed = watched is not None and watched.read()
        return self.overlay.read() or changed

    def settle(self, changed: bool) -> bool:
        """Take in what was read: say what has happened to the run. True if there is anything to show."""
        before = self.condition
        if self.watched is not None:
            self.notices += self.watched.settle()
        return self._taught() or changed or self.condition != before

    def _taught(self) -> bool:
        """Whether a task of the lesson was done, if there is one."""
        history = self.watched.run.history if self.watched is not None and not self.edited else None
        said = self.course.follow(self.experiment, self.draft.verdict.plan, self.condition, history)
        self.notices += map(Notice, said)
        return bool(said)

    # Editing

    def alter(self, edit: Callable[[Draft], object]) -> None:
        """Edit the experiment."""
        edit(self.draft)
        self._changed()

    def undo(self) -> None:
        self._travel(self.draft.undo(), "There is nothing to undo.")

    def redo(self) -> None:
        self._travel(self.draft.redo(), "There is nothing to redo.")

    def _travel(self, worked: bool, otherwise: str) -> None:
        if not worked:
            self.notices.append(Notice(otherwise))
        self._changed()

    def scale_rate(self, factor: float) -> None:
        """A larger or smaller learning rate: told to a live trainer, which goes on with it."""
        self.draft.scale_rate(factor)
        self._changed()

    def next_backend(self) -> None:
        """Choose the next backend; one that isn't installed is passed over, saying how to install it.

        A live run goes over to the other one and goes on there. Raises BackendError if there is no other one.
        """
        watched = self._at_work()
        if watched is not None and watched.status.backend:
            name = backend_choice.other(watched.status.backend)
            watched.send(Command("backend", name=name))
            self.notices.append(Notice(f"The run goes over to {name} with its weights, optimizer and position."))
            return
        chosen, told = backend_choice.after(self.experiment.backend)
        if told:
            self.notices.append(Notice(told, "warning"))
        self.draft.change(self.experiment.replace(backend=chosen))
        self._changed()

    def _changed(self) -> None:
        """After an edit: a live trainer is told what it can take; anything else makes its run a thing of the past."""
        self.again = False
        self._taught()
        watched = self.watched
        if watched is None or not watched.live or watched.stopping:
            return
        wanted = adjustments(watched.trained, self.experiment)
        if wanted is None:
            watched.stop()
            ways = f"{key('train')} trains it anew, {key('warm')} with the weights of the layers that stay"
            self.notices.append(Notice(f"The run was stopped and saved: the edited experiment is a new run. {ways}."))
        elif wanted:
            watched.adjust(self.experiment, wanted)

    def open(self, experiment: Experiment, name: str) -> None:
        """Put another experiment on the bench; a live run is stopped and saved."""
        self._end_run()
        self.draft.change(experiment, (0,), name)
        self._pace = None
        self._taught()
