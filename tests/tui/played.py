"""Trainers played by the test, and what else tests of the workbench need: an app driven by keys, and waiting for a state."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntui.measurements import AnyRecord, Event, State, Status, Steps
from nntui.runs.directory import create
from nntui.runs.liveness import TrainerLock
from nntui.runs.run import Run
from nntui.runs.writer import RunWriter
from nntui.tui.trainers import Start, Trainers

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from nntui.tui.app import NntuiApp
    from nntui.tui.screens.bench import Bench


@dataclass
class Played(Trainers):
    """Trainers whose part the test plays: real run directories, written and locked by this process."""

    starts: list[Start] = field(default_factory=list)
    writer: RunWriter | None = None
    lock: TrainerLock | None = None
    heard: list[str] = field(default_factory=list)
    """Kinds of the commands that were sent."""
    rates: list[float] = field(default_factory=list)
    backends: list[str] = field(default_factory=list)

    beside: list[Path] = field(default_factory=list)
    """Runs that were to be trained beside the one on the bench."""

    def add(self, paths: Sequence[Path]) -> None:
        self.beside += paths

    def start(self, wish: Start) -> Run:
        self.leave()
        self.starts.append(wish)
        path = wish.path or create(wish.experiment, wish.name)
        for command in wish.first:
            Run(path).send(command)
        self.take(path)
        self.tell("training", 1)
        return Run(path)

    def take(self, path: Path) -> None:
        """Be the trainer of this run."""
        self.lock = TrainerLock(path)
        self.writer = RunWriter(path)

    def tell(self, state: State, step: int, *records: AnyRecord, message: str = "") -> None:
        """Write where training is, as a trainer does."""
        assert self.writer is not None
        status = Status(
            state=state, step=step, total_steps=20, epoch=float(step), epochs=20, seconds=0.1 * step, steps_per_second=10.0,
            examples_per_second=40.0, learning_rate=0.02, backend="numpy", pid=1, heartbeat=time.time(), message=message,
        )  # fmt: skip
        self.writer.write(records, status)

    def listen(self) -> list[str]:
        """Kinds of all commands so far."""
        if self.writer is not None:
            for command in self.writer.take_commands():
                self.heard.append(command.kind)
                if command.kind == "learning_rate":
                    self.rates.append(command.value)
                if command.kind == "backend":
                    self.backends.append(command.name)
        return self.heard

    def end(self, state: State, message: str = "") -> None:
        """Say a last word and go."""
        self.tell(state, 7, message=message)
        self.leave()

    def leave(self) -> None:
        """Go without a word."""
        if self.writer is not None and self.lock is not None:
            self.listen()
            self.writer.close()
            self.lock.release()
        self.writer = self.lock = None


def steps(first: int, last: int, loss: float = 0.5) -> Steps:
    return Steps(first, last, float(last), 0.1 * last, loss, loss, loss, 1.0, 1.0, 0, 0.02)


def happened(kind: str, text: str) -> Event:
    return Event(step=1, kind=kind, text=text)


def bench(app: NntuiApp) -> Bench:
    """The app's base screen."""
    from nntui.tui.screens.bench import Bench

    return next(screen for screen in app.screen_stack if isinstance(screen, Bench))


def text(app: NntuiApp, selector: str) -> str:
    """What a line of the bench shows."""
    from nntui.tui.line import Lines

    return "\n".join(strip.text for strip in bench(app).query_one(selector, Lines)._strips)


async def until(pilot: Pilot[Any], so: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something is so; fail if it isn't within some seconds."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it never came to that"
        await pilot.pause(0.02)


def failures(app: NntuiApp) -> list[str]:
    """Tracebacks of what went wrong in an unforeseen way, and was survived."""
    screen = bench(app)
    return [*screen.gallery.failures, *([screen.mishap] if screen.mishap else [])]
