"""Several runs at once from the bench: the same experiment from other seeds, or a race against its pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.lookup import preset
from nntui.measurements import Command
from nntui.tui.actions import key
from nntui.tui.remarks import Notice
from nntui.tui.screens.ask import Ask

if TYPE_CHECKING:
    from nntui.runs.run import Run
    from nntui.tui.screens.bench import Bench

MOST = 100
"""Seeds at once."""


def seeds(screen: Bench) -> None:
    """Ask how many seeds, train the bench's experiment with each, and show their mean."""
    experiment = screen.bench.experiment

    def read(text: str) -> int:
        if not text.strip().isdecimal() or not 2 <= int(text) <= MOST:
            raise NntuiError(f"expected a number from 2 to {MOST}")
        return int(text)

    def chosen(count: int | None) -> None:
        if count is not None:
            screen.attempt(lambda: begin(count))

    def begin(count: int) -> None:
        _train_own(screen)
        name = screen.bench.name
        others = [(experiment.replace(seed=experiment.seed + index), name) for index in range(1, count)]
        _also(screen, others, [f"seed {other.seed}" for other, _ in others], mean=True)

    about = f"This one has seed {experiment.seed}, the others the numbers after it. As many train at once as there are cores."
    screen.app.push_screen(Ask("how many seeds", "5", read, about), chosen)


def race(screen: Bench) -> None:
    """Train the experiment and its pair at once, their curves over each other."""
    name = screen.bench.experiment.pair
    if not name:
        raise NntuiError(f"This experiment has no pair to race against: {key('presets')} lists the presets.")
    pair = preset(name).experiment
    pair.check()
    _train_own(screen)
    _also(screen, [(pair, name)], [name], mean=False)


def _train_own(screen: Bench) -> None:
    """Start what is on the bench, unless it trains or has been trained. Raises NntuiError if it can't be."""
    bench = screen.bench
    if bench.draft.verdict.problem is not None:
        raise bench.draft.verdict.problem
    if not bench.starting and (bench.run is None or bench.edited or bench.condition in ("stopped", "killed", "paused")):
        screen.start(bench.train())


def _also(screen: Bench, wanted: Sequence[tuple[Experiment, str]], names: Sequence[str], mean: bool) -> None:
    """Let others train beside the bench's own run, at its pace, and lay their curves over its own."""
    pace = screen.bench.pace

    def make() -> list[Run]:
        from nntui.runs.directory import create
        from nntui.runs.run import Run

        runs = [Run(create(experiment, name)) for experiment, name in wanted]
        for run in runs:
            if pace:
                run.send(Command("pace", pace))
        return runs

    def go(runs: list[Run]) -> None:
        paths: list[Path] = [run.path for run in runs]
        screen.trainers.add(paths)
        screen.bench.overlay.show(runs, names)
        screen.bench.ways = replace(screen.bench.ways, mean=mean)
        told = f"{len(runs)} runs train beside this one" if len(runs) > 1 else f"{names[0]} trains beside this one"
        screen.bench.notices.append(Notice(f"{told}, as many at once as there are cores; {key('runs')} lists them."))

    screen.aside(make, go, "several")
