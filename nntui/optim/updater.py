"""One optimizer step over the flat parameter buffer: clip, then update chunk by chunk."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nntui.optim.optimizers import Chunk, Optimizer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nntui.backends.operations import Array, Operations

CHUNK = 1 << 15
"""Floats per chunk: with gradient, slots and scratch it stays in a core's level 2 cache."""


class Updater:
    """Moves a flat parameter buffer by its gradient. Owns the optimizer's slots, one flat buffer each."""

    def __init__(
        self, optimizer: Optimizer, ops: Operations, flat: Array, gradient: Array, groups: Iterable[tuple[slice, bool]],
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
        self._chunks: list[Chunk] = []
        if not optimizer.weight_decay:  # then there is no difference between the groups, and one call serves all
            groups = [(slice(0, len(flat)), False)] if len(flat) else []
        for group, decays in groups:
            for start in range(group.start, group.stop, chunk):
                piece = slice(start, min(start + chunk, group.stop))
                slots = tuple(buffer[piece] for buffer in self.slots.values())
                self._chunks.append(Chunk(flat[piece], gradient[piece], slots, decays, scratch[: piece.stop - piece.start]))

    def step(self, rate: float, momentum: float | None = None) -> tuple[float, bool]:
        """Update by one step with this learning rate; returns ||g||_2 before clipping, and whether it was clipped.

        Clipping: g <- g clip_norm / ||g||_2 if that makes it shorter (Pascanu et al. 2013).
        """
        ops, optimizer = self.ops, self.optimizer
        self.t += 1
        t = self.t
        if self.clip_norm is not None:
            norm = math.sqrt(ops.squared_norm(self.gradient))
            clipped = norm > self.clip_norm
            if clipped:
                ops.scale(self.gradient, self.clip_norm / norm, self.gradient)
            for chunk in self._chunks:
                optimizer.update(chunk, ops, rate, t, momentum)
            return norm, clipped
        square = 0.0
        for chunk in self._chunks:
            square += ops.squared_norm(chunk.dW)  # here, where it brings the gradient into the cache for the update
            optimizer.update(chunk, ops, rate, t, momentum)
        return math.sqrt(square), False
