"""nntui run --seeds: the same experiment from several random beginnings, several at once, and what they come to on average."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nntui.cli_progress import Interrupts
    from nntui.experiment import Experiment
    from nntui.training.queue import Queue

GLANCE = 0.1
"""Seconds between two looks at the trainers."""

INTERRUPTED = 130


def train_seeds(experiment: Experiment, name: str, seeds: int, jobs: int | None, as_json: bool) -> int:
    """Train an experiment with its seed and the ones after it; the exit code: 0 all finished, 1 not all, 130 stopped."""
    from nntui.cli_progress import Interrupts
    from nntui.runs.averages import averages
    from nntui.runs.directory import create, remove
    from nntui.runs.labels import Labels, write_labels
    from nntui.runs.run import Run
    from nntui.training.queue import Queue

    paths = [create(experiment.replace(seed=experiment.seed + index), name) for index in range(seeds)]
    queue = Queue(jobs)
    queue.waiting.extend(paths)
    for path in paths:
        write_labels(path, Labels(tags=("seeds",)))
    with Interrupts() as interrupts:
        unstarted = _follow(queue, interrupts, as_json)
    for path in unstarted:
        remove(path)
    summaries, states = [], []
    for path in paths:
        if path not in unstarted:
            with Run(path) as run:
                summaries.append({**run.summary(), "seed": run.experiment.seed})
                states.append(run.status.state)
    found = averages([{key: value for key, value in one.items() if key != "seed"} for one in summaries])
    if as_json:
        means = {key: one.mean for key, one in found.items()}
        click.echo(json.dumps({"runs": summaries, "mean": means, "std": {key: one.std for key, one in found.items()}}))
    else:
        from nntui.cli_lists import table
        from nntui.tui.numbers import short

        rows = [(key, f"{short(one.mean)} ± {short(one.std)}", short(one.low), short(one.high)) for key, one in found.items()]
        click.echo(f"{states.count('finished')} of {seeds} runs finished")
        if rows:
            click.echo(table(("value", "mean ± std", "least", "greatest"), rows))
    if interrupts.count:
        return INTERRUPTED
    return 0 if states == ["finished"] * seeds else 1


def _follow(queue: Queue, interrupts: Interrupts, quiet: bool) -> list[Path]:
    """Tend the queue until it is empty, telling each run's end; the runs that were never started."""
    unstarted: list[Path] = []
    stopping = False
    while queue.busy:
        for path in queue.tend():
            if not quiet:
                click.echo(f"{path.name}: {_outcome(path, queue)}")
                sys.stdout.flush()
        if interrupts.count and not stopping:
            stopping = True
            unstarted = queue.stop()
        time.sleep(GLANCE)
    return unstarted


def _outcome(path: Path, queue: Queue) -> str:
    from nntui.runs.averages import NOT_JUDGED
    from nntui.runs.run import Run
    from nntui.tui.numbers import short

    if path in queue.refused:
        return str(queue.refused[path])
    with Run(path) as run:
        known = {name: value for name, value in run.summary().items() if isinstance(value, float) and name not in NOT_JUDGED}
        values = "  ".join(f"{name} {short(value)}" for name, value in known.items())
        return f"seed {run.experiment.seed}  {run.status.state}  {values}"
