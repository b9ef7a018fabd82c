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
        that the gradient wasn't used: from its first chunk that isn't finite on, everything stays as it was.
        """
        ops, optimizer = self.ops, self.optimizer
        self.t += 1
        t = self.t
        if self.clip_norm is not None:
            norm = math.sqrt(ops.squared_norm(self.gradient))
            if norm - norm != 0.0:  # NaN or infinite
                return norm, False
            clipped = norm > self.clip_norm
            if clipped:
                ops.scale(self.gradient, self.clip_norm / norm, self.gradient)
            for chunk, multiplier in self._chunks:
                optimizer.update(chunk, ops, rate * multiplier, t, momentum)
            return norm, clipped
        square = 0.0
        for chunk, multiplier in self._chunks:
            square += ops.squared_norm(chunk.dW)  # here, where it brings the gradient into the cache for the update
            if square - square != 0.0:
                break
            optimizer.update(chunk, ops, rate * multiplier, t, momentum)
        return math.sqrt(square), False
