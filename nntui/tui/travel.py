"""Going through the steps of a run: which one is looked at next."""

from __future__ import annotations

from bisect import bisect_left

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
