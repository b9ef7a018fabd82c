"""nntui show: one run, what was trained and what came of it; or an experiment, what it would cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nntui.lookup import Found
    from nntui.runs.run import Run

EVALUATIONS = 12
"""Epochs shown, evenly taken from first to last."""


@click.command()
@click.argument("target", metavar="RUN|PRESET|FILE.toml")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the result, as one JSON object.")
def show(target: str, as_json: bool) -> None:
    """Show one run: what was trained, and what came of it. RUN is its folder or a part of its name.

    Of a preset or a file: every layer with its shape, parameters, multiply-adds, memory and receptive field.
    """
    import json

    from nntui.cli_plan import as_json as costs
    from nntui.cli_plan import described
    from nntui.cli_progress import summary
    from nntui.runs.run import Run

    found = _meant(target)
    if not isinstance(found, Path):
        named = "\n".join(filter(None, (found.experiment.title, found.experiment.story.strip())))
        text = described(found.experiment)
        click.echo(json.dumps(costs(found.experiment)) if as_json else f"{named}\n\n{text}" if named else text)
        return
    with Run(found) as opened:
        if as_json:
            click.echo(json.dumps(opened.summary()))
            return
        sections = [opened.experiment.to_toml().rstrip(), summary(opened, opened.path)]
        told = (list(part(opened)) for part in (_evaluations, _findings, _said, _events))
        sections += ["\n".join(lines) for lines in told if lines]
        click.echo("\n\n".join(sections))


def _meant(target: str) -> Path | Found:
    """A run if there is one of that name, else a preset or a file."""
    from nntui.lookup import find, preset_names
    from nntui.runs.directory import find_run, list_runs

    if Path(target).is_file():
        return find(target)
    if target in preset_names() and not any(target in summary.name for summary in list_runs()):
        return find(target)
    return find_run(target)


def _evaluations(run: Run) -> Iterator[str]:
    """Train and validation side by side, at steps evenly taken over the run."""
    from nntui.cli_lists import table
    from nntui.tui.numbers import count, short

    by_step: dict[int, dict[str, float]] = {}
    for evaluation in run.history.evaluations:
        prefix = "val_" if evaluation.split == "validation" else ""
        row = by_step.setdefault(evaluation.step, {"epoch": evaluation.epoch})
        row |= {prefix + name: value for name, value in {"loss": evaluation.loss, **evaluation.metrics}.items()}
    if not by_step:
        return
    steps = sorted(by_step)
    taken = sorted({steps[round(i * (len(steps) - 1) / (EVALUATIONS - 1))] for i in range(EVALUATIONS)})
    names = list(dict.fromkeys(name for step in taken for name in by_step[step]))
    rows = [(count(step), *(short(by_step[step][name]) if name in by_step[step] else "" for name in names)) for step in taken]
    yield table(("step", *names), rows)


def _findings(run: Run) -> Iterator[str]:
    """What the rules say of the last measurement, worst first."""
    from nntui.diagnosis.flow import health, signal
    from nntui.tui.numbers import count

    measurement = run.history.measurement
    if measurement is None:
        return
    verdicts = [signal(measurement), *health(measurement).values()]
    found = {v.sentence: v for v in sorted(verdicts, key=lambda v: -v.badness) if v.badness > 0}
    yield f"at step {count(measurement.step)}: " + ("" if found else signal(measurement).sentence)
    yield from (f"  {verdict.severity:<8} {sentence}" for sentence, verdict in found.items())


def _said(run: Run) -> Iterator[str]:
    """What a language model made of its prompt at first and at last."""
    from nntui.tui.numbers import count

    said = run.history.said
    for one in dict.fromkeys((*said[:1], *said[-1:])):
        yield f"says at step {count(one.step)}: {' '.join(f'{one.prompt}{one.text}'.split())}"


def _events(run: Run) -> Iterator[str]:
    from nntui.tui.numbers import count

    for event in run.history.events:
        yield f"step {count(event.step)}: {event.text}"
