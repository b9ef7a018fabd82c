"""nntui presets, and tables as text."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Iterator, Sequence
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
    return f"{chain([math.prod(shape) for shape in shapes])} on {experiment.data.tag}, {experiment.optimizer.tag}"


def chain(sizes: Sequence[int]) -> str:
    """Sizes in a row, with what repeats in it written once: 2-(12 x 98)-3."""
    words: list[str] = []
    at = 0
    while at < len(sizes):
        times, period = max(_repeated(sizes, at), key=lambda found: found[0] * found[1])
        part = "-".join(map(str, sizes[at : at + period]))
        words.append(f"({times} x {part})" if times > 1 else part)
        at += times * period
    return "-".join(words)


def _repeated(sizes: Sequence[int], at: int) -> Iterator[tuple[int, int]]:
    """How often what comes at a place comes there in a row, and how long it is; only where that is worth saying."""
    yield 1, 1
    for period in range(1, 5):
        times = 1
        while sizes[at + times * period : at + (times + 1) * period] == sizes[at : at + period]:
            times += 1
        if times >= (4 if period == 1 else 3):
            yield times, period


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under a head, in columns; on a terminal, the last column ends where the screen does."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *rows)]
    if sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
        lines = [line if len(line) <= columns else f"{line[: columns - 1]}…" for line in lines]
    return "\n".join(lines)
