"""Runs as rows of a table: what each is called, when it began, where it is and how good it got."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from nntui.runs.directory import run_name
from nntui.runs.summary import RunSummary
from nntui.tui.numbers import percent, short

HEAD = ("run", "began", "state", "epoch", "loss", "best")
NAME = 30
"""Most cells of a name."""


@dataclass(frozen=True)
class RunLine:
    """A run in the list."""

    summary: RunSummary
    cells: tuple[str, ...]

    @property
    def about(self) -> str:
        """What a filter looks at."""
        return " ".join((self.summary.name, self.summary.title, *self.cells)).lower()

    def matches(self, text: str) -> bool:
        """Whether every word of the text occurs in it."""
        about = self.about
        return all(word in about for word in text.lower().split())

    def is_called(self, text: str) -> bool:
        """Whether they all occur in its name."""
        return all(word in self.summary.name for word in text.lower().split())


def line(summary: RunSummary, now: datetime) -> RunLine:
    """One row; what isn't known is empty, and a run that can't be read says so."""
    name = f"{run_name(summary.path)[:NAME]} {summary.name.rsplit('-', 1)[-1]}" if run_name(summary.path) != summary.name else summary.name
    status, results = summary.status, summary.results
    if status is None:
        return RunLine(summary, (name, began(summary.created, now), "unreadable", "", "", ""))
    epochs = f"{status.epoch:.0f}/{status.epochs}" if status.epochs else ""
    loss = "" if results.loss is None else short(results.loss)
    return RunLine(summary, (name, began(summary.created, now), status.state, epochs, loss, _best(summary)))


def _best(summary: RunSummary) -> str:
    best = summary.results.best
    if best is None:
        return ""
    value = percent(best.value).strip() if best.name == "accuracy" and math.isfinite(best.value) else short(best.value)
    return f"{'val ' if best.validation else ''}{best.name.replace('_', ' ')} {value}"


def began(created: float, now: datetime) -> str:
    """`14:02` today, `3 May 14:02` this year, `2024-05-03` before."""
    if not created:
        return ""
    then = datetime.fromtimestamp(created)
    if then.date() == now.date():
        return f"{then:%H:%M}"
    return f"{then.day} {then:%b %H:%M}" if then.year == now.year else f"{then:%Y-%m-%d}"


def widths(lines: list[RunLine]) -> tuple[int, ...]:
    """Cells that each column needs."""
    return tuple(max(map(len, column)) for column in zip(HEAD, *(line.cells for line in lines), strict=True))


def laid_out(cells: tuple[str, ...], wide: tuple[int, ...]) -> str:
    """The cells of a row in columns, numbers to the right."""
    right = {HEAD.index("epoch"), HEAD.index("loss")}
    return "  ".join(
        cell.rjust(width) if index in right else cell.ljust(width) for index, (cell, width) in enumerate(zip(cells, wide, strict=True))
    )
