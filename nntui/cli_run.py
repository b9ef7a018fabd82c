"""nntui run and nntui resume: training without the workbench."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nntui.errors import RunError

if TYPE_CHECKING:
    from nntui.experiment import Experiment

BACKENDS = click.Choice(["auto", "numpy", "cupy"])

INTERRUPTED = 130

REFUSED = 2
"""How a trainer process ends if the run can't be trained at all, or not any further."""


@click.command()
@click.argument("target", metavar="PRESET|FILE.toml|RUN")
@click.option("--plain", is_flag=True, help="Lines that stay, instead of one that is rewritten.")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the result, as one JSON object.")
@click.option("--backend", type=BACKENDS, help="Where to compute.")
@click.option("--seed", type=int, help="Start of everything random.")
@click.option("--epochs", type=int, help="Passes over the training part.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a value: optimizer.kind=sgd, network[0].units=16.")
@click.option("--seeds", type=click.IntRange(2, 1000), help="Train so many runs from as many seeds; tell mean and spread.")
@click.option("--jobs", type=click.IntRange(1), help="With --seeds: so many at once, instead of one for each core.")
@click.pass_context
def run(
    ctx: click.Context,
    target: str,
    plain: bool,
    as_json: bool,
    backend: str | None,
    seed: int | None,
    epochs: int | None,
    changes: tuple[str, ...],
    seeds: int | None,
    jobs: int | None,
) -> None:
    """Train an experiment and keep what was measured in a run directory.

    Ctrl-C saves and stops. Exit code: 0 finished, 1 diverged or failed, 2 not possible, 130 stopped.
    """
    from nntui.lookup import find
    from nntui.runs.directory import create

    found = find(target)
    options = {"backend": backend, "seed": seed, "training.epochs": epochs}
    changes += tuple(f"{key}={value}" for key, value in options.items() if value is not None)
    experiment = found.experiment.set(*changes).anchored(Path.cwd()) if changes else found.experiment
    _require_backend(experiment)
    found.check(experiment)
    if seeds is not None:
        from nntui.cli_seeds import train_seeds

        ctx.exit(train_seeds(experiment, found.name, seeds, jobs, as_json))
    if jobs is not None:
        raise click.UsageError("--jobs is for --seeds: a single run is one process", ctx)
    path = create(experiment, found.name)
    ctx.exit(_train(path, plain=plain, as_json=as_json, new=True))


@click.command()
@click.argument("run")
@click.option("--plain", is_flag=True, help="Lines that stay, instead of one that is rewritten.")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the result, as one JSON object.")
@click.pass_context
def resume(ctx: click.Context, run: str, plain: bool, as_json: bool) -> None:
    """Go on with a run where it was last saved; RUN is its folder or a part of its name."""
    from nntui.runs.directory import find_run

    ctx.exit(_train(find_run(run), plain=plain, as_json=as_json, new=False))


def _last_words(log: Path, beginning: str = "") -> str:
    """The last line that a trainer wrote to its log, or the last that begins so; "" if there is none."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip() and line.startswith(beginning)), "")


def _require_backend(experiment: Experiment) -> None:
    """Say that a backend is missing before a run directory is made for it."""
    if experiment.backend != "auto":
        from nntui.backends import load

        load(experiment.backend)


def _train(path: Path, *, plain: bool, as_json: bool, new: bool) -> int:
    """Start a trainer on a run directory, follow it to its end, and say what came of it. Returns the exit code."""
    from nntui.cli_progress import Interrupts, follow, stream_for, summary
    from nntui.runs.directory import LOG, remove
    from nntui.runs.run import Run
    from nntui.training.running import start

    progress = stream_for(plain=plain, quiet=as_json)
    with Interrupts() as interrupts, Run(path) as run:
        progress.skip(run)
        trainer = start(path)
        follow(run, trainer, progress, interrupts, f"{path.name}: process {trainer.pid}")
        progress.clear()
        if not path.exists():
            raise RunError(f"{path} was removed or renamed while it was being trained")
        if trainer.returncode == REFUSED:
            reason = run.status.message if run.status.state == "failed" else ""
            if new and not run.history.steps:  # it never trained: there is nothing to keep
                reason = reason or _last_words(path / LOG)
                remove(path)
            raise RunError(reason or _last_words(path / LOG) or f"{path.name} can't be trained")
        if run.live and not as_json:  # left without waiting: nothing has come of it yet
            return INTERRUPTED
        click.echo(json.dumps(run.summary()) if as_json else summary(run, path))
        state = run.status.state
    if not as_json and state in ("stopped", "killed", "failed"):
        click.echo(f"go on with it: nntui resume {path.name}")
    if not as_json and state == "failed" and _last_words(path / LOG, "Traceback"):
        click.echo(f"what happened in detail: {path / LOG}")
    if interrupts.count and state != "finished":
        return INTERRUPTED
    return 0 if state in ("finished", "stopped") else 1
