"""Going through the steps of a run: which one is looked at next."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

from nntui.errors import RunError
from nntui.runs.history import History

STRIDES = 100
"""A run is crossed in about so many strides, or as many as it has windows of steps."""


def moved(history: History, at: int | None, zoom: int, strides: int) -> int | None:
    """The step so many strides later (earlier, if negative); None for the newest. Zoomed in, strides are shorter."""
    steps = history.steps
    if not steps:
        return None
    stride = max(len(steps) >> zoom, 1) // STRIDES or 1
    index = len(steps) - 1 if at is None else bisect_left(steps, at, key=lambda one: one.last)
    index += strides * stride
    return steps[max(index, 0)].last if index < len(steps) - 1 else None


def next_saved(run: Path, history: History, at: int | None, direction: int) -> int | None:
    """The step of the next checkpoint before (-1) or after (1) the one that is looked at; None for the newest step.

    Raises RunError if there is none before.
    """
    from nntui.training.forking import saved_steps

    saved = saved_steps(run)
    newest = history.steps[-1].last if history.steps else 0
    now = newest if at is None else at
    if direction > 0:
        return next((step for step in saved if step > now), None) if now < newest else None
    before = [step for step in saved if step < now]
    if not before:
        raise RunError(f"There is no checkpoint before step {now:,}.")
    return before[-1]
