"""Training that goes on elsewhere, or with other values: weights, optimizer state and position are carried over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nntui.adjusting import adjustments, told
from nntui.errors import ExperimentError
from nntui.measurements import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nntui.training.trainer import Trainer

SEEN = 1.0
"""Seconds of training on the new backend after which the two speeds are told: kernels are compiled by then."""


def moved(trainer: Trainer, backend: str) -> Trainer:
    """The same training on another backend. Raises BackendError if that can't run here or has no room; the old one stays whole.

    How many threads it had means nothing elsewhere: that is settled anew.
    """
    from nntui.training.trainer import Trainer

    state = trainer.state()
    new = Trainer(trainer.experiment, backend, trainer.network.dtype, trainer.data)
    new.load_state(replace(state, extra={**state.extra, "threads": None}))
    new.rested = trainer.rested
    return new


def adjusted(trainer: Trainer, assignments: Sequence[str]) -> tuple[Trainer, Event]:
    """The same training with some values changed ("optimizer.momentum=0.8"), and what to tell about it.

    Raises ExperimentError for what can't be changed while it trains; the old training stays whole.
    """
    from nntui.training.trainer import Trainer

    before = trainer.experiment
    experiment = before.set(*assignments)
    if adjustments(before, experiment) is None:
        raise ExperimentError(f"{', '.join(assignments)}: can't be changed while it trains")
    state = trainer.state()
    new = Trainer(experiment, trainer.backend_name, trainer.network.dtype, trainer.data)
    new.load_state(replace(state, extra={**state.extra, "learning_rate": experiment.optimizer.learning_rate}))
    new.adjusted = (*trainer.adjusted, *assignments)
    new.take_clocks(trainer)
    return new, Event(step=new.steps_done, kind="adjusted", text=told(before, assignments))


class Moves:
    """Changes of backend in one training, and how fast it was on either side."""

    def __init__(self) -> None:
        self._wanted = ""
        self._before: tuple[str, float] | None = None
        """Where the training came from, and its steps per second there, until the new speed is known."""
        self._since = 0.0

    @property
    def wanted(self) -> bool:
        """Whether somebody asked for another backend."""
        return bool(self._wanted)

    def want(self, backend: str, now: str) -> None:
        """Ask to move; nothing happens if the training is there already."""
        self._wanted = "" if backend == now else backend

    def make(self, trainer: Trainer, tell: Callable[[Event], None]) -> Trainer:
        """Move as asked. Raises BackendError, and nothing is asked for any more."""
        wanted, self._wanted = self._wanted, ""
        speed = trainer.steps_per_second
        new = moved(trainer, wanted)
        self._before = (trainer.backend_name, speed) if speed > 0.0 else None
        self._since = new.seconds
        text = f"{trainer.backend_name} → {wanted} after step {new.steps_done:,}: weights, optimizer state and position carried over"
        tell(Event(step=new.steps_done, kind="backend", text=text))
        return new

    def compared(self, trainer: Trainer) -> Event | None:
        """Both speeds, once the new one is known."""
        if self._before is None or trainer.seconds - self._since < SEEN:
            return None
        (name, before), self._before = self._before, None
        now = trainer.steps_per_second
        faster = now >= before
        times = (now / before if faster else before / now) if now > 0.0 else 0.0
        how = f"{times:.1f} times {'faster' if faster else 'slower'}"
        text = f"{trainer.backend_name}: {now:,.0f} steps/s, {name} made {before:,.0f}: {how}"
        return Event(step=trainer.steps_done, kind="backend", text=text)
