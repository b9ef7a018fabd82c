"""Reading a text on from batch to batch: its places side by side, and the state that recurrent layers take with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nntui.data.source import Split
from nntui.nn.recurrent import Recurrent
from nntui.training.batches import Batches

if TYPE_CHECKING:
    from nntui.backends.operations import Array, Operations
    from nntui.nn.network import Pass


def reading_order(windows: int, rows: int) -> Array:
    """Which of a text's windows come one after the other in batches of `rows`, so that row b goes on where row b before ended.

    Batch k holds the windows k, k + S, k + 2 S, ..., S = floor(windows / rows); those left over come last.
    """
    rows = min(rows, windows)
    length = windows // rows
    order = np.arange(rows * length).reshape(rows, length).T.reshape(-1)
    return np.concatenate([order, np.arange(rows * length, windows)])


def side_by_side(split: Split, rows: int) -> Split:
    """A part of a text in the order in which it is read."""
    order = reading_order(len(split), rows)
    return Split(split.X[order], split.y[order])


class Consecutive(Batches):
    """Batches of a text arranged by `side_by_side`, in the same order in every epoch; windows left over aren't learned."""

    def __init__(self, examples: int, size: int, seed: int, ops: Operations) -> None:
        super().__init__(examples, size, seed, ops)
        self.per_epoch = examples // self.size
        self.examples = self.per_epoch * self.size

    @property
    def remainder(self) -> int:
        return 0

    def at(self, step: int) -> Array:
        k = step % self.per_epoch
        return self._placed[k * self.size : (k + 1) * self.size]


class Carried:
    """The states of a bound network's recurrent layers: where a pass begins (h0, c0), and where it ended (h_last, c_last)."""

    def __init__(self, bound: Pass) -> None:
        self._ops = bound.network.ops
        self._first: dict[str, Array] = {}
        self._last: dict[str, Array] = {}
        for path, (layer, at) in bound.places.items():
            if isinstance(layer, Recurrent):
                for state in layer.states:
                    self._first[f"{path}.{state}"] = getattr(at, f"{state}0")
                    self._last[f"{path}.{state}"] = getattr(at, f"{state}_last")

    def forget(self) -> None:
        """Begin the next pass knowing nothing."""
        for first in self._first.values():
            self._ops.fill(first, 0.0)

    def go_on(self) -> None:
        """Begin the next pass where the last one ended."""
        for name, first in self._first.items():
            self._ops.copy(self._last[name], first)

    def arrays(self) -> dict[str, Array]:
        """Where the last pass ended, on the host."""
        return {name: self._ops.to_host(last) for name, last in self._last.items()}

    def load(self, arrays: dict[str, Array]) -> None:
        """Have ended there."""
        for name, last in self._last.items():
            self._ops.copy(self._ops.from_host(arrays[name], last.dtype.name), last)
