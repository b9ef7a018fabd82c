"""What is checked, how a check says where it is, and what it says in the end."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from nntui.errors import NntuiError

if TYPE_CHECKING:
    from nntui.data.source import Data
    from nntui.experiment import Experiment
    from nntui.training.state import TrainerState
    from nntui.training.trainer import Trainer

Verdict: TypeAlias = Literal["pass", "note", "fail", "skipped"]

ENOUGH = 500
"""Steps of a longer training after which it should have learned something."""

SLICE = 0.1
"""Seconds of training between two looks at whether somebody has had enough."""


class Result(msgspec.Struct, frozen=True):
    """What a check came to."""

    name: str
    verdict: Verdict
    numbers: dict[str, float]
    sentence: str
    """For people, without a full stop."""


class Cancelled(NntuiError):
    """Somebody has had enough."""


class Watch:
    """How far a check is, and whether it is to go on. told: called with shares of 1."""

    def __init__(self, told: Callable[[float], None] | None = None) -> None:
        self._told = told
        self._stop = Event()

    def cancel(self) -> None:
        """Let the check end soon; may be called from another thread or a signal handler."""
        self._stop.set()

    def at(self, share: float) -> None:
        """Say how far it is. Raises Cancelled."""
        if self._stop.is_set():
            raise Cancelled("the check was cancelled")
        if self._told is not None:
            self._told(min(max(share, 0.0), 1.0))

    def part(self, start: float, stop: float) -> Watch:
        """The same for one part of a check."""
        inner = Watch(lambda share: self.at(start + share * (stop - start)))
        inner._stop = self._stop
        return inner


class Trained(msgspec.Struct, frozen=True):
    """What came of a training that was only made to be looked at."""

    steps: int
    total_steps: int
    diverged: bool
    train: dict[str, float]
    """Loss and metrics."""
    validation: dict[str, float]
    """The same of the part held out."""

    @property
    def telling(self) -> bool:
        """Whether it went on for so long that having learned nothing means something."""
        return self.diverged or self.steps >= min(self.total_steps, ENOUGH)

    @property
    def length(self) -> str:
        """For people: how long it went on, and what would let it go on for longer."""
        if self.telling:
            return f"{self.steps:,} steps each"
        return f"only {self.steps:,} of {self.total_steps:,} steps each: more --seconds would tell"


@dataclass
class Subject:
    """An experiment, perhaps as a run has trained it. Everything is done on copies: a run is only read, and no file is written."""

    experiment: Experiment
    state: TrainerState | None = None
    """Of a run's checkpoint: whose weights the gradient is checked at."""
    layer: str | None = None
    """Whose gradient is checked; None: all of them."""
    seconds: float = 5.0
    """Longest that one training of several may take."""

    @cached_property
    def data(self) -> Data:
        """As it is trained on; with a part held out in any case. Nobody looks at pictures."""
        from nntui.data.source import Split

        data = dataclasses.replace(self.experiment.data.load(self.experiment.seed), plane=None)
        if data.validation is not None or len(data.train) < 10:
            return data
        cut = len(data.train) - len(data.train) // 5
        X, y = data.train.X, data.train.y
        return dataclasses.replace(data, train=Split(X[:cut], y[:cut]), validation=Split(X[cut:], y[cut:]))

    @property
    def supervised(self) -> bool:
        """Whether there are answers that are learned from inputs."""
        return self.experiment.program.tag in ("supervised", "language_model")

    @cached_property
    def _usual(self) -> list[Trained]:
        return []

    def usual(self, watch: Watch) -> Trained:
        """What the experiment comes to as it is, within the time; trained once for all checks."""
        if not self._usual:
            self._usual.append(self.train(self.data, watch))
        return self._usual[0]

    def train(self, data: Data, watch: Watch, steps: int | None = None) -> Trained:
        """Train on this data for so many steps, or for as long as there is time. Raises Cancelled."""
        from nntui.training.trainer import Trainer

        training = msgspec.structs.replace(self.experiment.training, early_stopping=None)
        trainer = Trainer(self.experiment.replace(training=training), "numpy", data=data)
        last = trainer.total_steps if steps is None else min(steps, trainer.total_steps)
        begun = time.perf_counter()
        while not trainer.finished and trainer.steps_done < last:
            passed = time.perf_counter() - begun
            if steps is None and passed > self.seconds:
                break
            watch.at(max(trainer.steps_done / last, passed / self.seconds if steps is None else 0.0))
            portion = max(int(trainer.steps_done / max(passed, 1e-3) * SLICE), 1)
            trainer.step(min(portion, last - trainer.steps_done))
        return self._looked_at(trainer)

    def _looked_at(self, trainer: Trainer) -> Trained:
        diverged = trainer.outcome == "diverged"
        return Trained(trainer.steps_done, trainer.total_steps, diverged, trainer.evaluate("train"), trainer.evaluate("validation"))

    def skipped(self, name: str, why: str) -> Result:
        """The result of a check that can't be made."""
        return Result(name, "skipped", {}, why)
