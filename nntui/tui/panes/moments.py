"""The horizontal axis of time that all curves share: epochs, steps or seconds, zoomed in around the step that is looked at."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from nntui.measurements import Evaluation, Steps
from nntui.runs.history import History
from nntui.tui.ticks import Axis, growing
from nntui.tui.view import View, XAxis

UNITS: dict[XAxis, str] = {"epoch": "epoch", "step": "step", "time": "seconds"}

_UNMARKED = frozenset({"step", "epoch", "paused", "resumed", "pace", "finished", "diverged"})
"""Kinds of events that leave no mark on an axis: they change nothing, or can be seen anyway."""


def window_x(one: Steps, axis: XAxis) -> float:
    """Where a window of steps ends."""
    return one.epoch if axis == "epoch" else float(one.last) if axis == "step" else one.seconds


def evaluation_x(history: History, one: Evaluation, axis: XAxis) -> float:
    """Where an evaluation stands."""
    return one.epoch if axis == "epoch" else float(one.step) if axis == "step" else step_x(history, one.step, axis)


def step_x(history: History, step: float, axis: XAxis) -> float:
    """Where a step lies, between the windows that were recorded; NaN where none was."""
    if axis == "step":
        return float(step)
    windows = history.steps
    if not windows:
        return math.nan
    index = bisect_left(windows, step, key=lambda one: one.last)
    if index == len(windows):
        return window_x(windows[-1], axis)
    right = windows[index]
    left_step, left = (windows[index - 1].last, window_x(windows[index - 1], axis)) if index else (0, 0.0)
    if right.last <= left_step:
        return window_x(right, axis)
    return left + (window_x(right, axis) - left) * (step - left_step) / (right.last - left_step)


def across(view: View) -> Axis:
    """The axis over all that has been recorded of all runs, or as far as is zoomed in."""
    axis = view.ways.x_axis
    histories = [view.history, *(other.history for other in view.others)]
    ends = [end for history in histories if history is not None for end in _ends(history, axis)]
    planned = 0.0
    if view.history is not None and axis != "time":
        status = view.history.status
        planned = float(status.epochs if axis == "epoch" else status.total_steps)
    furthest = max((end for end in ends if math.isfinite(end)), default=1.0)
    whole = growing(furthest, max(planned, furthest) if planned else None)
    if not view.ways.zoom or view.history is None:
        return whole
    half = 0.5 * whole.high / 2**view.ways.zoom
    middle = furthest if view.at is None else step_x(view.history, view.at, axis)
    middle = min(max(middle if math.isfinite(middle) else furthest, half), max(whole.high - half, half))
    return Axis(middle - half, middle + half)


def _ends(history: History, axis: XAxis) -> Iterable[float]:
    if history.steps:
        yield window_x(history.steps[-1], axis)
    if history.evaluations:
        yield evaluation_x(history, history.evaluations[-1], axis)


def marks(view: View) -> list[float]:
    """Where something happened that changed how training went on."""
    history = view.history
    if history is None:
        return []
    return [step_x(history, event.step, view.ways.x_axis) for event in history.events if event.kind not in _UNMARKED]


def crosshair(view: View) -> float | None:
    """Where the step lies that is looked at."""
    if view.history is None or view.at is None:
        return None
    place = step_x(view.history, view.at, view.ways.x_axis)
    return place if math.isfinite(place) else None


def within(x: Sequence[float], y: Sequence[float], axis: Axis) -> tuple[list[float], list[float]]:
    """The points between the ends of an axis, with a gap where something was left out in between."""
    xs: list[float] = []
    ys: list[float] = []
    outside = False
    for a, b in zip(x, y, strict=True):
        if axis.low <= a <= axis.high:
            if outside and xs:
                xs.append(math.nan)
                ys.append(math.nan)
            xs.append(a)
            ys.append(b)
            outside = False
        else:
            outside = True
    return xs, ys


def smoothed(values: Iterable[float], weight: float) -> list[float]:
    """An exponential moving average, y_t = s_t / (1 - weight^t) with s_t = weight s_(t-1) + (1 - weight) x_t.

    Divided like Adam's averages, so that it begins with the first value; what isn't finite is left as it is and counts for nothing.
    """
    if weight <= 0.0:
        return list(values)
    found: list[float] = []
    total, share = 0.0, 1.0
    for value in values:
        if math.isfinite(value):
            total = weight * total + (1.0 - weight) * value
            share *= weight
            found.append(total / (1.0 - share))
        else:
            found.append(value)
    return found


def window_at(history: History, step: int) -> Steps | None:
    """The window of steps in which a step lies; the nearest if none does."""
    if not history.steps:
        return None
    return history.steps[min(bisect_left(history.steps, step, key=lambda one: one.last), len(history.steps) - 1)]
