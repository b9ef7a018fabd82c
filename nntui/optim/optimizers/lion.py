"""An optimizer that was found by search, not by thought: only the sign counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from nntui.optim.optimizers.base import Beta, Chunk, Optimizer, Rate

if TYPE_CHECKING:
    from nntui.backends.operations import Operations


class Lion(Optimizer, tag="lion"):
    """W -= rate sign(beta1 m + (1 - beta1) g), then m = beta2 m + (1 - beta2) g. Chen et al. 2023, algorithm 2.

    Every weight moves by the rate, so it wants one 3 to 10 times smaller than Adam's. weight_decay is decoupled.
    """

    scratches: ClassVar[int] = 2

    learning_rate: Rate = 1e-4
    beta1: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the past in the direction of a step")] = 0.9
    beta2: Beta = 0.99

    @property
    def slots(self) -> tuple[str, ...]:
        return ("m",)

    def update(self, at: Chunk, ops: Operations, rate: float, t: int, momentum: float | None) -> None:
        self.shrink(at, ops, rate)
        ops.lion(at.W, at.dW, at.slots[0], rate, self.beta1 if momentum is None else momentum, self.beta2, at.s, at.r)
