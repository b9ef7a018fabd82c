"""Several runs trained at once, each in a process of its own, and never more than there are cores for."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from pathlib import Path

from nntui.errors import NntuiError, RunError
from nntui.measurements import Command
from nntui.runs.run import Run
from nntui.training.running import start


def cores() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux tells
        return os.cpu_count() or 1


class Queue:
    """Runs that wait, and trainer processes that work on others. `tend` does what is due, and is to be called often."""

    def __init__(self, jobs: int | None = None) -> None:
        self.jobs = jobs or cores()
        """Most trainers at once."""
        self.waiting: deque[Path] = deque()
        self.working: dict[Path, subprocess.Popen[bytes]] = {}
        self.refused: dict[Path, NntuiError] = {}
        """Runs that couldn't be started, and why."""

    @property
    def busy(self) -> bool:
        """Whether there is anything left to wait for."""
        return bool(self.waiting or self.working)

    def tend(self) -> list[Path]:
        """Take note of trainers that have ended, start those there is room for; the runs that have ended since the last call."""
        ended = [path for path, process in self.working.items() if process.poll() is not None]
        for path in ended:
            del self.working[path]
        while self.waiting and len(self.working) < self.jobs:
            path = self.waiting.popleft()
            try:
                self.working[path] = start(path)
            except NntuiError as error:
                self.refused[path] = error
                ended.append(path)
        return ended

    def stop(self) -> list[Path]:
        """Let nobody wait any more, and ask those that train to save and stop; the runs that were waiting."""
        left = list(self.waiting)
        self.waiting.clear()
        for path, process in self.working.items():
            try:
                with Run(path) as run:
                    run.send(Command("stop"))
            except RunError:
                process.terminate()  # too early, or too late, to listen
        return left
