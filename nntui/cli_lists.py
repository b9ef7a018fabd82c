"""nntui presets, and tables as text."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nntui.experiment import Experiment


@click.command()
def presets() -> None:
    """List the experiments that come with nntui."""
    from nntui.lookup import presets

    rows = [(found.name, found.experiment.title, what(found.experiment)) for found in presets()]
    click.echo(table(("preset", "title", "what"), rows))


def what(experiment: Experiment) -> str:
    """An experiment in a few words: its sizes from input to output, its data, how it learns."""
    plan = experiment.check()
    shapes = [plan.input_shape, *(site.y for site in plan.walk() if site.layer.family == "affine")]
    return f"{'-'.join(str(math.prod(shape)) for shape in shapes)} on {experiment.data.tag}, {experiment.optimizer.tag}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under a head, in columns; on a terminal, the last column ends where the screen does."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)]
    if sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
        lines = [line if len(line) <= columns else f"{line[: columns - 1]}…" for line in lines]
    return "\n".join(lines)
