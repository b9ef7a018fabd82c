"""A weight changed by hand: it becomes part of what a new run starts with, the run that was looked at stays as it is."""

from __future__ import annotations

from pathlib import Path

from nntui.experiment import Experiment, Start
from nntui.nn.entries import Entry, assigned
from nntui.tui.actions import key
from nntui.tui.numbers import short


def source_of(folder: Path, home: Path) -> str:
    """What names a run in a description: its name where it lies among the others, else its folder."""
    return folder.name if folder.parent == home else str(folder)


def with_weight(experiment: Experiment, source: str | None, step: int, entry: Entry, value: float) -> Start:
    """The start of a run that begins at a step of another, with one more weight set by hand.

    Weights that were set before stay if they belong to the same start. Step 0 without a source is the experiment's own start.
    """
    before = experiment.start or Start()
    if source is None:
        start, kept = before, before.weights
    else:
        start = Start(source=source, step=step)
        kept = before.weights if (before.source, before.step) == (source, step) else ()
    others = tuple(text for text in kept if assigned(text)[0] != entry)
    return Start(source=start.source, step=start.step, fresh=start.fresh, weights=(*others, f"{entry} = {value!r}"))


def told(source: str | None, step: int, entry: Entry, value: float, live: bool) -> str:
    """What happens, in a sentence."""
    where = f"at step {step} of {source}" if source is not None else "with its random weights"
    stopped = " The run that trains is stopped and saved." if live else ""
    return f"A new run starts {where}, but with {entry} = {short(value)}; {key('train')} trains it, {key('undo')} takes it back.{stopped}"
