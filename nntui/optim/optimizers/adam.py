"""Adam and its relatives: momentum divided by the usual size of the gradient, weight by weight."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from nntui.optim.optimizers.base import Beta, BetaOfSquares, Chunk, Decay, Epsilon, Optimizer, Rate

if TYPE_CHECKING:
    from nntui.backends.operations import Operations


class Adam(Optimizer, tag="adam"):
    """m, v = running means of g and g^2, bias-corrected;  W -= rate m / (sqrt(v) + epsilon). Kingma & Ba 2015.

    weight_decay is L2, added to the gradient g (and so divided by sqrt(v), too): see adamw for the other kind.
    """

    learning_rate: Rate = 0.001
    beta1: Beta = 0.9
    beta2: BetaOfSquares = 0.999
    epsilon: Epsilon = 1e-8

    @property
    def slots(self) -> tuple[str, ...]:
        return ("m", "v")

    def update(self, at: Chunk, ops: Operations, rate: float, t: int, momentum: float | None) -> None:
        if self.weight_decay and at.decays:
            self.decay(at, ops, rate)
        beta1 = self.beta1 if momentum is None else momentum
        m, v = at.slots
        ops.adam(at.W, at.dW, m, v, rate, beta1, self.beta2, self.epsilon, t, at.s)

    def decay(self, at: Chunk, ops: Operations, rate: float) -> None:
        self.add_decay(at, ops)


class AdamW(Adam, tag="adamw"):
    """Adam with decoupled weight decay: W -= rate weight_decay W beside the step. Loshchilov & Hutter 2019."""

    weight_decay: Decay = 0.01

    def decay(self, at: Chunk, ops: Operations, rate: float) -> None:
        self.shrink(at, ops, rate)


class NAdam(Optimizer, tag="nadam"):
    """Adam that looks ahead: Nesterov's momentum, growing over the first steps (Dozat 2016; as PyTorch has it).

    mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2), M_t = mu_1 ... mu_t;
    W -= rate ((1 - mu_t) / (1 - M_t) g + mu_t+1 / (1 - M_t+1) m) / (sqrt(v) + epsilon), v bias-corrected.
    weight_decay is L2. Under a schedule's momentum, M_t is what it would be had that been beta1 from the beginning.
    """

    scratches: ClassVar[int] = 2

    learning_rate: Rate = 0.002
    beta1: Beta = 0.9
    beta2: BetaOfSquares = 0.999
    epsilon: Epsilon = 1e-8
    momentum_decay: Annotated[float, Meta(ge=0.0, description="how fast the momentum grows to beta1")] = 0.004

    @property
    def slots(self) -> tuple[str, ...]:
        return ("m", "v")

    def update(self, at: Chunk, ops: Operations, rate: float, t: int, momentum: float | None) -> None:
        self.add_decay(at, ops)
        beta1 = self.beta1 if momentum is None else momentum
        now, after = beta1 * _growth(t, self.momentum_decay), beta1 * _growth(t + 1, self.momentum_decay)
        product = beta1**t * _growths(t, self.momentum_decay)
        of_gradient, of_momentum = rate * (1.0 - now) / (1.0 - product), rate * after / (1.0 - product * after)
        m, v = at.slots
        ops.nadam(at.W, at.dW, m, v, of_gradient, of_momentum, beta1, self.beta2, self.epsilon, t, at.s, at.r)


def _growth(t: int, decay: float) -> float:
    """mu_t / beta1."""
    return 1.0 - 0.5 * math.pow(0.96, t * decay)


_products: dict[float, list[float]] = {}
"""By decay: the products of the first 0, 1, 2, ... growths, until another factor changes nothing."""


def _growths(t: int, decay: float) -> float:
    """The product of the first t growths. A function of t alone, so that a run that was interrupted goes on to the bit."""
    known = _products.setdefault(decay, [1.0])
    while len(known) <= t:
        product = known[-1] * _growth(len(known), decay)
        if product == known[-1]:
            break
        known.append(product)
    return known[min(t, len(known) - 1)]
