"""What it costs to watch: the same training, stepped blindly and measured as the workbench has it measured, in turns."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntui.benchmark.rounds import steps_within
from nntui.training.steering import SLICE
from nntui.training.threads import limited
from nntui.training.trainer import Trainer

if TYPE_CHECKING:
    from nntui.benchmark.workloads import Workload

ROUNDS = 10


@dataclass(frozen=True)
class Watching:
    """The cost of watching a training."""

    measuring: float
    """Share of the training time that the trainer itself says measuring took."""
    slowdown: float
    """How much longer training took by the clock, as a share: evaluations after each epoch included."""


def cost(workload: Workload, threads: int, seconds: float, backend: str = "numpy") -> Watching:
    """Train twice side by side for about so many seconds together."""
    blind, watched = (Trainer(workload.experiment, backend, data=workload.data) for _ in range(2))
    ratios = []
    with limited(threads):
        count = steps_within(blind.step, seconds / 2 / ROUNDS)
        watched.opening()
        for _ in range(ROUNDS):
            started, first = time.perf_counter(), watched.steps_done
            blind.step(count)
            between = time.perf_counter()
            while time.perf_counter() < between + (between - started):
                watched.advance(SLICE)
            ended = time.perf_counter()
            ratios.append(count / (between - started) * (ended - between) / (watched.steps_done - first))
    return Watching(watched.measuring, statistics.median(ratios) - 1.0)
