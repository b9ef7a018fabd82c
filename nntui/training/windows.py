"""How a history of any length stays small: windows that widen with time, and keep every spike."""

from __future__ import annotations

import math
from typing import Any

from nntui.measurements import Steps

DENSE = 2000
"""Steps that are kept one by one; from there on a window is at most 1/1000 of the steps so far."""


def width(step: int, dense: int = DENSE) -> int:
    """Width of the window that ends at or after this step: a power of two, 1 up to `dense`, doubling as steps double.

    A function of the step alone, so that an interrupted run and one that never stopped have the same windows.
    """
    return 1 << max(0, math.ceil(math.log2(max(step, 1) / dense)))


class Window:
    """Sums up steps until their window is full."""

    def __init__(self) -> None:
        self.end = 0
        self._clear(0)

    def _clear(self, first: int) -> None:
        self.first = first
        self.count = self.clipped = self.non_finite = self.infinite = 0
        self.loss = self.norm = 0.0
        self.loss_min = self.norm_max = math.nan
        self.loss_max = self.lost = math.nan
        self.others: dict[str, float] = {}

    def open(self, first: int) -> None:
        """Begin the window of step `first`."""
        wide = width(first)
        self.end = -(-first // wide) * wide
        self._clear(first)

    def add(self, loss: float, norm: float, clipped: bool, others: dict[str, float] | None = None) -> None:
        """Count one step in."""
        self.count += 1
        if loss - loss == 0.0 and norm - norm == 0.0:  # finite: inf - inf and NaN - NaN are NaN
            if others:
                for name, value in others.items():
                    self.others[name] = self.others.get(name, 0.0) + value
            self.loss += loss
            self.norm += norm
            if not loss >= self.loss_min:  # also true for the NaN it begins with
                self.loss_min = loss
            if not loss <= self.loss_max:
                self.loss_max = loss
            if not norm <= self.norm_max:
                self.norm_max = norm
        else:
            self.non_finite += 1
            if loss == loss and norm == norm:
                self.infinite += 1
            if loss - loss != 0.0:
                self.lost = loss
        if clipped:
            self.clipped += 1

    def close(self, last: int, epoch: float, seconds: float, rate: float) -> Steps:
        """The record of everything added since it was opened."""
        finite = self.count - self.non_finite
        return Steps(
            first=self.first, last=last, epoch=epoch, seconds=seconds,
            loss=self.loss / finite if finite else self.lost, loss_min=self.loss_min, loss_max=self.loss_max,
            gradient_norm=self.norm / finite if finite else math.nan, gradient_norm_max=self.norm_max,
            clipped=self.clipped, learning_rate=rate, non_finite=self.non_finite,
            infinite=self.infinite,
            others={name: value / max(finite, 1) for name, value in self.others.items()},
        )  # fmt: skip

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps of a window that isn't full yet; None for NaN, which strict JSON doesn't know."""
        return {**{name: None if value != value else value for name, value in self.__dict__.items()}, "others": dict(self.others)}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue a window where `state` was taken."""
        self.__dict__.update((name, math.nan if value is None else value) for name, value in state.items())
