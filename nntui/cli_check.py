"""nntui check: is the gradient right, can it learn one batch by heart, do validation examples leak?"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nntui.checks.catalogue import CHECKS

if TYPE_CHECKING:
    from nntui.checks.subject import Result
    from nntui.lookup import Found
    from nntui.training.state import TrainerState

CANCELLED = 130
STEP = 0.05
"""Share of a check after which it is said again how far it is."""


@click.command()
@click.argument("target", metavar="[PRESET|FILE.toml|RUN]", default="spiral")
@click.option("--only", multiple=True, type=click.Choice(list(CHECKS)), help="Make only this check; may be given several times.")
@click.option("--layer", help="Check the gradient of one layer: 2.dense.")
@click.option("--seconds", type=click.FloatRange(0.1), default=5.0, show_default=True, help="Longest that one training may take.")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the results, as one JSON object.")
@click.option("--lines", is_flag=True, hidden=True, help="Progress and results as lines of JSON, for programs.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a value: optimizer.kind=sgd, network[0].units=16.")
@click.pass_context
def check(
    ctx: click.Context, target: str, only: tuple[str, ...], layer: str | None, seconds: float, as_json: bool, lines: bool,
    changes: tuple[str, ...],
) -> None:  # fmt: skip
    """Check an experiment before trusting it: its gradients, its start, whether it learns at all and from what.

    Of a run, the gradient is checked at its last checkpoint. Nothing is written, no run is touched. Exit code: 0 all pass,
    1 one fails, 2 not possible.
    """
    from nntui.checks.catalogue import made
    from nntui.checks.subject import Subject
    from nntui.lookup import find

    found = find(target)
    found.check()
    experiment = found.experiment.set(*changes).anchored(Path.cwd()) if changes else found.experiment
    experiment.check()
    subject = Subject(experiment, _state(found) if not changes else None, layer, seconds)
    names = [name for name in CHECKS if name in only] if only else list(CHECKS)
    if layer is not None and not only:
        names = ["gradients"]
    tell = _progress(lines, quiet=as_json)
    results: list[Result] = []
    try:
        for result in made(subject, names, tell):
            results.append(result)
            if lines:
                click.echo(json.dumps({"result": _plain(result)}))
            elif not as_json:
                _clear()
                click.echo(line(result))
    except KeyboardInterrupt:
        _clear()
        click.echo("cancelled", err=True)
        ctx.exit(CANCELLED)
    if as_json:
        click.echo(json.dumps({"checks": [_plain(result) for result in results]}))
    ctx.exit(1 if any(result.verdict == "fail" for result in results) else 0)


def line(result: Result) -> str:
    """One result: its verdict, its name, its sentence."""
    return f"{result.verdict:<8} {result.name.replace('_', ' '):<16} {result.sentence}"


def _plain(result: Result) -> dict[str, Any]:
    numbers = {name: value if math.isfinite(value) else None for name, value in result.numbers.items()}
    return {"name": result.name, "verdict": result.verdict, "numbers": numbers, "sentence": result.sentence}


def _progress(lines: bool, quiet: bool) -> Callable[[str, float], None] | None:
    if lines:
        said: dict[str, float] = {}

        def tell(name: str, share: float) -> None:
            if share - said.get(name, -1.0) >= STEP:
                said[name] = share
                click.echo(json.dumps({"check": name, "share": round(share, 3)}))

        return tell
    if quiet or not sys.stderr.isatty():
        return None
    return lambda name, share: click.echo(f"\r\x1b[K{name.replace('_', ' ')} {100 * share:.0f} %", nl=False, err=True)


def _clear() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)


def _state(found: Found) -> TrainerState | None:
    """Where a run is, if it has a checkpoint."""
    from nntui.runs.directory import CHECKPOINTS
    from nntui.training.checkpoint import Checkpoints

    saved = Checkpoints(found.path / CHECKPOINTS).latest() if found.origin == "run" else None
    return None if saved is None else saved.state
