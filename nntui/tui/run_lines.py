"""Runs as rows of a table: what each is called, when it began, where it is, how good it got and what is special about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nntui.runs.facts import Facts
from nntui.runs.summary import RunSummary
from nntui.runs.table import Row, differing, rows, told
from nntui.tui.numbers import duration, percent, short, si
from nntui.tui.panes.row import kept

COLUMNS = ("run", "began", "state", "epoch", "loss", "best", "steps", "time", "size", "tags", "differs")
"""From left to right."""

MATTER = ("run", "state", "best", "began", "differs", "tags", "epoch", "loss", "time", "size", "steps")
"""The most important first: those that don't fit are left out from the end."""

TO_THE_RIGHT = frozenset({"epoch", "loss", "steps", "time", "size"})

WIDEST = {"run": 30, "tags": 20, "differs": 40}
"""Most cells of those that may be long; others are as wide as they need."""

GAP = 2


@dataclass(frozen=True, eq=False)
class RunLine:
    """A run in the list."""

    row: Row
    cells: tuple[str, ...]
    unlike: Facts
    """The hyper-parameters in which runs of its name differ."""

    @property
    def summary(self) -> RunSummary:
        return self.row.run

    @property
    def name(self) -> str:
        return self.row.run.name


def lines(summaries: Iterable[RunSummary], now: datetime) -> list[RunLine]:
    """One line a run; what isn't known is empty, and a run that can't be read says so."""
    found = rows(summaries)
    unlike = differing(row.run for row in found)
    return [RunLine(row, _cells(row.run, unlike[row.run.name], now), unlike[row.run.name]) for row in found]


def _cells(run: RunSummary, unlike: Facts, now: datetime) -> tuple[str, ...]:
    status, results = run.status, run.results
    name = f"{run.called[:23]} {run.name.rsplit('-', 1)[-1]}" if run.called != run.name else run.name
    if run.labels.pinned:
        name = f"* {name}"
    known = {"run": name, "began": began(run.created, now), "state": "unreadable", "tags": " ".join(run.labels.tags)}
    if status is not None:
        known |= {
            "state": status.state,
            "epoch": f"{status.epoch:.0f}/{status.epochs}" if status.epochs else "",
            "loss": "" if results.loss is None else short(results.loss),
            "best": _best(run),
            "steps": si(status.step).strip() if status.step else "",
            "time": duration(status.seconds) if status.seconds else "",
            "size": "" if run.parameters is None else si(run.parameters).strip(),
            "differs": "  ".join(f"{name.rpartition('.')[2]} {told(value)}" for name, value in unlike.items()),
        }
    return tuple(known.get(column, "")[: WIDEST.get(column)] for column in COLUMNS)


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


def layout(found: Sequence[RunLine], width: int) -> dict[str, int]:
    """Which columns are shown, with their cells. A column without anything in it isn't."""
    columns = zip(COLUMNS, *(one.cells for one in found), strict=True)
    wide = {name: max(map(len, column)) for name, column in zip(COLUMNS, columns, strict=True)}
    used = {name for index, name in enumerate(COLUMNS) if name == "run" or any(one.cells[index] for one in found)}
    chosen = kept(width + GAP, [(name, wide[name] + GAP) for name in MATTER if name in used])
    return {name: wide[name] for name in COLUMNS if name in chosen}


def laid_out(cells: Sequence[str], wide: dict[str, int]) -> str:
    """The cells of a row in columns, numbers to the right."""
    known = dict(zip(COLUMNS, cells, strict=True))
    return (" " * GAP).join(known[name].rjust(width) if name in TO_THE_RIGHT else known[name].ljust(width) for name, width in wide.items())


def about(one: RunLine) -> str:
    """What is told of the highlighted run below the list."""
    run = one.summary
    said = run.problem or (run.status.message if run.status is not None else "")
    unlike = ", ".join(f"{name} = {told(value)}" for name, value in one.unlike.items())
    parts = [
        f"{run.title}  {run.facts.get('network', '')}".strip(),
        said,
        f"unlike others of its name: {unlike}" if unlike else "",
        run.labels.note,
        run.name,
    ]
    return "\n".join(part for part in parts if part)
