"""One optimizer step over the flat parameter buffer: clip, then update chunk by chunk."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nntui.nn.groups import Group, merged
from nntui.optim.optimizers import Chunk, Optimizer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nntui.backends.operations import Array, Operations

CHUNK = 1 << 16
"""Floats per chunk: the two or three arrays of an operation stay in a core's level 2 cache, and calls stay few."""
PORTION = 2
"""Chunks that are worth waking another thread for: one or two hundred microseconds of work."""


class Updater:
    """Moves a flat parameter buffer by its gradient. Owns the optimizer's slots, one flat buffer each."""

    def __init__(
        self, optimizer: Optimizer, ops: Operations, flat: Array, gradient: Array, groups: Iterable[Group],
        clip_norm: float | None = None,
    ) -> None:  # fmt: skip
        self.ops = ops
        self.gradient = gradient
        self.clip_norm = clip_norm
        self.optimizer = optimizer
        dtype = flat.dtype.name
        self.slots: dict[str, Array] = {name: ops.zeros(flat.shape, dtype) for name in optimizer.slots}
        self.t = 0
        """Steps taken."""
        chunk = CHUNK if ops.NAME == "numpy" else max(len(flat), 1)
        scratch = ops.empty((min(chunk, len(flat)),), dtype)
        self._chunks: list[tuple[Chunk, float]] = []
        for group in merged(groups, bool(optimizer.weight_decay)):
            for start in range(group.piece.start, group.piece.stop, chunk):
                piece = slice(start, min(start + chunk, group.piece.stop))
                slots = tuple(buffer[piece] for buffer in self.slots.values())
                made = Chunk(flat[piece], gradient[piece], slots, group.decays, scratch[: piece.stop - piece.start])
                self._chunks.append((made, group.multiplier))

    def step(self, rate: float, momentum: float | None = None) -> tuple[float, bool]:
        """Update by one step with this learning rate; returns ||g||_2 before clipping, and whether it was clipped.

        Clipping: g <- g clip_norm / ||g||_2 if that makes it shorter (Pascanu et al. 2013). A norm that isn't finite says
        that the gradient wasn't used, except for chunks that are finite themselves.
        """
        ops = self.ops
        self.t += 1
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

    def _update(self, rate: float, momentum: float | None) -> float:
        """Move every chunk; the gradient's squared norm."""
        if self.ops.NAME == "numpy" and len(self._chunks) >= 2 * PORTION:
            return self._update_side_by_side(rate, momentum)
        ops, optimizer, t = self.ops, self.optimizer, self.t
        total = 0.0
        for chunk, multiplier in self._chunks:
            square = ops.squared_norm(chunk.dW)  # here, where it brings the gradient into the cache for the update
            total += square
            if square - square == 0.0:
                optimizer.update(chunk, ops, rate * multiplier, t, momentum)
        return total

    def _update_side_by_side(self, rate: float, momentum: float | None) -> float:
        """The same for many parameters, in threads: chunks don't depend on each other, so the numbers are the same."""
        from nntui.backends.numpy_workers import Worker, team

        ops, optimizer, chunks, t = self.ops, self.optimizer, self._chunks, self.t
        squares = [0.0] * len(chunks)

        def portion(worker: Worker, number: int) -> None:
            for k in range(number * PORTION, min((number + 1) * PORTION, len(chunks))):
                chunk, multiplier = chunks[k]
                chunk.s = worker.array("update", chunk.W.shape, chunk.W.dtype)
                squares[k] = ops.squared_norm(chunk.dW)
                if squares[k] - squares[k] == 0.0:
                    optimizer.update(chunk, ops, rate * multiplier, t, momentum)

        with team() as ours:
            ours.share(portion, -(-len(chunks) // PORTION))
        return sum(squares)
