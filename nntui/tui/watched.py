"""The run on the bench: followed, spoken to, and survived when it goes away."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from nntui.adjusting import heard
from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.measurements import LIVE, Command, State, Status
from nntui.runs.history import History
from nntui.tui.remarks import Notice, arrival

if TYPE_CHECKING:
    from nntui.runs.run import Run

Stage: TypeAlias = State | Literal["stopping", "lost"]
"""The run's state, or stopping on request, or its directory gone."""


class Watched:
    """A run, and the experiment that it trains, with everything its trainer has been told since."""

    def __init__(self, run: Run, trained: Experiment) -> None:
        self.run = run
        self.first_rate = _rate_of(run, trained)
        """The learning rate that it began with."""
        self.trained = _told(run.history, trained)
        self.stopping = False
        self.lost = False
        self._state = run.status.state
        """When something was last said about it."""
        self._trouble: Exception | None = None
        self._lock = Lock()
        """Held by whoever reads the run or speaks to its trainer."""

    @property
    def status(self) -> Status:
        """As last read."""
        return self.run.status

    @property
    def stage(self) -> Stage:
        if self.lost:
            return "lost"
        return "stopping" if self.stopping else self.status.state

    @property
    def live(self) -> bool:
        """Whether a trainer is at work on it."""
        return not self.lost and self.status.state in LIVE

    @property
    def resumable(self) -> bool:
        """Whether a trainer could go on with it."""
        from nntui.runs.run import ENDED

        return not self.lost and self.status.state not in (*LIVE, *ENDED)

    @property
    def rate_moved(self) -> bool:
        """Whether it was told another learning rate than it began with."""
        return self.trained.optimizer.learning_rate != self.first_rate

    def send(self, command: Command) -> None:
        """Ask its trainer for something. Raises RunError if nobody listens."""
        with self._lock:
            self.run.send(command)

    def stop(self, how: Literal["stop", "discard"] = "stop") -> None:
        """Ask its trainer to end, once."""
        if self.live and not self.stopping:
            self.send(Command(how))
            self.stopping = True

    def adjust(self, experiment: Experiment, changes: tuple[str, ...]) -> None:
        """Tell its trainer what makes its experiment this one."""
        rate = experiment.optimizer.learning_rate
        if retuned(self.trained, rate) == experiment:
            self.send(Command("learning_rate", rate))
        else:
            self.send(Command("adjust", name="\n".join(changes)))
        self.trained = experiment

    def read(self) -> bool:
        """Read what is new; the only method that another thread may call."""
        if self.lost:
            return False
        try:
            with self._lock:
                return self.run.refresh()
        except Exception as error:  # whatever it is, the app lives, and what was read before stays
            self._trouble = error
            return True

    def settle(self) -> list[Notice]:
        """What has happened to it since this was last asked."""
        if self.lost:
            return []
        if self._trouble is not None:
            self.lost, self.stopping = True, False
            return [Notice(f"The run can't be read any more; what was seen of it stays here: {self._trouble}", "error")]
        if not self.live:
            self.stopping = False
        before, self._state = self._state, self.status.state
        told = arrival(self.status) if self._state != before else None
        return [told] if told is not None else []

    def close(self) -> None:
        """Watch it no more."""
        with self._lock:
            self.run.close()
            self.lost = True


def retuned(experiment: Experiment, rate: float) -> Experiment:
    """The same experiment with another learning rate."""
    return experiment.replace(optimizer=msgspec.structs.replace(experiment.optimizer, learning_rate=rate))


def _rate_of(run: Run, trained: Experiment) -> float:
    """The learning rate in the run's own description, which no command changes."""
    try:
        return run.experiment.optimizer.learning_rate
    except NntuiError:
        return trained.optimizer.learning_rate


def _told(history: History, experiment: Experiment) -> Experiment:
    """The experiment with what its trainer was told since it began, by anybody."""
    for event in history.events:
        try:
            if event.kind == "learning_rate":
                experiment = retuned(experiment, float(event.text.split()[-1]))
            elif event.kind == "adjusted":
                experiment = experiment.set(*heard(event.text))
        except (NntuiError, ValueError):
            continue  # of another version
    return experiment
