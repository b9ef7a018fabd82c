"""Training steps gathered by the column they are drawn in. What was gathered is kept, so a frame costs only what is new."""

from __future__ import annotations

import math
from weakref import WeakKeyDictionary

from nntui.measurements import Steps
from nntui.runs.history import History
from nntui.tui.panes.moments import window_x
from nntui.tui.view import XAxis


class Column:
    """The steps of one column: where, their mean, least and greatest loss, and whether one was not a number."""

    __slots__ = ("gap", "least", "mean", "most", "weight", "x")

    def __init__(self, x: float) -> None:
        self.x = x
        self.mean = self.least = self.most = math.nan
        self.weight = 0
        self.gap = False

    def add(self, x: float, one: Steps) -> None:
        """Take in a window of steps, weighted by how many of its losses were numbers."""
        weight = one.last - one.first + 1 - one.non_finite
        if one.non_finite or not math.isfinite(one.loss):
            self.gap = True
            if weight < 1 or not math.isfinite(one.loss):
                return
        self.weight += weight
        share = weight / self.weight
        if share == 1.0:
            self.x, self.mean, self.least, self.most = x, one.loss, one.loss_min, one.loss_max
            return
        self.x += share * (x - self.x)
        self.mean += share * (one.loss - self.mean)
        if one.loss_min < self.least:
            self.least = one.loss_min
        if one.loss_max > self.most:
            self.most = one.loss_max


class _Gathered:
    """The columns of one history, as far as it has been read."""

    def __init__(self, axis: XAxis, low: float, high: float, width: int) -> None:
        self.axis, self.low, self.high = axis, low, high
        self.scale, self.rightmost = width / (high - low), width - 1
        self.columns: list[Column] = []
        self.read = 0
        self._last = -1

    def catch_up(self, steps: list[Steps]) -> None:
        for one in steps[self.read :]:
            x = window_x(one, self.axis)
            if not self.low <= x <= self.high:  # NaN, too
                continue
            column = int(min((x - self.low) * self.scale, self.rightmost))
            if column != self._last:
                self.columns.append(Column(x))
                self._last = column
            self.columns[-1].add(x, one)
        self.read = len(steps)


_KEPT: WeakKeyDictionary[History, tuple[tuple[int, XAxis, float, float, int], _Gathered]] = WeakKeyDictionary()


def gathered(history: History, axis: XAxis, low: float, high: float, width: int) -> list[Column]:
    """The steps of a history in `width` equal columns from `low` to `high` (epochs, steps or seconds), from left to right."""
    key = (history.generation, axis, low, high, width)
    kept = _KEPT.get(history)
    if kept is None or kept[0] != key or kept[1].read > len(history.steps):
        kept = (key, _Gathered(axis, low, high, width))
        _KEPT[history] = kept
    kept[1].catch_up(history.steps)
    return kept[1].columns
