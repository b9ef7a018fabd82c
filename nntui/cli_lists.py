"""nntui presets and nntui runs: what there is."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nntui.experiment import Experiment
    from nntui.runs.summary import RunSummary


@click.command()
def presets() -> None:
    """List the experiments that come with nntui."""
    from nntui.lookup import presets

    rows = [(found.name, found.experiment.title, what(found.experiment)) for found in presets()]
    click.echo(table(("preset", "title", "what"), rows))


@click.command()
def runs() -> None:
    """List all runs, newest first."""
    from nntui.runs.directory import list_runs, runs_home

    rows = [_row(summary) for summary in list_runs()]
    if not rows:
        click.echo(f"no runs yet in {runs_home()}: nntui run PRESET makes one")
        return
    click.echo(table(("run", "when", "state", "epoch", "loss", "best"), rows))


def what(experiment: Experiment) -> str:
    """An experiment in a few words: its sizes from input to output, its data, how it learns."""
    plan = experiment.check()
    shapes = [plan.input_shape, *(site.y for site in plan.walk() if site.layer.family == "affine")]
    return f"{'-'.join(str(math.prod(shape)) for shape in shapes)} on {experiment.data.tag}, {experiment.optimizer.tag}"


def _row(summary: RunSummary) -> tuple[str, ...]:
    from nntui.tui.numbers import short

    when = datetime.fromtimestamp(summary.created).strftime("%Y-%m-%d %H:%M") if summary.created else ""
    status, results = summary.status, summary.results
    if status is None:
        return (summary.name, when, "unreadable", "", "", summary.problem)
    loss = "" if results.loss is None else short(results.loss)
    best = results.best
    judged = "" if best is None else f"{'val_' if best.validation else ''}{best.name} {short(best.value)}"
    return (summary.name, when, status.state, f"{status.epoch:.0f}/{status.epochs}" if status.epochs else "", loss, judged)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under a head, in columns; on a terminal, the last column ends where the screen does."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)]
    if sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
        lines = [line if len(line) <= columns else f"{line[: columns - 1]}…" for line in lines]
    return "\n".join(lines)
