"""Supervised steps on a device, many at a time: the host sends them off and hears of them afterwards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nntui.training.programs.base import StepResult

if TYPE_CHECKING:
    import numpy as np

    from nntui.backends.operations import Array
    from nntui.nn.network import Network
    from nntui.optim.updater import Updater
    from nntui.training.batches import Batches
    from nntui.training.objective import Objective


class DeviceSteps:
    """Steps over full batches of one epoch, all launched before any is waited for. streams: who draws random numbers in a step."""

    def __init__(
        self, network: Network, objective: Objective, updater: Updater, batches: Batches, X: Array, T: Array,
        streams: Sequence[np.random.Generator],
    ) -> None:  # fmt: skip
        from nntui.backends.cupy_steps import Job, Steps, fetch

        self._ops, self._updater, self._batches = network.ops, updater, batches
        self._order = network.ops.zeros((batches.examples,), "int64")
        self._epoch = -1

        def take(places: Array) -> None:
            fetch(X, self._order, places, objective.X)
            fetch(T, self._order, places, objective.T)

        def compute() -> None:
            objective.forward()
            objective.backward()

        self._steps = Steps(
            Job(
                take, network.keep_statistics if network.statistics else lambda: None, compute, updater.move, objective.at.value,
                updater.gradient, updater.clip_norm, (network.flat, *updater.slots.values(), *network.statistics.values()),
            ),
            streams,
        )  # fmt: skip

    @property
    def note(self) -> str:
        """What is worth telling about how steps are made."""
        return self._steps.note

    def room(self, step: int) -> int:
        """How many steps from this one on can be made together; 0 for the smaller batch at the end of an epoch."""
        from nntui.backends.cupy_steps import ROWS

        return min(self._batches.examples // self._batches.size - step % self._batches.per_epoch, ROWS)

    def make(self, step: int, rates: Sequence[float], momenta: Sequence[float | None]) -> list[StepResult]:
        """Make these steps, the first of which is number `step`; what they came to, up to one that went wrong."""
        epoch, first = divmod(step, self._batches.per_epoch)
        if epoch != self._epoch:
            self._ops.copy(self._batches.order(epoch), self._order)
            self._epoch = epoch
        places = [(first + k) * self._batches.size for k in range(len(rates))]
        told = self._steps.make(places, rates, momenta, self._updater.t + 1)
        wrong = next((k for k, one in enumerate(told) if not math.isfinite(one.loss) or not math.isfinite(one.square)), None)
        if wrong is not None:  # as if the steps after it hadn't been made: they changed nothing
            told = told[: wrong + 1]
        self._updater.t += len(told) - (wrong is not None and not math.isfinite(told[-1].loss))
        return [StepResult(one.loss, math.sqrt(one.square) if one.square >= 0.0 else one.square, one.clipped) for one in told]
