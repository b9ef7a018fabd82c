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


class Ours:
    """Our own engine on NumPy."""

    name = "nntui"
    version = f"{nntui.__version__}, NumPy {np.__version__}"

    def candidates(self, workload: Workload, threads: tuple[int, ...]) -> list[Candidate]:
        """One for each number of threads; they go on with the same training."""
        trainer = Trainer(workload.experiment, "numpy", data=workload.data)

        def trained_with(count: int) -> Candidate:
            def train(steps: int) -> None:
                with limited(count):
                    trainer.step(steps)

            return Candidate(self.name, count, "", train)

        return [trained_with(count) for count in threads]
