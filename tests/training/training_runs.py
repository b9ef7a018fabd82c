"""Runs that really train, in processes that are really killed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from nntui.experiment import Experiment
from nntui.measurements import Steps
from nntui.runs.run import Run
from nntui.training import process

SPIRAL = """
title = "Two arms"
network = [
  { layer = "dense", units = 8 },
  { layer = "batch_norm" },
  { layer = "tanh" },
  { layer = "dropout", rate = 0.2 },
  { layer = "dense", units = 2 },
]
[data]
source = "spiral"
noise = 0.2
[loss]
kind = "cross_entropy"
[optimizer]
kind = "adam"
learning_rate = 0.01
[schedule]
kind = "one_cycle"
[training]
epochs = 5000
batch_size = 16
clip_norm = 1.0
early_stopping = { patience = 4000 }
"""
"""With everything that a checkpoint has to remember: slots, statistics, random streams, best weights; too long to end by itself."""


def experiment(*changes: str) -> Experiment:
    return Experiment.from_toml(SPIRAL).set(*changes)


def wait(run: Run, reached: Callable[[Run], bool], seconds: float = 30.0) -> None:
    """Refresh until something is reached; fail if it isn't in time."""
    end = time.monotonic() + seconds
    while not reached(run):
        given_up = time.monotonic() > end or run.status.state == "failed"
        assert not given_up, f"not reached within {seconds} s: the run is {run.status}\n{log(run.path)}"
        time.sleep(0.002)
        run.refresh()


def reach(run: Run, state: str) -> None:
    wait(run, lambda run: run.status.state == state)


def log(path: Path) -> str:
    file = path / "trainer.log"
    return file.read_text() if file.exists() else ""


def trainer(path: Path, prepared: str = "") -> subprocess.Popen[bytes]:
    """A trainer process in which some Python ran before."""
    script = f"import sys\n{prepared}\nfrom nntui.training.process import main\nsys.exit(main(sys.argv[1:]))"
    environment = {"PYTHONPATH": str(Path(process.__file__).parents[2])}
    with (path / "trainer.log").open("ab") as file:
        return subprocess.Popen([sys.executable, "-c", script, str(path)], env=environment, stdout=file, stderr=file)


def told(run: Run) -> list[tuple[object, ...]]:
    """The windows of steps, without how long they took."""
    return [tuple(getattr(window, name) for name in Steps.__struct_fields__ if name != "seconds") for window in run.history.steps]


def sentences(run: Run) -> list[str]:
    return [event.text for event in run.history.events]
