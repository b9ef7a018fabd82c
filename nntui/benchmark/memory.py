"""How much memory a training takes: a process of its own trains a little and evaluates, and looks at its peak.

`python -m nntui.benchmark.memory NETWORK THREADS` prints that peak in bytes, without what the program itself takes.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from nntui.benchmark.workloads import LARGE, WORKLOADS, Workload
from nntui.nn.costs import training_bytes
from nntui.nn.plan import plan
from nntui.training.threads import limited
from nntui.training.trainer import Trainer

STEPS = 5
STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Memory:
    """Of one training, in bytes."""

    peak: int
    """What it took at most."""
    needed: int
    """Parameters, gradients and optimizer slots, a batch's activations with their gradients, and the data."""


def measured(workload: Workload, threads: int) -> Memory | None:
    """Train one of the benchmark's own in a fresh process; None where a system doesn't say how large processes are."""
    if not STATUS.exists() or workload not in (*WORKLOADS, *LARGE):
        return None
    command = [sys.executable, "-m", "nntui.benchmark.memory", workload.name, str(threads)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return Memory(int(told.stdout), needed(workload)) if told.returncode == 0 else None


def needed(workload: Workload) -> int:
    """Bytes that can't be done without."""
    splits = (workload.data.train, workload.data.validation)
    data = sum(split.X.nbytes + split.y.nbytes for split in splits if split is not None)
    return data + training_bytes(plan(workload.layers, workload.x).checked(), workload.batch, len(workload.optimizer.slots))


def _bytes(field: str) -> int:
    """VmRSS, what this process has now, or VmHWM, its peak: getrusage's would be that of the process that started this one, too."""
    return 1024 * int(STATUS.read_text().split(f"{field}:")[1].split()[0])


def _main(name: str, threads: int) -> int:
    workload = next(workload for workload in (*WORKLOADS, *LARGE) if workload.name == name)
    Trainer(WORKLOADS[0].experiment, "numpy", data=WORKLOADS[0].data).step(1)  # what is imported when training begins
    before = _bytes("VmRSS")
    trainer = Trainer(workload.experiment, "numpy", data=workload.data)
    with limited(threads):
        trainer.step(STEPS)
        trainer.evaluate()
    return _bytes("VmHWM") - before


if __name__ == "__main__":
    print(_main(sys.argv[1], int(sys.argv[2])))
