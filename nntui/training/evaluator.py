"""Loss and metric over a whole split, in batches as large as memory likes, without dropout."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nntui.nn.losses import Composite
from nntui.nn.network import Pass
from nntui.training.metrics import accuracy, mean_iou, r2
from nntui.training.objective import Objective

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.source import Split
    from nntui.nn.losses import Loss, Target
    from nntui.nn.network import Network

BATCH = 512
"""Examples evaluated at once, at most: large enough for the matrix products, small enough to stay near the cache."""
MEMORY = 8 * 1024 * 1024
"""Bytes that an evaluation's arrays may take: large examples go fewer at once, so that training decides what fits."""


def examples_at_once(network: Network) -> int:
    """As many as `BATCH` and `MEMORY` allow, at least one: told by what one example more takes."""
    sizes = []
    for batch in (1, 2):
        arena: dict[str, Array] = {}
        Pass(network, batch, gradients=False, arena=arena)
        sizes.append(sum(made.nbytes for made in arena.values()))
    return max(1, min(BATCH, MEMORY // max(sizes[1] - sizes[0], 1)))


class Evaluated(NamedTuple):
    """What an evaluation came to."""

    loss: float
    metrics: dict[str, float]
    answered: tuple[int, ...] = ()
    """For classes: how many examples (or positions) were given each class as the answer."""
    right: tuple[int, ...] = ()
    """And how many of these answers were right."""


class Evaluator:
    """Evaluates splits that are already on the device. X, T: inputs and encoded targets; split: the raw targets.

    batch: examples at once, as many as memory likes by default. before: called with what is bound and the number of the
    first example, before it is computed.
    """

    def __init__(
        self, network: Network, loss: Loss, target: Target, batch: int | None = None,
        before: Callable[[Objective, int], None] | None = None,
    ) -> None:  # fmt: skip
        self.network, self.loss, self.target = network, loss, target
        self._batch, self._before = batch or examples_at_once(network), before
        self._arena: dict[str, Array] = {}
        self._bound: dict[int, Objective] = {}

    def evaluate(self, X: Array, T: Array, split: Split, limit: int | None = None) -> Evaluated:
        """Mean loss and metrics over the first `limit` examples (all by default)."""
        count = len(split) if limit is None else min(limit, len(split))
        y = split.y[:count]
        classes, output = self.target.classes, self.network.output_shape
        # For classes only the answers are kept: a vocabulary is wide, and texts are long.
        Z = np.empty((count, *output), self.network.dtype) if classes is None else np.empty((count, *self.target.shape), np.int64)
        total = weight = 0.0
        ops = self.network.ops
        with np.errstate(all="ignore"):
            for start in range(0, count, self._batch):
                stop = min(start + self._batch, count)
                bound = self._objective(stop - start, T)
                ops.rows(X, start, stop, bound.X)
                ops.rows(T, start, stop, bound.T)
                if self._before is not None:
                    self._before(bound, start)
                bound.forward()
                asked = self.loss.weight(y[start:stop], self.target)
                total, weight = total + bound.value * asked, weight + asked
                outputs = ops.to_host(bound.Z)
                Z[start:stop] = outputs if classes is None else self.loss.labels(outputs)
            loss = total / weight if weight else math.nan
            if isinstance(self.loss, Composite):
                return Evaluated(loss, _by_part(self.loss, self.target, Z, y))
            if classes is None:
                return Evaluated(loss, {"r2": r2(self.loss.numbers(Z), y)})
            found = {"accuracy": accuracy(Z, y)}
            if len(self.target.shape) == 2:
                found["mean_iou"] = mean_iou(Z, y, classes)
            perplexity = self.loss.perplexity(loss, self.target)
            return Evaluated(loss, found if perplexity is None else {**found, "perplexity": perplexity}, *_answers(Z, y, classes))

    def _objective(self, batch: int, T: Array) -> Objective:
        bound = self._bound.get(batch)
        if bound is None:
            bound = self._bound[batch] = Objective(self.network, self.loss, batch, T, self._arena, gradients=False)
        return bound


def _by_part(loss: Composite, target: Target, Z: Array, y: Array) -> dict[str, float]:
    """accuracy, r2, and once more with a number where there are several of a kind: accuracy_2."""
    found: dict[str, float] = {}
    for part, asked, outputs, answers in loss.answers(Z, y, target):
        kind = "r2" if asked.classes is None else "accuracy"
        name = next(name for name in (kind, *(f"{kind}_{k}" for k in range(2, len(loss.parts) + 1))) if name not in found)
        found[name] = r2(part.numbers(outputs), answers) if asked.classes is None else accuracy(part.labels(outputs), answers)
    return found


def _answers(answers: Array, y: Array, classes: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How often every class was answered where somebody asked, and how often rightly."""
    asked = y >= 0
    answered, right = answers[asked], y[asked & (answers == y)]
    return tuple(np.bincount(answered, minlength=classes).tolist()), tuple(np.bincount(right, minlength=classes).tolist())
