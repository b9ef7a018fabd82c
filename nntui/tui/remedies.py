"""What can be done about a finding, ready to be done: the changed experiment, and in words what exactly it changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.experiment import Experiment

if TYPE_CHECKING:
    from nntui.diagnosis.finding import Finding


@dataclass(frozen=True)
class Remedy:
    """An edit that answers a finding."""

    name: str
    """Of the fix."""
    sentence: str
    """What it does."""
    changes: tuple[str, ...]
    """What exactly it changes in the experiment."""
    experiment: Experiment
    """What comes of it."""
    rewind: tuple[Path, int] | None = None
    """A run, and the step of its checkpoint to go on from; None: from the beginning."""

    @property
    def words(self) -> str:
        """What it does, with the exact change unless that says the same."""
        from nntui.diagnosis.changes import shortened

        exact = shortened(self.changes)
        where = f"from step {self.rewind[1]:,} on: " if self.rewind is not None else ""
        return where + (exact if len(self.changes) == 1 else f"{self.sentence} ({exact})")


def remedies(finding: Finding, experiment: Experiment) -> tuple[Remedy, ...]:
    """The edits that answer a finding, the likeliest first."""
    from nntui.diagnosis.fixes import fixes

    return tuple(made(fix.name, fix.sentence, experiment, fix.apply(experiment)) for fix in fixes(finding, experiment))


def made(name: str, sentence: str, before: Experiment, after: Experiment, rewind: tuple[Path, int] | None = None) -> Remedy:
    """A remedy from the experiment before and after it."""
    from nntui.diagnosis.changes import changes

    return Remedy(name, sentence, changes(before, after), after, rewind)
