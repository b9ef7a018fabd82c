"""From the workbench into a network: what is looked at is the run on the bench, or the untrained experiment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nntui.errors import NntuiError
from nntui.nn.entries import Entry
from nntui.tui.inspect.changing import source_of, told, with_weight
from nntui.tui.inspect.looking import Looking

DATED = re.compile(r"^\d{4}-\d\d-\d\d-")

if TYPE_CHECKING:
    from nntui.tui.screens.bench import Bench


def inspect(screen: Bench, aspect: str = "") -> None:
    """Open the screen on the selected layer. Raises NntuiError if the experiment can't be trained."""
    from nntui.tui.screens.inspect import Inspect

    bench = screen.bench
    run = bench.run
    experiment = run.experiment if run is not None else bench.experiment
    name = bench.name if run is None else DATED.sub("", run.name)
    looking = Looking(experiment, name, run.path if run is not None else None, bench.draft.path, aspect)

    def change(entry: Entry, value: float, step: int) -> str:
        from nntui.inspection.checkpoints import has_checkpoint
        from nntui.runs.directory import runs_home

        if bench.experiment.network != experiment.network:
            raise NntuiError("the network on the bench isn't the one that is looked at any more: u takes edits back, l opens the run")
        folder = looking.folder
        source = source_of(folder, runs_home()) if folder is not None and has_checkpoint(folder, step) else None
        live = bench.live
        changed = bench.experiment.replace(start=with_weight(bench.experiment, source, step, entry, value))
        bench.alter(lambda draft: draft.change(changed))
        return told(source, step, entry, value, live)

    screen.app.push_screen(Inspect(looking, change, lambda: bench.live), lambda _: screen.redraw())
