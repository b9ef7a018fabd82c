"""A run's progress without the workbench: one line that is rewritten on a terminal, or lines that stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from nntui.errors import RunError
from nntui.measurements import Command
from nntui.tui.numbers import count, duration, short, si

if TYPE_CHECKING:
    from nntui.runs.run import Run

INTERVAL = 0.1
"""Seconds between two looks at the run."""

STRIDE = 0.1
"""Share of the run after which a line that stays is written."""


class Progress:
    """Tells how far a run is. Quiet if `stream` is None."""

    def __init__(self, stream: TextIO | None, *, rewriting: bool) -> None:
        self.stream = stream
        self.rewriting = rewriting
        self._width = 0
        self._told = -1.0
        self._events: set[tuple[int, str]] = set()
        self._message = ""

    def skip(self, run: Run) -> None:
        """Take what has happened so far for known."""
        self._events.update((event.step, event.text) for event in run.history.events)

    def show(self, run: Run) -> None:
        """Write what is new."""
        if self.stream is None:
            return
        for event in run.history.events:
            if (event.step, event.text) not in self._events:
                self.say(event.text)
        self.skip(run)
        if run.live and run.status.message != self._message:  # a trainer that lives and yet has something to say is in trouble
            self._message = run.status.message
            if self._message:
                self.say(self._message)
        if self.rewriting:
            self._rewrite(progress_line(run))
        elif run.status.state != "starting" and run.status.total_steps and run.history.steps:
            done = run.status.step / run.status.total_steps
            if done // STRIDE > self._told // STRIDE:
                self._told = done
                print(progress_line(run), file=self.stream, flush=True)

    def say(self, sentence: str) -> None:
        """Write a sentence that stays."""
        if self.stream is not None:
            self.clear()
            print(sentence, file=self.stream, flush=True)

    def clear(self) -> None:
        """Take the rewritten line away."""
        if self._width and self.stream is not None:
            print("\r" + " " * self._width + "\r", end="", file=self.stream, flush=True)
            self._width = 0

    def _rewrite(self, text: str) -> None:
        text = text[: _columns(self.stream) - 1]  # a line that wraps can't be rewritten
        print("\r" + text.ljust(self._width), end="", file=self.stream, flush=True)
        self._width = max(len(text), self._width)


def _columns(stream: TextIO | None) -> int:
    """Of the terminal that is written to, wherever the other streams go and whatever COLUMNS says."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80 if stream is not None else 80
    except (OSError, ValueError):
        return 80


def progress_line(run: Run) -> str:
    """How far, how good, how fast, how long still: "epoch 37/200  loss 0.12  val_accuracy 0.95  31.2k steps/s  1m12s left"."""
    status = run.status
    parts: list[str] = [status.state] if status.state != "training" else []
    if status.epochs:
        parts.append(f"epoch {status.epoch:.0f}/{status.epochs}")
    if run.history.steps:
        parts.append(f"loss {short(run.history.steps[-1].loss)}")
    parts += [f"{name} {short(value)}" for name, value in newest_metrics(run).items()]
    if status.steps_per_second > 0.0:
        parts.append(f"{si(status.steps_per_second, 0)} steps/s")
        if status.remaining is not None and status.state == "training":
            parts.append(f"{duration(status.remaining)} left")
    return "  ".join(parts)


def newest_metrics(run: Run) -> dict[str, float]:
    """The metrics of the newest evaluation: of the validation part if there is one."""
    evaluations = run.history.evaluations
    newest = next((e for e in reversed(evaluations) if e.split == "validation"), evaluations[-1] if evaluations else None)
    if newest is None:
        return {}
    prefix = "val_" if newest.split == "validation" else ""
    values = newest.metrics or {"loss": newest.loss}
    return {prefix + name: value for name, value in values.items()}


