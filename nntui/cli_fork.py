"""nntui fork: a new run that goes on from an earlier step of another."""

from __future__ import annotations

import click


@click.command()
@click.argument("run")
@click.option("--step", type=click.IntRange(0), help="Go back to the last checkpoint up to this step; the newest by default.")
def fork(run: str, step: int | None) -> None:
    """Make a new run that goes on from a checkpoint of another one, with everything that was measured until there.

    RUN is its folder or a part of its name. `nntui resume` trains the new run; the old one stays as it is.
    """
    from nntui.runs.directory import find_run
    from nntui.training.forking import fork

    path = fork(find_run(run), step)
    click.echo(f"{path.name}: go on with it: nntui resume {path.name}")
