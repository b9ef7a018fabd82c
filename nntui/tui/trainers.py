"""The trainer processes that this app has started: begun, gone on with, and reaped, so that a dead one is seen to be dead."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.experiment import Experiment
from nntui.measurements import Command

if TYPE_CHECKING:
    from nntui.runs.run import Run
    from nntui.training.queue import Queue


@dataclass(frozen=True)
class Start:
    """A run to be trained: a new one of this experiment, or the one at `path` gone on with."""

    experiment: Experiment
    name: str
    path: Path | None = None
    first: tuple[Command, ...] = ()
    """What the trainer finds waiting for it: a pace; `step` and `epoch` make it pause after that much."""


@dataclass
class Trainers:
    """Starts trainer processes. Each is a session of its own: it outlives this program unless told to stop."""

    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    queue: Queue | None = None
    """Runs that train beside the one on the bench, or wait for it."""

    def start(self, wish: Start) -> Run:
        """Write the run directory, if it is a new run, and start its trainer. Raises NntuiError; takes some milliseconds."""
        from nntui.runs.directory import create
        from nntui.runs.run import Run
        from nntui.training.running import start

        path = wish.path or create(wish.experiment, wish.name)
        run = Run(path)
        for command in wish.first:
            run.send(command)
        self.children.append(start(path))
        run.refresh()
        return run

    def add(self, paths: Sequence[Path]) -> None:
        """Train these, too, as soon as there is a core for them. Who still waits when the program ends isn't trained."""
        from nntui.training.queue import Queue, cores

        if self.queue is None:
            self.queue = Queue(max(cores() - 1, 1))  # one is for the run on the bench
        self.queue.waiting.extend(paths)

    def reap(self) -> None:
        """Take note of trainers that have ended: a child nobody waits for would go on looking alive."""
        for child in list(self.children):  # one more may be added meanwhile, by the thread that starts it
            if child.poll() is not None:
                self.children.remove(child)
        if self.queue is not None:
            self.queue.tend()
