"""A rate of its own for every weight, from the squares of its gradients: all of them, or only the latest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from nntui.optim.optimizers.base import Chunk, Epsilon, Optimizer, Rate

if TYPE_CHECKING:
    from nntui.backends.operations import Operations


class RMSprop(Optimizer, tag="rmsprop"):
    """v = rho v + (1 - rho) g^2;  W -= rate g / (sqrt(v) + epsilon). Tieleman & Hinton 2012.

    centered subtracts the square of the mean gradient from v (Graves 2013). momentum gathers what is stepped along.
    weight_decay is L2.
    """

    rho: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the past in the running mean of squares")] = 0.99
    momentum: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the last step's velocity that is kept")] = 0.0
    centered: Annotated[bool, Meta(description="divide by the standard deviation instead of the root mean square")] = False
    epsilon: Epsilon = 1e-8

    @property
    def slots(self) -> tuple[str, ...]:
        return ("v", *(("mean",) if self.centered else ()), *(("velocity",) if self.momentum else ()))

    def update(self, at: Chunk, ops: Operations, rate: float, t: int, momentum: float | None) -> None:
        self.add_decay(at, ops)
        if self.centered:
            ops.rmsprop_centered(at.dW, at.slots[0], at.slots[1], self.rho, self.epsilon, at.s)
        else:
            ops.rmsprop(at.dW, at.slots[0], self.rho, self.epsilon, at.s)
        if self.momentum:
            inertia = self.momentum if momentum is None else momentum
            ops.momentum(at.W, at.s, at.slots[-1], rate, inertia, False, at.s)
        else:
            ops.sgd(at.W, at.s, rate, at.s)


class Adagrad(Optimizer, tag="adagrad"):
    """v += g^2;  W -= rate g / (sqrt(v) + epsilon): rates only shrink, most where gradients were large. Duchi et al. 2011.

    weight_decay is L2.
    """

    epsilon: Epsilon = 1e-10

    @property
    def slots(self) -> tuple[str, ...]:
        return ("v",)

    def update(self, at: Chunk, ops: Operations, rate: float, t: int, momentum: float | None) -> None:
        self.add_decay(at, ops)
        ops.adagrad(at.W, at.dW, at.slots[0], rate, self.epsilon, at.s)


class Adadelta(Optimizer, tag="adadelta"):
    """v = mean of g^2;  step = sqrt((u + epsilon) / (v + epsilon)) g;  u = mean of step^2;  W -= rate step. Zeiler 2012.

    The means run with rho. Steps have the unit of the weights, so that a rate of 1 is meant. weight_decay is L2.
    """

    scratches: ClassVar[int] = 2

    learning_rate: Rate = 1.0
    rho: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the past in the running means of squares")] = 0.9
    epsilon: Epsilon = 1e-6

    @property
    def slots(self) -> tuple[str, ...]:
        return ("v", "u")

    def update(self, at: Chunk, ops: Operations, rate: float, t: int, momentum: float | None) -> None:
        self.add_decay(at, ops)
        v, u = at.slots
        ops.adadelta(at.W, at.dW, v, u, rate, self.rho, self.epsilon, at.s, at.r)
