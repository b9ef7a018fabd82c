"""Optimizers, simplest first. Each updates flat slices of the parameter buffer in place.

A large buffer is walked in chunks that stay in the cache, so an update reads memory once, not once per operation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias, Union, dataclass_transform

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from nntui.backends.operations import Array, Operations

Rate = Annotated[float, Meta(ge=0.0, description="step size")]
Decay = Annotated[float, Meta(ge=0.0, description="how strongly weights are pulled towards 0 (biases and norms are not)")]
Beta = Annotated[float, Meta(ge=0.0, lt=1.0)]


class Chunk:
    """A contiguous piece of the parameters that is updated at once, with its gradient and its slots."""

    __slots__ = ("W", "dW", "decays", "s", "slots")

    W: Array
    dW: Array
    slots: tuple[Array, ...]
    """The optimizer's memory for these parameters, in the order of its `slots`."""
    decays: bool
    s: Array
    """Scratch, shared by all chunks."""

    def __init__(self, W: Array, dW: Array, slots: tuple[Array, ...], decays: bool, s: Array) -> None:
        self.W, self.dW, self.slots, self.decays, self.s = W, dW, slots, decays, s


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Optimizer(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True):
    """Base of all optimizers."""

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


class SGD(Optimizer, tag="sgd"):
    """v = momentum v + g;  W -= rate v, or rate (g + momentum v) with Nesterov's look-ahead (as PyTorch has it).

    weight_decay is L2: it adds weight_decay W to the gradient g.
    """

    momentum: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the last step's velocity that is kept")] = 0.0
    nesterov: Annotated[bool, Meta(description="look ahead along the velocity")] = False

    @property
    def slots(self) -> tuple[str, ...]:
        return ("v",) if self.momentum else ()

    def update(self, at: Chunk, ops: Operations, rate: float, t: int, momentum: float | None) -> None:
        if self.weight_decay and at.decays:
            ops.add_scaled(at.dW, at.W, self.weight_decay, at.s)
        if self.momentum:
            inertia = self.momentum if momentum is None else momentum
            ops.momentum(at.W, at.dW, at.slots[0], rate, inertia, self.nesterov, at.s)
        else:
            ops.sgd(at.W, at.dW, rate, at.s)


class Adam(Optimizer, tag="adam"):
    """m, v = running means of g and g^2, bias-corrected;  W -= rate m / (sqrt(v) + epsilon). Kingma & Ba 2015.

    weight_decay is L2, added to the gradient g (and so divided by sqrt(v), too): see adamw for the other kind.
    """

    learning_rate: Rate = 0.001
    beta1: Beta = 0.9
    beta2: Beta = 0.999
    epsilon: Annotated[float, Meta(gt=0.0)] = 1e-8

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
        ops.add_scaled(at.dW, at.W, self.weight_decay, at.s)


class AdamW(Adam, tag="adamw"):
    """Adam with decoupled weight decay: W -= rate weight_decay W beside the step. Loshchilov & Hutter 2019."""

    weight_decay: Decay = 0.01

    def decay(self, at: Chunk, ops: Operations, rate: float) -> None:
        ops.scale(at.W, 1.0 - rate * self.weight_decay, at.W)


OPTIMIZERS: tuple[type[Optimizer], ...] = (SGD, Adam, AdamW)

AnyOptimizer: TypeAlias = Union[SGD, Adam, AdamW]  # noqa: UP007
