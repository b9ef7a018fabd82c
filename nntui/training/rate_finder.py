"""The learning-rate range test: train a copy with a rate that grows at every step, and see where the loss falls fastest.

Smith, "Cyclical learning rates for training neural networks" (2017), section 3.3, with the smoothing and the end of fastai's
finder (Howard and Gugger 2020). What is trained here is thrown away: the run that it was copied from isn't touched.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from nntui.errors import ExperimentError
from nntui.optim.schedules import Constant

if TYPE_CHECKING:
    from nntui.experiment import Experiment
    from nntui.training.state import TrainerState

LOW, HIGH = 1e-7, 10.0
"""The rates tried, from and to."""

STEPS = 120

SMOOTHING = 0.9
"""Weight of what came before in the smoothed loss; every batch is another one."""

GONE = 4.0
"""Times the least loss, or the spread of the losses above it, at which the test ends."""

CLEAR = 3.0

HARDLY_ANY = 8
"""Steps at the beginning that say nothing: the average is still of too few."""


class RateSearch(msgspec.Struct, frozen=True):
    """What was tried, and what came of it."""

    rates: list[float]
    losses: list[float]
    """Of the batch of each step, before its update."""
    smooth: list[float]
    suggestion: float | None
    """Where the smoothed loss falls fastest, to two digits; None if it falls nowhere."""
    limit: float | None
    """The rate at which the loss grew out of all bounds; None if it never did."""


def find_rate(
    experiment: Experiment, state: TrainerState | None = None, steps: int = STEPS, on_step: Callable[[int], None] | None = None
) -> RateSearch:
    """Try rates on a copy of the experiment, from its beginning or from a state that it was trained to.

    on_step: called with how many steps are done. Raises NntuiError if it can't be trained.
    """
    from nntui.training.trainer import Trainer

    if not 20 <= steps <= 10_000:
        raise ExperimentError(f"a learning rate is looked for in 20 to 10,000 steps, not in {steps}")
    training = msgspec.structs.replace(experiment.training, epochs=1_000_000, early_stopping=None)
    trainer = Trainer(experiment.replace(schedule=Constant(), training=training))
    if state is not None:
        trainer.load_state(state)
        trainer.outcome = None
    rates: list[float] = []
    losses: list[float] = []
    for index in range(steps):
        rate = LOW * (HIGH / LOW) ** (index / (steps - 1))
        optimizer = msgspec.structs.replace(trainer.experiment.optimizer, learning_rate=rate)
        trainer.experiment = trainer.experiment.replace(optimizer=optimizer)
        loss = trainer.step(1)
        if on_step is not None:
            on_step(index + 1)
        if not math.isfinite(loss):
            return judged(rates, losses, rate)
        rates.append(rate)
        losses.append(loss)
        if gone(losses):
            return judged(rates, losses, rate)
    return judged(rates, losses, None)


def gone(losses: Sequence[float]) -> bool:
    """Whether the loss, smoothed, has grown out of all bounds."""
    smooth = smoothed(losses)
    if len(smooth) <= HARDLY_ANY:
        return False
    least, first = min(smooth), smooth[0]
    return smooth[-1] > least + (GONE - 1.0) * max(abs(least), abs(first - least), 1e-12)


def judged(rates: Sequence[float], losses: Sequence[float], limit: float | None) -> RateSearch:
    """The rate to take: where the smoothed loss falls most per decade, on its last way down to its least.

    At the smallest rates nothing is learned yet: how much the loss varies there says what is noise. A fall of less than
    CLEAR times that is none.
    """
    smooth = smoothed(losses)
    quiet = smooth[HARDLY_ANY : max(len(smooth) // 3, HARDLY_ANY + 2)]
    if len(quiet) < 2:
        return RateSearch(list(rates), list(losses), smooth, None, limit)
    level, noise = statistics.fmean(quiet), statistics.stdev(quiet)
    lowest = min(range(HARDLY_ANY, len(smooth)), key=smooth.__getitem__)
    top = max((index for index in range(HARDLY_ANY, lowest) if smooth[index] >= level - noise), default=HARDLY_ANY)
    half = max(len(smooth) // 40, 1)

    def slope(index: int) -> float:
        first, last = max(index - half, top), min(index + half, lowest)
        return (smooth[last] - smooth[first]) / math.log(rates[last] / rates[first])

    suggestion = None
    if lowest > top and smooth[lowest] < level - CLEAR * noise:
        suggestion = float(f"{rates[min(range(top, lowest), key=slope)]:.1e}")
    return RateSearch(list(rates), list(losses), smooth, suggestion, limit)


def smoothed(losses: Sequence[float]) -> list[float]:
    """Exponential moving average, divided so that it begins with the first value."""
    found: list[float] = []
    total = 0.0
    for count, loss in enumerate(losses, 1):
        total = SMOOTHING * total + (1.0 - SMOOTHING) * loss
        found.append(total / (1.0 - SMOOTHING**count))
    return found