class Interrupts:
    """While it is entered, Ctrl-C and a polite kill are counted instead of ending the program."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.count = 0
        self._before: list[Any] = []

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.count += 1

    def __enter__(self) -> Interrupts:
        self._before = [signal.signal(number, self._hear) for number in self.SIGNALS]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in zip(self.SIGNALS, self._before, strict=True):
            signal.signal(number, handler)


def follow(run: Run, trainer: subprocess.Popen[bytes], progress: Progress, interrupts: Interrupts, greeting: str) -> None:
    """Watch a run until its trainer has ended. The greeting is said once it trains: what is refused needs none.

    An interrupt asks the trainer to save and stop; a second one leaves the trainer to that and returns at once.
    """
    asked = False
    while True:
        ended = _ended(trainer)  # asked first: what is read afterwards is then the last word
        run.refresh()
        if greeting and (run.status.state in ("training", "paused", "finished", "diverged") or trainer.returncode in (0, 1)):
            progress.say(greeting)
            greeting = ""
        if not greeting or progress.rewriting:
            progress.show(run)
        if ended:
            return
        if interrupts.count and not asked:
            asked = True
            progress.say("stopping and saving; interrupt again to leave without waiting")
            _stop(run, trainer)
        elif interrupts.count > 1:
            if run.live:
                progress.say(f"process {trainer.pid} goes on saving; nntui show {run.name} tells what came of it")
            return


def _ended(trainer: subprocess.Popen[bytes]) -> bool:
    try:
        trainer.wait(INTERVAL)
    except subprocess.TimeoutExpired:
        return False
    return True


def _stop(run: Run, trainer: subprocess.Popen[bytes]) -> None:
    try:
        run.send(Command("stop"))
    except RunError:
        trainer.terminate()  # too early, or too late, to listen


def summary(run: Run, path: Path) -> str:
    """What came of a run, in a few lines."""
    status, results = run.status, run.results()
    speed = f", {si(status.step / status.seconds, 0)} steps/s" if status.seconds > 0.0 else ""
    backend = f" on {status.backend}" if status.backend else ""
    epochs = short(round(status.epoch, 2))
    lines = [
        f"{status.state} after {epochs} epoch{'s' * (epochs != '1')}: {count(status.step)} step{'s' * (status.step != 1)} "
        f"in {duration(status.seconds)}{speed}{backend}"
    ]
    if status.message and status.message not in {event.text for event in run.history.events}:
        lines.append(f"  {status.message}")
    if results.loss is not None:
        lines.append(_row("train", {"loss": results.loss, **results.metrics}))
    if results.val_loss is not None:
        best = results.best
        note = f"   best {best.name} {short(best.value)} at step {count(best.step)}" if best is not None and best.validation else ""
        lines.append(_row("validation", {"loss": results.val_loss, **results.val_metrics}) + note)
    values = run.summary()
    references = run.experiment.reference if results.loss is not None else {}
    for name, reference in references.items():
        reached = values.get(name)
        was = f"{name} {short(reached)}" if reached is not None else f"{name} isn't measured here"
        lines.append(f"  {'reference':<12}{was}, expected {reference_words(reference.at_least, reference.at_most)}")
    lines.append(f"  {'run':<12}{path}")
    return "\n".join(lines)


def reference_words(at_least: float | None, at_most: float | None) -> str:
    """What a result is held to: "at least 0.95"."""
    limits = (("at least", at_least), ("at most", at_most))
    return " and ".join(f"{words} {short(limit)}" for words, limit in limits if limit is not None) or "anything"


def _row(split: str, values: dict[str, float]) -> str:
    return f"  {split:<12}" + "   ".join(f"{name} {short(value)}" for name, value in values.items())


def stream_for(*, plain: bool, quiet: bool) -> Progress:
    """Where progress goes: a rewritten line where somebody looks at stderr, lines on stdout elsewhere, nowhere if quiet."""
    watched = sys.stderr.isatty() and not plain
    if quiet:
        return Progress(sys.stderr if watched else None, rewriting=watched)
    return Progress(sys.stderr if watched else sys.stdout, rewriting=watched)
