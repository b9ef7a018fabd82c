"""nntui doctor: what is wrong with an experiment or a run, and what makes it learn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nntui.data.source import Data
    from nntui.doctor.assessment import Assessment
    from nntui.doctor.repair import Repair
    from nntui.experiment import Experiment
    from nntui.lookup import Found

SECONDS = 30.0
"""For training an experiment once, unless somebody says otherwise."""

EARLY, LOOKS = 0.1, 5
"""Share of its steps in which a run must have been measured so often that its own records are enough."""


@click.command()
@click.argument("target", metavar="PRESET|RUN|FILE.toml")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the findings, as one JSON object.")
@click.option("--fix", is_flag=True, help="Repair it: one change at a time, keeping what helps; write the result as TOML.")
@click.option("--budget", type=click.IntRange(1, 100), default=8, show_default=True, help="Changes to try at most, with --fix.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the repaired experiment.")
@click.option("--steps", type=click.IntRange(1), help="Train at most so many steps.")
@click.option("--seconds", type=click.FloatRange(0.0, min_open=True), default=SECONDS, show_default=True, help="Or so long, each time.")
@click.option("--explain", is_flag=True, help="With the theory behind each finding, and its source.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a value: optimizer.kind=sgd, network[0].units=16.")
@click.pass_context
def doctor(
    ctx: click.Context,
    target: str,
    as_json: bool,
    fix: bool,
    budget: int,
    output: Path | None,
    steps: int | None,
    seconds: float,
    explain: bool,
    changes: tuple[str, ...],
) -> None:
    """Say what is wrong with an experiment: train it for a while and look. Of a run, what it has told is looked at.

    Exit code: 0 no errors (after repairing, with --fix), 1 errors, 2 not possible.
    """
    from nntui.doctor import report
    from nntui.lookup import find

    found = find(target)
    experiment = found.experiment.set(*changes).anchored(Path.cwd()) if changes else found.experiment
    found.check(experiment)
    patient = _Patient(experiment, steps, seconds)
    seen = _of_run(found, patient) if found.origin == "run" and not changes else patient.assess(experiment)
    file = None
    repaired = None
    if not as_json:
        click.echo(f"{found.name}: {seen.sentence}")
        click.echo("\n".join(report.findings(seen, explain)))
    if fix:
        repaired = _repair(seen, patient, budget, quiet=as_json)
        seen = repaired.last
        if repaired.changed:
            file = _write(repaired.experiment, output or _free(f"{found.name}-repaired"))
    if as_json:
        click.echo(json.dumps(report.as_json(seen, repaired, file), allow_nan=False))
    elif repaired is not None:
        _tell(repaired, file, explain)
    ctx.exit(1 if any(finding.severity == "error" for finding in seen.findings) else 0)


class _Patient:
    """Trains variants of one experiment, loading the data once as long as it stays the same."""

    def __init__(self, experiment: Experiment, steps: int | None, seconds: float) -> None:
        self._steps, self._seconds = steps, seconds
        self._loaded: tuple[Experiment, Data] | None = None

    def assess(self, experiment: Experiment) -> Assessment:
        from nntui.doctor.assessment import assess
        from nntui.doctor.examination import examine

        experiment.check()
        if self._loaded is None or (self._loaded[0].data, self._loaded[0].seed) != (experiment.data, experiment.seed):
            self._loaded = (experiment, experiment.data.load(experiment.seed))
        return assess(examine(experiment, self._steps, self._seconds, self._loaded[1]))


def _of_run(found: Found, patient: _Patient) -> Assessment:
    """What a run's own records say; one that was over before it could be looked at is trained again, with the same numbers."""
    from nntui.doctor.assessment import assess
    from nntui.doctor.examination import told
    from nntui.runs.run import Run

    with Run(found.path) as run:
        seen = told(found.experiment, run.history)
        early = sum(one.step <= EARLY * seen.total_steps for one in run.history.measurements)
        return assess(seen) if early >= LOOKS or seen.outcome is None else patient.assess(found.experiment)


def _repair(seen: Assessment, patient: _Patient, budget: int, quiet: bool) -> Repair:
    from nntui.doctor import report
    from nntui.doctor.repair import Trial, repair

    done: list[Trial] = []

    def tell(trial: Trial) -> None:
        done.append(trial)
        if not quiet:
            click.echo("\n".join(report.trial(len(done), trial)))

    if not quiet:
        click.echo("")
    # A run's records may be of a shorter training than the trials get: it is trained again, to be compared with them fairly.
    return repair(seen.experiment, patient.assess, budget, tell)


def _tell(repaired: Repair, file: Path | None, explain: bool) -> None:
    from nntui.doctor import report

    if file is None:
        click.echo("nothing to repair" if repaired.first.healthy else "no change that was tried has helped")
        return
    click.echo(f"\nbefore: {repaired.first.sentence}\nafter:  {repaired.last.sentence}")
    click.echo("\n".join(report.findings(repaired.last, explain)))
    click.echo(f"\n{file}\n\n{repaired.experiment.to_toml().rstrip()}")


def _write(experiment: Experiment, file: Path) -> Path:
    file.write_text(experiment.to_toml(), encoding="utf-8")
    return file


def _free(name: str) -> Path:
    """A file here that isn't there yet."""
    path, number = Path(f"{name}.toml"), 1
    while path.exists():
        number += 1
        path = Path(f"{name}-{number}.toml")
    return path
