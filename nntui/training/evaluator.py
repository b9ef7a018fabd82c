"""Loss and metric over a whole split, in batches as large as memory likes, without dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nntui.training.metrics import metrics
from nntui.training.objective import Objective

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.source import Split
    from nntui.nn.losses import Loss, Target
    from nntui.nn.network import Network

BATCH = 512
"""Examples evaluated at once: large enough for the matrix products, small enough to stay near the cache."""


class Evaluated(NamedTuple):
    """What an evaluation came to."""

    loss: float
    metrics: dict[str, float]
    answered: tuple[int, ...] = ()
    """For classes: how many examples were given each class as the answer."""
    right: tuple[int, ...] = ()
    """And how many of these answers were right."""


class Evaluator:
    """Evaluates splits that are already on the device. X, T: inputs and encoded targets; split: the raw targets."""

    def __init__(self, network: Network, loss: Loss, target: Target) -> None:
        self.network, self.loss, self.target = network, loss, target
        self._arena: dict[str, Array] = {}
        self._bound: dict[int, Objective] = {}

    def evaluate(self, X: Array, T: Array, split: Split, limit: int | None = None) -> Evaluated:
        """Mean loss and metrics over the first `limit` examples (all by default)."""
        count = len(split) if limit is None else min(limit, len(split))
        total = 0.0
        Z = np.empty((count, *self.network.output_shape), self.network.dtype)
        ops = self.network.ops
        with np.errstate(all="ignore"):
            for start in range(0, count, BATCH):
                stop = min(start + BATCH, count)
                bound = self._objective(stop - start, T)
                ops.rows(X, start, stop, bound.X)
                ops.rows(T, start, stop, bound.T)
                bound.forward()
                total += bound.value * (stop - start)
                Z[start:stop] = ops.to_host(bound.Z)
            y = split.y[:count]
            return Evaluated(total / count, metrics(self.loss, self.target, Z, y), *self._answers(Z, y))

    def _answers(self, Z: Array, y: Array) -> tuple[tuple[int, ...], tuple[int, ...]]:
        classes = self.target.classes
        if classes is None:
            return (), ()
        labels, y = self.loss.labels(Z).reshape(-1), y.reshape(-1)
        return tuple(np.bincount(labels, minlength=classes).tolist()), tuple(np.bincount(y[labels == y], minlength=classes).tolist())

    def _objective(self, batch: int, T: Array) -> Objective:
        bound = self._bound.get(batch)
        if bound is None:
            bound = self._bound[batch] = Objective(self.network, self.loss, batch, T, self._arena, gradients=False)
        return bound
