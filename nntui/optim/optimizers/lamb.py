"""Adam for very large batches: every parameter moves by a share of its own length."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from nntui.optim.optimizers.base import Beta, BetaOfSquares, Chunk, Decay, Epsilon, Layerwise, Rate

if TYPE_CHECKING:
    from nntui.backends.operations import Operations


class LAMB(Layerwise, tag="lamb"):
    """u = m / (sqrt(v) + epsilon) + weight_decay W, m and v Adam's;  W -= rate |W| / |u| u, norms of a parameter each.

    You et al. 2020, algorithm 2. What doesn't decay (biases, scales of norms) moves by rate u, as do parameters that are
    all 0: there is no length yet to take a share of.
    """

    scratches: ClassVar[int] = 2

    learning_rate: Rate = 0.001
    weight_decay: Decay = 0.01
    beta1: Beta = 0.9
    beta2: BetaOfSquares = 0.999
    epsilon: Epsilon = 1e-6

    @property
    def slots(self) -> tuple[str, ...]:
        return ("m", "v")

    def prepare(self, at: Chunk, ops: Operations, t: int, momentum: float | None) -> tuple[float, float]:
        m, v = at.slots
        beta1 = self.beta1 if momentum is None else momentum
        ops.moments(at.dW, m, v, beta1, self.beta2, at.s)
        if not at.decays:
            return 0.0, 0.0
        self._direction(at, ops, t, beta1)
        return ops.squared_norm(at.W), ops.squared_norm(at.s)

    def trust(self, decays: bool, W: float, direction: float) -> float:
        return W / direction if decays and W > 0.0 and direction > 0.0 and math.isfinite(direction) else 1.0

    def update(self, at: Chunk, ops: Operations, rate: float, t: int, momentum: float | None) -> None:
        self._direction(at, ops, t, self.beta1 if momentum is None else momentum)
        ops.sgd(at.W, at.s, rate, at.s)

    def _direction(self, at: Chunk, ops: Operations, t: int, beta1: float) -> None:
        """s = u. Computed again where it is used: that costs less than keeping it for a parameter of many chunks."""
        m, v = at.slots
        ops.adam_direction(at.W, m, v, beta1, self.beta2, self.epsilon, self.weight_decay if at.decays else 0.0, t, at.s, at.r)
