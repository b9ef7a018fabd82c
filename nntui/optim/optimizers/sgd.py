"""Stochastic gradient descent, with momentum if wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from nntui.optim.optimizers.base import Chunk, Optimizer

if TYPE_CHECKING:
    from nntui.backends.operations import Operations


class SGD(Optimizer, tag="sgd"):
    """v = momentum v + g;  W -= rate v, or rate (g + momentum v) with Nesterov's look-ahead (as PyTorch has it).

    weight_decay is L2: it adds weight_decay W to the gradient g.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("momentum", "nesterov")

    momentum: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the last step's velocity that is kept")] = 0.0
    nesterov: Annotated[bool, Meta(description="look ahead along the velocity")] = False

    @property
    def slots(self) -> tuple[str, ...]:
        return ("v",) if self.momentum else ()

    def update(self, at: Chunk, ops: Operations, rate: float, t: int, momentum: float | None) -> None:
        self.add_decay(at, ops)
        if self.momentum:
            inertia = self.momentum if momentum is None else momentum
            ops.momentum(at.W, at.dW, at.slots[0], rate, inertia, self.nesterov, at.s)
        else:
            ops.sgd(at.W, at.dW, rate, at.s)
