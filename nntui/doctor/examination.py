"""Training an experiment for a while in this process, to see how it does: the records that a run of it would tell."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nntui.measurements import AnyRecord, Event, Measurement
from nntui.runs.history import History

if TYPE_CHECKING:
    from nntui.data.source import Data
    from nntui.experiment import Experiment

GROWTH = 0.1
"""Of the steps so far, until the next look: problems show early, and what changes slowly can be looked at seldom."""
AGAIN = 1.4
"""Times the step of the last evaluation, until the next: batch losses are too noisy to tell early how fast a loss falls."""
UNTIL = 4
"""Steps before the first of these evaluations."""
PORTION = 0.5
"""Seconds after which it is asked whether the time is over."""


@dataclass(frozen=True)
class Examination:
    """What was seen of an experiment, and how far it came."""

    experiment: Experiment
    history: History
    steps: int
    total_steps: int
    outcome: Literal["finished", "diverged"] | None
    """None: the time, or the steps allowed, were over before the training was."""
    message: str = ""


def examine(experiment: Experiment, steps: int | None = None, seconds: float = float("inf"), data: Data | None = None) -> Examination:
    """Train at most so many steps and seconds, looking at all layers again and again, at steps that don't depend on the clock.

    data: already loaded. Raises NntuiError if the experiment can't be trained.
    """
    from nntui.training.trainer import Trainer

    if data is None:
        experiment.check()
        data = experiment.data.load(experiment.seed)
    trainer = Trainer(experiment, data=dataclasses.replace(data, plane=None))  # nobody looks at pictures
    history = History()
    history.extend(trainer.opening())
    most = trainer.total_steps if steps is None else min(steps, trainer.total_steps)
    begun = time.perf_counter()
    while not trainer.finished and trainer.steps_done < most and time.perf_counter() - begun < seconds:
        until = min(trainer.steps_done + 1 + int(GROWTH * trainer.steps_done), most)
        while not trainer.finished and trainer.steps_done < until and time.perf_counter() - begun < seconds:
            speed = trainer.steps_done / max(time.perf_counter() - begun, 1e-3)
            portion = min(until - trainer.steps_done, max(int(PORTION * speed), 1))
            records = trainer.advance(seconds, portion, look=trainer.steps_done + portion == until)
            history.extend(_without_chance(records, until))
        evaluated = max((one.step for one in history.evaluations[-2:]), default=0)
        if not trainer.finished and trainer.steps_done >= max(AGAIN * evaluated, UNTIL):
            history.extend([trainer.glance()])
    if trainer.outcome == "diverged":
        history.extend([Event(step=trainer.steps_done, kind="diverged", text=trainer.message)])
    else:
        last = max((one.step for one in history.evaluations), default=-1)
        closing = trainer.closing() if trainer.outcome == "finished" or trainer.steps_done > last else []
        history.extend(closing)
    return Examination(experiment, history, trainer.steps_done, trainer.total_steps, trainer.outcome, trainer.message)


def told(experiment: Experiment, history: History) -> Examination:
    """What a run has told by itself."""
    status = history.status
    outcome: Literal["finished", "diverged"] | None = status.state if status.state in ("finished", "diverged") else None
    return Examination(experiment, history, status.step, status.total_steps, outcome, status.message)


def _without_chance(records: list[AnyRecord], step: int) -> Iterator[AnyRecord]:
    """Without the measurements that were made because some time had passed."""
    return (record for record in records if not isinstance(record, Measurement) or record.step == step)
