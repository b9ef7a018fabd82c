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

        if self.rewind is not None:
            return f"back to step {self.rewind[1]:,}, {self.sentence}"
        exact = shortened(self.changes)
        return exact if len(self.changes) == 1 else f"{self.sentence} ({exact})"


def remedies(finding: Finding, experiment: Experiment) -> tuple[Remedy, ...]:
    """The edits that answer a finding, the likeliest first."""
    from nntui.diagnosis.fixes import fixes

    return tuple(made(fix.name, fix.sentence, experiment, fix.apply(experiment)) for fix in fixes(finding, experiment))


def rewinds(experiment: Experiment, run: Path, step: int) -> tuple[Remedy, ...]:
    """Back to a checkpoint of a run that diverged, with shorter steps or shorter gradients. The optimizer begins anew."""
    from nntui.diagnosis.fixes import fix_named
    from nntui.experiment import Start

    back = experiment.replace(start=Start(source=str(run), step=step))
    fixes = [fix for name in ("lower_rate", "clip") for fix in (fix_named(name, experiment),) if fix is not None]
    return tuple(made(f"rewind, {fix.name}", fix.sentence, experiment, fix.apply(back), (run, step)) for fix in fixes)


def made(name: str, sentence: str, before: Experiment, after: Experiment, rewind: tuple[Path, int] | None = None) -> Remedy:
    """A remedy from the experiment before and after it."""
    from nntui.diagnosis.changes import changes

    return Remedy(name, sentence, changes(before, after), after, rewind)
