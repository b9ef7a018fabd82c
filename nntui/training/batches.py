"""Which examples are learned together: a shuffle per epoch, portions of it per step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nntui.randomness import stream

if TYPE_CHECKING:
    from nntui.backends.operations import Array, Operations


class Batches:
    """Portions of `size` indices (the last of an epoch may be smaller); never copies the data.

    The order of an epoch is a function of the seed and the epoch alone, so it needn't be saved to be continued. With the
    operations of a backend the indices are its arrays: a device gets a whole epoch's order at once, not one batch a step.
    """

    def __init__(self, examples: int, size: int, seed: int, ops: Operations | None = None) -> None:
        self.examples, self.seed = examples, seed
        self.size = min(size, examples)
        self.per_epoch = -(-examples // self.size)
        self._ops = ops
        self._order = np.arange(examples)
        self._placed = self._place()
        self._epoch = -1

    @property
    def remainder(self) -> int:
        """Size of an epoch's last batch, if it is smaller than the others, else 0."""
        return self.examples % self.size

    def at(self, step: int) -> Array:
        """The indices of the batch of this step (0 is the first)."""
        k = step % self.per_epoch
        return self.order(step // self.per_epoch)[k * self.size : (k + 1) * self.size]

    def order(self, epoch: int) -> Array:
        """The indices of all examples in the order of this epoch."""
        if epoch != self._epoch and self.per_epoch > 1:  # a single batch is the whole data in any order
            self._order[:] = np.arange(self.examples)
            stream(self.seed, "shuffle", epoch).shuffle(self._order)
            self._placed = self._place()
            self._epoch = epoch
        return self._placed

    def sample(self, source: Array, count: int) -> Array:
        """At most so many of the examples in `source`, the same ones whenever it is asked for."""
        assert self._ops is not None
        picked = np.sort(stream(self.seed, "sample").permutation(self.examples)[:count])
        out = self._ops.empty((len(picked), *source.shape[1:]), source.dtype.name)
        self._ops.gather(source, self._ops.from_host(picked), out)
        return out

    def _place(self) -> Array:
        return self._order if self._ops is None else self._ops.from_host(self._order)
