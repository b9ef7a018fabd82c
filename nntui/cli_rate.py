"""nntui lr-find: which learning rate to begin with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nntui.lookup import Found
    from nntui.training.rate_finder import RateSearch
    from nntui.training.state import TrainerState

ROWS = 16
"""Lines of the table."""


@click.command(name="lr-find")
@click.argument("target", metavar="PRESET|FILE.toml|RUN")
@click.option("--steps", type=click.IntRange(20, 10_000), default=120, show_default=True, help="Steps to try rates for.")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but one object: rates, losses, smooth, suggestion, limit.")
def find(target: str, steps: int, as_json: bool) -> None:
    """Try growing learning rates on a copy, and suggest the one at which the loss falls fastest.

    A run is tried from its last checkpoint on; neither it nor a file is changed.
    """
    import msgspec

    from nntui.lookup import find
    from nntui.training.rate_finder import find_rate

    found = find(target)
    search = find_rate(found.experiment, _state(found), steps)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(search)))
        return
    click.echo("\n".join(told(search)))
    if search.suggestion is None:
        click.echo("the loss falls at none of these rates: the network doesn't learn; nntui doctor says why")
        return
    now = found.experiment.optimizer.learning_rate
    click.echo(f"suggested: {search.suggestion:g} (now {now:g}), where the loss falls fastest")
    if found.origin != "run":
        click.echo(f"nntui run {target} --set optimizer.learning_rate={search.suggestion:g}")


def told(search: RateSearch) -> list[str]:
    """The losses over the rates, as bars."""
    from nntui.tui.numbers import short

    smooth = search.smooth
    picked = sorted({round(index * (len(smooth) - 1) / (ROWS - 1)) for index in range(ROWS)}) if smooth else []
    most = max((smooth[index] for index in picked), default=1.0)
    least = min(0.0, *(smooth[index] for index in picked)) if picked else 0.0
    lines = [f"{'rate':>8}  {'loss':>8}"]
    for index in picked:
        share = (smooth[index] - least) / (most - least) if most > least else 0.0
        lines.append(f"{search.rates[index]:>8.1e}  {short(smooth[index]):>8}  {'#' * round(40 * share)}")
    if search.limit is not None:
        lines.append(f"{search.limit:>8.1e}  the loss grows out of all bounds")
    return lines


def _state(found: Found) -> TrainerState | None:
    """Where a run is, if it has a checkpoint."""
    from nntui.runs.directory import CHECKPOINTS
    from nntui.training.checkpoint import Checkpoints

    saved = Checkpoints(found.path / CHECKPOINTS).latest() if found.origin == "run" else None
    return None if saved is None else saved.state
