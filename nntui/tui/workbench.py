"""What is on the bench: the experiment being edited, the run being watched, and what a person may ask of either.

No widget and no process is known here. What has to be started is handed out as a `Start`, what has to be said as a
`Notice`; whoever shows the bench does both.
"""

from __future__ import annotations

from importlib.util import find_spec
from threading import Lock
from typing import Literal, TypeAlias

import msgspec

from nntui import backends
from nntui.data.source import Source
from nntui.errors import BackendError, NntuiError, RunError
from nntui.experiment import BackendName, Experiment
from nntui.measurements import LIVE, Command, DataSummary, State, Status
from nntui.nn.layer import Layer
from nntui.runs.run import ENDED, Run
from nntui.tui.draft import Draft
from nntui.tui.remarks import Notice, arrival
from nntui.tui.trainers import Start
from nntui.tui.view import HistogramRange, View, XAxis

Condition: TypeAlias = State | Literal["untrained", "stopping", "lost"]
"""Where the bench is: nothing trained yet, the state of its run, stopping on request, or the run's directory gone."""

BACKENDS: tuple[BackendName, ...] = ("auto", "numpy", "cupy")

PACE = 100.0
"""Steps per second that eyes can follow, for experiments that don't say."""


class Workbench:
    """An experiment, and the run of it if there is one."""

    def __init__(self, experiment: Experiment, name: str) -> None:
        self.draft = Draft(experiment, name)
        self.run: Run | None = None
        self.baseline: Experiment | None = None
        """What the run trains, with every learning rate it has been told since."""
        self.starting = False
        self.stopping = False
        self.lost = False
        self.again = False
        """Whether one more `train` starts a finished experiment anew."""
        self._pace: float | None = None
        """What somebody wants instead of the experiment's pace."""
        self._looked_at: tuple[object, DataSummary] | None = None
        self.x_axis: XAxis = "epoch"
        self.histogram_range: HistogramRange = "layer"
        self._reading = Lock()
        """Held by whoever reads the run or speaks to its trainer."""
        self._trouble: Exception | None = None
        self._state: State = "starting"
        """Of the run, when something was last said about it."""
        self._view: View | None = None
        self._viewed: tuple[object, ...] = ()
        self.notices: list[Notice] = []

    @property
    def experiment(self) -> Experiment:
        return self.draft.experiment

    @property
    def name(self) -> str:
        return self.draft.name

    @property
    def status(self) -> Status | None:
        """Of the run, as last read."""
        return self.run.status if self.run is not None else None

    @property
    def condition(self) -> Condition:
        if self.starting:
            return "starting"
        if self.run is None:
            return "untrained"
        if self.lost:
            return "lost"
        return "stopping" if self.stopping else self.run.status.state

    @property
    def live(self) -> bool:
        """Whether a trainer is at work on the run."""
        return self.run is not None and not self.lost and self.run.status.state in LIVE

    @property
    def edited(self) -> bool:
        """Whether the experiment isn't the one that the run trains any more."""
        return self.baseline is not None and self.experiment != self.baseline

    @property
    def _same_data(self) -> bool:
        return self.baseline is not None and (self.baseline.data, self.baseline.seed) == self.data_key

    @property
    def _same_network(self) -> bool:
        """Whether what the run measured is about the network on the bench."""
        return self._same_data and self.baseline is not None and self.baseline.network == self.experiment.network

    @property
    def data_key(self) -> tuple[Source, int]:
        """What decides which examples there are."""
        return self.experiment.data, self.experiment.seed

    def looked_at(self, key: tuple[Source, int], summary: DataSummary) -> None:
        """Know the data before a run tells about it."""
        self._looked_at = (key, summary)

    def _data(self) -> DataSummary | None:
        if self._looked_at is not None and self._looked_at[0] == self.data_key:
            return self._looked_at[1]
        return self.run.history.data if self.run is not None and self._same_data else None

    def view(self) -> View:
        """What the panes look at; the same object until something other than the run's history changes."""
        draft = self.draft
        history = self.run.history if self.run is not None and self._same_network else None
        data = self._data()
        parts = (draft.verdict, history, data, draft.path, self.live, self.x_axis, self.histogram_range)
        if self._view is None or any(new is not old and new != old for new, old in zip(parts, self._viewed, strict=True)):
            self._viewed = parts
            self._view = View(
                experiment=draft.experiment,
                plan=draft.verdict.plan,
                problem=draft.verdict.problem,
                facts=draft.verdict.facts,
                history=history,
                data=data,
                selected=draft.path or "",
                running=self.live,
                x_axis=self.x_axis,
                histogram_range=self.histogram_range,
            )
        return self._view

    # Training

    def train(self) -> Start | None:
        """Start, pause, go on or, asked twice, start anew: whatever comes next. Raises NntuiError if nothing can."""
        if self.live and not self.edited:
            if self.stopping:
                raise RunError("the run is being stopped and saved: wait a moment, then space goes on with it")
            if self.condition != "starting":
                self._send(Command("resume" if self.condition == "paused" else "pause"))
            return None
        return self._start(None)

    def train_some(self, kind: Literal["step", "epoch"]) -> Start | None:
        """Train one batch or one epoch, then pause."""
        if self.live and not self.edited:
            self._send(Command(kind))
            return None
        return self._start(Command(kind))

    def _start(self, by_hand: Command | None) -> Start | None:
        if self.starting:
            return None
        if self.draft.verdict.problem is not None:
            raise self.draft.verdict.problem
        first = ((Command("pace", self.pace),) if self.pace else ()) + ((by_hand,) if by_hand is not None else ())
        if self.run is not None and not self.edited and not self.lost and self.run.status.state not in (*LIVE, *ENDED):
            self.starting = True
            return Start(self.experiment, self.name, self.run.path, first)
        if self.run is not None and not self.edited and not self.again:
            self.again = True
            self.notices.append(Notice(f"This run is {self.condition}. Once more trains the same anew, as a new run; r goes back."))
            return None
        self.starting, self.again = True, False
        return Start(self.experiment, self.name, None, first)

    @property
    def pace(self) -> float:
        """Most steps per second; 0 for full speed."""
        if self.live and self.run is not None:
            return self.run.status.pace
        return (self.experiment.pace or 0.0) if self._pace is None else self._pace

    def hurry(self) -> None:
        """From a pace that eyes can follow to full speed, and back."""
        self._pace = 0.0 if self.pace else self.experiment.pace or PACE
        if self.live and not self.stopping:
            self._send(Command("pace", self._pace))
        else:
            told = f"at no more than {self._pace:g} steps a second" if self._pace else "at full speed"
            self.notices.append(Notice(f"The next run trains {told}."))

    def attach(self, run: Run, trained: Experiment) -> None:
        """Watch a run of this experiment from now on."""
        told = _rate_told(run)
        if told is not None:
            trained = trained.replace(optimizer=msgspec.structs.replace(trained.optimizer, learning_rate=told))
            if self.baseline is None and self.experiment.network == trained.network:
                self.draft.change(trained)
        self._leave_run()
        self.run, self.baseline, self._state = run, trained, run.status.state
        self.starting = self.stopping = self.lost = self.again = False
        self._changed()

    def _leave_run(self) -> None:
        """Watch no run any more."""
        if self.run is not None:
            with self._reading:
                self.run.close()
        self.run = self.baseline = self._trouble = None

    def refused(self, error: NntuiError) -> None:
        """The start didn't work out."""
        self.starting = False
        self.notices.append(Notice(str(error), "error"))

    def reset(self) -> None:
        """Back to an untrained network; a live run is stopped and saved. Raises RunError while a trainer is starting."""
        if self.starting:
            raise RunError("the trainer is just starting: wait until it trains")
        if self.live:
            self.stop()
            self.notices.append(Notice("The run was stopped and saved."))
        self._leave_run()
        self.stopping = self.lost = self.again = False

    def stop(self) -> None:
        """Ask the trainer to save and end."""
        if self.live and not self.stopping:
            self._send(Command("stop"))
            self.stopping = True

    def discard(self) -> None:
        """Ask the trainer to end and its run to be removed."""
        if self.live:
            self._send(Command("discard"))
            self.stopping = True

    def _send(self, command: Command) -> None:
        assert self.run is not None
        with self._reading:
            self.run.send(command)

    # Following

    def poll(self) -> bool:
        """Read what is new in the run and take it in. True if anything changed."""
        return self.settle(self.read())

    def read(self) -> bool:
        """Read what is new in the run; the only method that another thread may call."""
        run = self.run
        if run is None or self.lost:
            return False
        try:
            with self._reading:
                return run.refresh()
        except Exception as error:  # whatever it is, the app lives, and what was read before stays
            if run is self.run:
                self._trouble = error
            return True

    def settle(self, changed: bool) -> bool:
        """Take in what was read: say what has happened to the run."""
        if self.run is None or self.lost:
            return changed
        if self._trouble is not None:
            self.notices.append(Notice(f"The run can't be read any more; what was seen of it stays here: {self._trouble}", "error"))
            self._trouble, self.lost, self.stopping = None, True, False
            return True
        state = self.run.status.state
        if state not in LIVE:
            self.stopping = False
        if state != self._state:
            self._state = state
            told = arrival(self.run.status)
            self.notices += [told] if told is not None else []
            return True
        return changed

    # Editing

    def add(self, layer: Layer) -> None:
        self.draft.add(layer)
        self._changed()

    def edit(self, layer: Layer) -> None:
        self.draft.edit(layer)
        self._changed()

    def delete(self) -> None:
        self.draft.delete()
        self._changed()

    def move(self, down: bool) -> None:
        self.draft.move(down)
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
        """Choose the next backend; one that isn't installed is passed over, saying how to install it."""
        chosen = BACKENDS[(BACKENDS.index(self.experiment.backend) + 1) % len(BACKENDS)]
        # Asking the package index is free; loading it here would cost seconds and a context on the device.
        if chosen == "cupy" and find_spec("cupy") is None:
            try:
                backends.load("cupy")
            except BackendError as error:
                self.notices.append(Notice(str(error), "warning"))
                chosen = "auto"
        self.draft.change(self.experiment.replace(backend=chosen))
        self._changed()

    def _changed(self) -> None:
        """After an edit: a live trainer is told a new learning rate; anything else makes its run a thing of the past."""
        self.again = False
        if not self.live or self.baseline is None:
            return
        rate = self.experiment.optimizer.learning_rate
        retuned = self.baseline.replace(optimizer=msgspec.structs.replace(self.baseline.optimizer, learning_rate=rate))
        if retuned == self.experiment:
            if retuned != self.baseline and not self.stopping:
                self._send(Command("learning_rate", rate))
                self.baseline = retuned
        elif not self.stopping:
            self.stop()
            self.notices.append(Notice("The run was stopped and saved: the edited experiment is a new run, space trains it."))

    def open(self, experiment: Experiment, name: str) -> None:
        """Put another experiment on the bench; a live run is stopped and saved, the old experiment can be had back."""
        self.reset()
        self.draft.change(experiment, (0,), name)
        self._pace = None


def _rate_told(run: Run) -> float | None:
    """The learning rate that a run was last told by somebody, if it was; its description has the one it began with."""
    for event in reversed(run.history.events):
        if event.kind == "learning_rate":
            try:
                return float(event.text.split()[-1])
            except ValueError:
                return None
    return None
