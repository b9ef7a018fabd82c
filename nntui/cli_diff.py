"""nntui diff: two experiments side by side, and what came of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nntui.lookup import Found
    from nntui.runs.history import History


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but one object: changes, layers, outcomes.")
def diff(a: str, b: str, as_json: bool) -> None:
    """Say what differs between two presets, files or runs, and how differently two runs went.

    Exit code: 0 if nothing differs, 1 if something does, as diff has it.
    """
    import msgspec

    from nntui.lookup import find
    from nntui.runs.comparison import compare
    from nntui.tui.comparison_lines import sections

    first, second = find(a), find(b)
    found = compare(first.experiment, second.experiment, _history(first), _history(second))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found)))
    else:
        click.echo("\n\n".join("\n".join(section) for section in sections(found)) or "nothing differs")
    click.get_current_context().exit(1 if found.changes or found.layers else 0)


def _history(found: Found) -> History | None:
    if found.origin != "run":
        return None
    from nntui.runs.run import Run

    with Run(found.path) as run:
        return run.history
