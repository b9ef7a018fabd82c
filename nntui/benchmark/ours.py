"""nntui as a competitor: the same trainer that every run uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import nntui
from nntui.benchmark.engines import Candidate
from nntui.training.threads import limited
from nntui.training.trainer import Trainer

if TYPE_CHECKING:
    from nntui.benchmark.workloads import Workload

AHEAD, WAITING = "graph", "step by step"
"""On a device: many steps sent off at once, replayed as a CUDA graph where that is possible; or each waited for."""


class Ours:
    """Our own engine on one of its backends."""

    name = "nntui"

    def __init__(self, backend: str = "numpy") -> None:
        self.backend = backend
        self.version = f"{nntui.__version__}, {'NumPy ' + np.__version__ if backend == 'numpy' else _cupy()}"

    def candidates(self, workload: Workload, threads: tuple[int, ...]) -> list[Candidate]:
        """One for each number of threads, which go on with the same training; on a device, one for each way to make steps."""
        if self.backend != "numpy":
            return [self._on_device(workload, setting) for setting in (WAITING, AHEAD)]
        trainer = Trainer(workload.experiment, self.backend, data=workload.data)

        def trained_with(count: int) -> Candidate:
            def train(steps: int) -> None:
                with limited(count):
                    trainer.step(steps)

            return Candidate(self.name, count, "", train)

        return [trained_with(count) for count in threads]

    def _on_device(self, workload: Workload, setting: str) -> Candidate:
        trainer = Trainer(workload.experiment, self.backend, data=workload.data)
        trainer.runner.ahead = trainer.runner.ahead and setting == AHEAD

        def train(steps: int) -> None:
            trainer.step(steps)
            trainer.ops.synchronize()

        return Candidate(self.name, 1, setting, train)


def _cupy() -> str:
    from importlib.metadata import version

    from nntui.backends import load
    from nntui.backends.cupy_blas import tf32
    from nntui.backends.cupy_device import device_name

    load("cupy")
    import cupy

    found = getattr(cupy, "__version__", "") or version("cupy")
    return f"CuPy {found} on {device_name()}{', TF32' if tf32() else ''}"
