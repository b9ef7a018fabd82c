"""One optimizer step over the flat parameter buffer: penalty, clipping, then an update chunk by chunk."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from nntui.nn.groups import Group, merged
from nntui.optim.optimizers import Chunk, Layerwise, Optimizer
from nntui.optim.penalty import Penalty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nntui.backends.operations import Array, Operations

CHUNK = 1 << 16
"""Floats per chunk: the two or three arrays of an operation stay in a core's level 2 cache, and calls stay few."""
PORTION = 2
"""Chunks that are worth waking another thread for: one or two hundred microseconds of work."""


class Updater:
    """Moves a flat parameter buffer by its gradient. Owns the optimizer's slots, one flat buffer each."""

    def __init__(
        self, optimizer: Optimizer, ops: Operations, flat: Array, gradient: Array, groups: Iterable[Group],
        clip_norm: float | None = None, penalty: Penalty | None = None,
    ) -> None:  # fmt: skip
        self.ops = ops
        self.gradient = gradient
        self.clip_norm = clip_norm
        self.optimizer = optimizer
        self._layerwise = optimizer if isinstance(optimizer, Layerwise) else None
        self.penalty = penalty or None
        self.penalty_value = 0.0
        """Of the last step, before it moved the weights."""
        dtype = flat.dtype.name
        self.slots: dict[str, Array] = {name: ops.zeros(flat.shape, dtype) for name in optimizer.slots}
        self.t = 0
        """Steps taken."""
        chunk = CHUNK if ops.NAME == "numpy" else max(len(flat), 1)
        s = ops.empty((min(chunk, len(flat)),), dtype)
        r = ops.empty(s.shape, dtype) if optimizer.scratches > 1 else s
        self._chunks: list[tuple[Chunk, float]] = []
        self._parameters: list[slice] = []
        """For layerwise optimizers: which chunks make up one parameter."""
        for group in merged(groups, bool(optimizer.weight_decay or self.penalty or self._layerwise)):
            cuts = group.cuts if self._layerwise is not None else ()
            for first, end in pairwise((group.piece.start, *cuts, group.piece.stop)):
                before = len(self._chunks)
                for start in range(first, end, chunk):
                    piece = slice(start, min(start + chunk, end))
                    slots = tuple(buffer[piece] for buffer in self.slots.values())
                    size = piece.stop - piece.start
                    made = Chunk(flat[piece], gradient[piece], slots, group.decays, s[:size], r[:size])
                    self._chunks.append((made, group.multiplier))
                self._parameters.append(slice(before, len(self._chunks)))
        self._in_threads = ops.NAME == "numpy" and len(self._chunks) >= 2 * PORTION

    @property
    def unconditional(self) -> bool:
        """Whether a step never depends on a number that the host has to know: `move` is then all there is to it."""
        return self._layerwise is None and self.penalty is None

    def move(self, rate: float, momentum: float | None, t: int) -> None:
        """Change the weights by step t, whatever the gradient is."""
        for chunk, multiplier in self._chunks:
            self.optimizer.update(chunk, self.ops, rate * multiplier, t, momentum)

    def step(self, rate: float, momentum: float | None = None) -> tuple[float, bool]:
        """Update by one step with this learning rate; returns ||g||_2 before clipping, and whether it was clipped.

        Clipping: g <- g clip_norm / ||g||_2 if that makes it shorter (Pascanu et al. 2013). A norm that isn't finite says
        that the gradient wasn't used, except for chunks that are finite themselves.
        """
        ops = self.ops
        self.t += 1
        if self.penalty is not None:
            self.penalty_value = sum(self._walk(self._penalized))
        if self.clip_norm is None:
            return math.sqrt(self._update(rate, momentum)), False
        norm = math.sqrt(ops.squared_norm(self.gradient))
        if norm - norm != 0.0:  # NaN or infinite
            return norm, False
        clipped = norm > self.clip_norm
        if clipped:
            ops.scale(self.gradient, self.clip_norm / norm, self.gradient)
        self._update(rate, momentum)
        return norm, clipped

    def _penalized(self, number: int) -> float:
        """Add the penalty's gradient; its value."""
        chunk, penalty = self._chunks[number][0], self.penalty
        if not chunk.decays or penalty is None:
            return 0.0
        return self.ops.penalize(chunk.W, chunk.dW, penalty.l1, penalty.l2, chunk.s)

    def _update(self, rate: float, momentum: float | None) -> float:
        """Move every chunk; the gradient's squared norm."""
        if self._layerwise is not None:
            return self._update_by_parameter(self._layerwise, rate, momentum)
        if self._in_threads:
            return self._update_in_threads(rate, momentum)
        ops, optimizer, t = self.ops, self.optimizer, self.t
        total = 0.0
        for chunk, multiplier in self._chunks:
            square = ops.squared_norm(chunk.dW)  # here, where it brings the gradient into the cache for the update
            total += square
            if square - square == 0.0:
                optimizer.update(chunk, ops, rate * multiplier, t, momentum)
        return total

    def _update_in_threads(self, rate: float, momentum: float | None) -> float:
        ops, optimizer, t = self.ops, self.optimizer, self.t

        def move(number: int) -> float:
            chunk, multiplier = self._chunks[number]
            square = ops.squared_norm(chunk.dW)
            if square - square == 0.0:
                optimizer.update(chunk, ops, rate * multiplier, t, momentum)
            return square

        return sum(self._walk(move))

    def _update_by_parameter(self, optimizer: Layerwise, rate: float, momentum: float | None) -> float:
        ops, t, chunks = self.ops, self.t, self._chunks
        lengths = [(0.0, 0.0)] * len(chunks)
        rates = [math.nan] * len(chunks)

        def prepare(number: int) -> float:
            chunk = chunks[number][0]
            square = ops.squared_norm(chunk.dW)
            if square - square == 0.0:
                lengths[number] = optimizer.prepare(chunk, ops, t, momentum)
            return square

        def move(number: int) -> float:
            if rates[number] == rates[number]:  # not for parameters of whose gradient a part isn't finite
                optimizer.update(chunks[number][0], ops, rates[number], t, momentum)
            return 0.0

        squares = self._walk(prepare)
        for parameter in self._parameters:
            total = sum(squares[parameter])
            if total - total == 0.0:
                W, direction = (math.sqrt(sum(pair[k] for pair in lengths[parameter])) for k in range(2))
                chunk, multiplier = chunks[parameter.start]
                own = rate * multiplier * optimizer.trust(chunk.decays, W, direction)
                rates[parameter] = [own] * (parameter.stop - parameter.start)
        self._walk(move)
        return sum(squares)

    def _walk(self, job: Callable[[int], float]) -> list[float]:
        """What `job` gives for every chunk; in threads if there are many, with scratch of their own.

        Chunks don't depend on each other, so the numbers are the same.
        """
        chunks = self._chunks
        if not self._in_threads:
            return [job(number) for number in range(len(chunks))]
        from nntui.backends.numpy_workers import Worker, team

        results = [0.0] * len(chunks)
        two = self.optimizer.scratches > 1

        def portion(worker: Worker, number: int) -> None:
            for k in range(number * PORTION, min((number + 1) * PORTION, len(chunks))):
                chunk = chunks[k][0]
                chunk.s = worker.array("update", chunk.W.shape, chunk.W.dtype)
                if two:
                    chunk.r = worker.array("update 2", chunk.W.shape, chunk.W.dtype)
                results[k] = job(k)

        with team() as ours:
            ours.share(portion, -(-len(chunks) // PORTION))
        return results
