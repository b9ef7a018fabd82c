"""What an optimizer is: hyper-parameters, named slots, and an update of one chunk of the parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, dataclass_transform

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from nntui.backends.operations import Array, Operations

Rate = Annotated[float, Meta(ge=0.0, description="step size")]
Decay = Annotated[float, Meta(ge=0.0, description="how strongly weights are pulled towards 0 (biases and norms are not)")]
Beta = Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the past in the running mean of gradients")]
BetaOfSquares = Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the past in the running mean of their squares")]
Epsilon = Annotated[float, Meta(gt=0.0, description="added against division by zero")]


class Chunk:
    """A contiguous piece of the parameters that is updated at once, with its gradient and its slots."""

    __slots__ = ("W", "dW", "decays", "r", "s", "slots")

    W: Array
    dW: Array
    slots: tuple[Array, ...]
    """The optimizer's memory for these parameters, in the order of its `slots`."""
    decays: bool
    s: Array
    """Scratch, shared by all chunks."""
    r: Array
    """A second scratch, for optimizers that ask for two; else the same as s."""

    def __init__(self, W: Array, dW: Array, slots: tuple[Array, ...], decays: bool, s: Array, r: Array) -> None:
        self.W, self.dW, self.slots, self.decays, self.s, self.r = W, dW, slots, decays, s, r


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Optimizer(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True):
    """Base of all optimizers."""

    scratches: ClassVar[int] = 1
    """How many scratch arrays an update needs, 1 or 2."""
    synonyms: ClassVar[tuple[str, ...]] = ()
    """What else people call it: whoever writes that in a file is told the name it has here."""

    learning_rate: Rate = 0.01
    weight_decay: Decay = 0.0

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the arrays it keeps, one number per parameter each."""
        return ()

    @property
    def tag(self) -> str:
        """The optimizer's name in files and on the screen."""
        return str(self.__struct_config__.tag)

    def update(self, at: Chunk, ops: Operations, rate: float, t: int, momentum: float | None) -> None:
        """One step t (1, 2, ...) with the learning rate `rate`; a schedule may override the momentum."""
        raise NotImplementedError

    def add_decay(self, at: Chunk, ops: Operations) -> None:
        """Weight decay as L2: dW += weight_decay W."""
        if self.weight_decay and at.decays:
            ops.add_scaled(at.dW, at.W, self.weight_decay, at.s)

    def shrink(self, at: Chunk, ops: Operations, rate: float) -> None:
        """Weight decay beside the step, decoupled from the gradient: W -= rate weight_decay W (Loshchilov & Hutter 2019)."""
        if self.weight_decay and at.decays:
            ops.scale(at.W, 1.0 - rate * self.weight_decay, at.W)


class Layerwise(Optimizer):
    """Base of optimizers whose step depends on norms over a whole parameter: no chunk goes beyond the end of one.

    A step takes two walks: `prepare` for every chunk, then `update` with the rate of the parameter it belongs to.
    """

    def prepare(self, at: Chunk, ops: Operations, t: int, momentum: float | None) -> tuple[float, float]:
        """Take the gradient in; the squared norms of W and of the direction it is going to move along."""
        raise NotImplementedError

    def trust(self, decays: bool, W: float, direction: float) -> float:
        """The factor on the rate of one parameter, from the two norms."""
        raise NotImplementedError
