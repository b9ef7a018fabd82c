"""Which backend `auto` means for one experiment: where there is a GPU, both train it for a moment, and the faster one is taken.

A launch on a GPU costs about as much as a whole step of a small network on the CPU, so neither is always right.
"""

from __future__ import annotations

import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

import msgspec

from nntui import backends
from nntui.errors import BackendError

if TYPE_CHECKING:
    from nntui.data.source import Data
    from nntui.experiment import Experiment

TRIAL = 0.3
"""Seconds for which each backend trains."""
WARM_UP = 3
"""Steps before the clock starts: they allocate, compile and look things up."""
LONG = 1_000_000
"""Epochs of a trial, so that it never comes to its end."""


def fastest(experiment: Experiment, data: Data, dtype: str) -> tuple[str, str]:
    """The name of the faster backend and, where there was a choice, why it was taken, in a sentence; else ""."""
    if find_spec("cupy") is None:
        return "numpy", ""
    try:
        backends.load("cupy")
        on_device = steps_per_second(experiment, "cupy", data, dtype)
    except BackendError as error:
        return "numpy", f"auto took numpy: {error}"
    on_host = steps_per_second(experiment, "numpy", data, dtype)
    taken, slower, rates = ("cupy", "numpy", (on_device, on_host)) if on_device > on_host else ("numpy", "cupy", (on_host, on_device))
    return taken, f"auto took {taken}: it trains this at {rates[0]:,.0f} steps/s, {slower} at {rates[1]:,.0f}"


def steps_per_second(experiment: Experiment, backend: str, data: Data, dtype: str) -> float:
    """Measured on a training of its own, which is thrown away. Raises BackendError if it has no room on the device."""
    from nntui.training.threads import settled
    from nntui.training.trainer import Trainer

    endless = msgspec.structs.replace(experiment.training, epochs=LONG, early_stopping=None)
    trial = Trainer(experiment.replace(training=endless, start=None), backend, dtype, data)
    with settled(trial):
        trial.step(WARM_UP)
        trial.ops.synchronize()
        steps, begun, portion = 0, time.perf_counter(), 1
        while (passed := time.perf_counter() - begun) < TRIAL and not trial.finished:
            trial.step(portion)
            trial.ops.synchronize()
            steps += portion
            portion = max(1, min(2 * portion, int(steps * (TRIAL - passed) / max(passed, 1e-9))))
        return steps / max(time.perf_counter() - begun, 1e-9)
