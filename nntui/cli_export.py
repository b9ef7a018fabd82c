"""nntui export: a run as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nntui.runs.export import Format


@click.command()
@click.argument("run")
@click.option("--format", "kind", type=click.Choice(["csv", "json", "parquet"]), default="csv", show_default=True, help="What to write.")
@click.option("--to", "to", type=click.Path(path_type=Path), help="The folder, or for json the file, to write; one that isn't there yet.")
def export(run: str, kind: Format, to: Path | None) -> None:
    """Write everything that was measured in a run - steps, evaluations, layers, histograms, events - as tables.

    RUN is its folder or a part of its name.
    """
    from nntui.runs.directory import find_run
    from nntui.runs.export import destination, export
    from nntui.runs.run import Run

    with Run(find_run(run)) as opened:
        for file in export(opened, kind, destination(opened, kind) if to is None else to.absolute()):
            click.echo(file)
