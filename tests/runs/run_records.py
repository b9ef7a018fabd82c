"""Records and experiments made by hand, for tests that need a run but no training."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from nntui.experiment import Experiment
from nntui.measurements import Evaluation, Histogram, LayerMeasurement, Measurement, Steps, Surface
from nntui.runs.run import Run

TINY = """
title = "Two arms"
network = [
  { layer = "dense", units = 4 },
  { layer = "tanh" },
  { layer = "dense", units = 2 },
]
[data]
source = "spiral"
[loss]
kind = "cross_entropy"
[optimizer]
kind = "adam"
"""


def experiment(*changes: str) -> Experiment:
    """A small network on the spiral."""
    return Experiment.from_toml(TINY).set(*changes)


def steps(first: int, last: int | None = None, loss: float = 0.5) -> Steps:
    last = first if last is None else last
    return Steps(
        first=first, last=last, epoch=last / 10, seconds=last / 100, loss=loss, loss_min=loss, loss_max=loss,
        gradient_norm=1.0, gradient_norm_max=1.5, clipped=0, learning_rate=0.01,
    )  # fmt: skip


def evaluation(step: int, split: str, loss: float, **metrics: float) -> Evaluation:
    return Evaluation(step=step, epoch=step / 10, split=split, loss=loss, metrics=metrics)  # type: ignore[arg-type]


def measurement(step: int, gradient: float = 1.0, mean: float = 0.0) -> Measurement:
    histogram = Histogram(-1.0, 1.0, tuple(range(20)))
    layers = [
        LayerMeasurement("0.dense", mean, 1.0, 0.0, math.nan, 0.0, histogram, 0.1, gradient, 2.0, 1e-3),
        LayerMeasurement("1.tanh", 0.0, 0.5, 0.0, 0.1, 0.0, histogram, 0.1),
    ]
    return Measurement(step=step, epoch=step / 10, layers=tuple(layers), seconds=1e-4)


def surface(step: int) -> Surface:
    return Surface(step=step, columns=2, rows=1, x=(-1.0, 1.0), y=(0.0, 0.0), values=b"\0" * 8)


def wait(run: Run, reached: Callable[[Run], bool], seconds: float = 20.0) -> None:
    """Refresh until something is reached; fail if it isn't in time."""
    import time

    end = time.monotonic() + seconds
    while not reached(run):
        assert time.monotonic() < end, f"not reached within {seconds} s: the run is {run.status}\n{log(run.path)}"
        time.sleep(0.002)
        run.refresh()


def log(path: Path) -> str:
    file = path / "trainer.log"
    return file.read_text() if file.exists() else ""
