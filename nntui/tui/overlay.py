"""The runs whose curves lie over the one that is watched: followed like it, and let go when they can't be read any more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.tui.view import Other

if TYPE_CHECKING:
    from nntui.runs.run import Run


class Overlay:
    """Runs, and what the panes see of them: `others` is the same object until a run comes or goes."""

    def __init__(self) -> None:
        self.runs: tuple[Run, ...] = ()
        self.others: tuple[Other, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """Their folders."""
        return tuple(run.path for run in self.runs)

    def show(self, runs: Sequence[Run], names: Sequence[str]) -> None:
        """These instead of the ones before, each with a colour of its own."""
        before, self.runs = self.runs, tuple(runs)
        self.others = tuple(Other(name, run.history, index + 1) for index, (run, name) in enumerate(zip(runs, names, strict=True)))
        for run in before:
            if run not in self.runs:
                run.close()

    def read(self) -> bool:
        """Read what is new in them. True if anything changed. May be called from another thread."""
        changed = False
        for run in self.runs:
            try:
                changed = run.refresh() or changed
            except Exception:  # deleted, or on a disk that is gone: what was seen of it stays until something else is shown
                continue
        return changed
