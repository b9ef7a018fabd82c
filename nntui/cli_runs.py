"""nntui runs, label, delete and trash: the table of runs without the workbench."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import TYPE_CHECKING

import click

from nntui.errors import NntuiError

if TYPE_CHECKING:
    from nntui.runs.facts import Facts
    from nntui.runs.summary import RunSummary
    from nntui.runs.table import Row

HEAD = ("run", "when", "state", "epoch", "loss", "best", "tags", "differs")


@click.command()
@click.argument("words", nargs=-1, metavar="[REGEX]...")
@click.option("--where", "condition", metavar="CONDITION", help="Only runs of which it is true: 'val_accuracy > 0.9 and layers < 5'.")
@click.option("--sort", "key", default="when", metavar="NAME", help="Order by a value: val_loss, seconds, optimizer.learning_rate ...")
@click.option("--reverse", is_flag=True, help="The other way round.")
@click.option("--limit", type=click.IntRange(1), help="No more than so many.")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but a list of objects, one per run, with everything known by name.")
def runs(words: tuple[str, ...], condition: str | None, key: str, reverse: bool, limit: int | None, as_json: bool) -> None:
    """List runs, newest first, those in whose name, title, tags or state every REGEX is found."""
    from nntui.cli_lists import table
    from nntui.runs.conditions import Condition
    from nntui.runs.directory import list_runs, runs_home
    from nntui.runs.table import Filter, differing, falls, names, ordered, rows

    everything = rows(list_runs())
    kept = Filter(" ".join(words)).keep(everything)
    if condition is not None:
        asked = Condition(condition)
        asked.require(names(everything) if everything else asked.names)
        kept = [row for row in kept if asked.holds(row.values.get)]
    found = ordered(kept, key, falls(key) != reverse)[:limit]
    if as_json:
        click.echo(json.dumps([as_object(row) for row in found]))
    elif found:
        unlike = differing(row.run for row in found)
        cells = [(*_cells(row.run), " ".join(row.run.labels.tags), _differences(unlike[row.run.name])) for row in found]
        used = [index for index in range(len(HEAD)) if index < 6 or any(row[index] for row in cells)]
        click.echo(table([HEAD[index] for index in used], [[row[index] for index in used] for row in cells]))
    elif everything:
        click.echo(f"none of {len(everything)} runs is meant by that")
    else:
        click.echo(f"no runs yet in {runs_home()}: nntui run PRESET makes one")


def as_object(row: Row) -> dict[str, object]:
    """What `--json` prints of a run: everything it can be filtered by, what is no number as null, and where it lies."""
    known: dict[str, object] = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.values.items()
    }
    return {**known, "path": str(row.run.path), "problem": row.run.problem}


def _cells(run: RunSummary) -> tuple[str, ...]:
    from nntui.tui.numbers import short

    name = f"{run.labels.name} ({run.name})" if run.labels.name else run.name
    name = f"* {name}" if run.labels.pinned else name
    when = datetime.fromtimestamp(run.created).strftime("%Y-%m-%d %H:%M") if run.created else ""
    status, results = run.status, run.results
    if status is None:
        return (name, when, "unreadable", "", "", run.problem)
    loss = "" if results.loss is None else short(results.loss)
    best = results.best
    judged = "" if best is None else f"{'val_' if best.validation else ''}{best.name} {short(best.value)}"
    return (name, when, status.state, f"{status.epoch:.0f}/{status.epochs}" if status.epochs else "", loss, judged)


def _differences(unlike: Facts) -> str:
    from nntui.runs.table import told

    return "  ".join(f"{name.rpartition('.')[2]} {told(value)}" for name, value in unlike.items())


@click.command()
@click.argument("run")
@click.option("--name", help='Call it otherwise; "" takes that back.')
@click.option("--tag", "tags", multiple=True, help="Add a tag; may be given several times.")
@click.option("--untag", "gone", multiple=True, help="Take a tag away.")
@click.option("--note", help='Write a note on it; "" takes it away.')
@click.option("--pin/--unpin", "pinned", default=None, help="Let it stand first in the table, or not any more.")
def label(run: str, name: str | None, tags: tuple[str, ...], gone: tuple[str, ...], note: str | None, pinned: bool | None) -> None:
    """Name, tag, pin or annotate a run; without options, print what is written on it."""
    import msgspec

    from nntui.runs.directory import find_run
    from nntui.runs.labels import name_of, note_of, tags_of, write_labels
    from nntui.runs.summary import glance

    summary = glance(find_run(run))
    if summary.problem:
        raise NntuiError(summary.problem)
    before = after = summary.labels
    if name is not None:
        after = msgspec.structs.replace(after, name=name_of(name))
    if tags or gone:
        after = msgspec.structs.replace(after, tags=tags_of({*after.tags, *tags} - set(gone)))
    if note is not None:
        after = msgspec.structs.replace(after, note=note_of(note))
    if pinned is not None:
        after = msgspec.structs.replace(after, pinned=pinned)
    if after != before:
        write_labels(summary.path, after)
    words = [summary.name, after.name, *(f"#{tag}" for tag in after.tags), *(["pinned"] if after.pinned else [])]
    click.echo("\n".join(line for line in ("  ".join(word for word in words if word), after.note) if line))


@click.command()
@click.argument("run", nargs=-1, required=True)
def delete(run: tuple[str, ...]) -> None:
    """Move runs to the trash, from which `nntui trash restore` has them back."""
    from nntui.runs.directory import find_run
    from nntui.runs.trash import discard

    for path in [find_run(text) for text in run]:
        discard(path)
        click.echo(f"{path.name} is in the trash: nntui trash restore {path.name} has it back")


@click.group(invoke_without_command=True)
@click.pass_context
def trash(ctx: click.Context) -> None:
    """List what was deleted; have it back, or remove it for good."""
    from nntui.cli_lists import table
    from nntui.runs.trash import trashed

    if ctx.invoked_subcommand is None:
        found = trashed()
        click.echo(table(HEAD[:6], [_cells(run) for run in found]) if found else "the trash is empty")


@trash.command(name="restore")
@click.argument("run")
def restore_run(run: str) -> None:
    """Have a deleted run back; RUN is a part of its name."""
    from nntui.runs.trash import restore, trashed

    found = [one for one in trashed() if run.lower() in one.name.lower() or run.lower() == one.labels.name.lower()]
    if len(found) != 1:
        names = ", ".join(one.name for one in found[:5])
        raise NntuiError(f"{run!r} could be any of {names}: type more of its name" if found else f"there is no run {run!r} in the trash")
    click.echo(restore(found[0].path))


@trash.command(name="empty")
def empty_trash() -> None:
    """Remove what was deleted for good."""
    from nntui.runs.trash import empty

    count = empty()
    click.echo(f"removed {count} run{'s' * (count != 1)}")
