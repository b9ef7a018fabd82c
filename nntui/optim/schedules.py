"""How the learning rate moves over a run: pure functions of progress, which goes from 0 (first step) to 1 (last step)."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, TypeAlias, Union, dataclass_transform

import msgspec
from msgspec import Meta

Final = Annotated[float, Meta(ge=0.0, le=1.0, description="factor at the end")]

COLD = 0.01
"""The factor that a warm-up begins with: a first step of no length at all would be lost."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Schedule(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of all schedules. Every one can begin with a warm-up: in a straight line up to the full rate, then its own course."""

    synonyms: ClassVar[tuple[str, ...]] = ()
    """What else people call it: whoever writes that in a file is told the name it has here."""

    warmup: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the run in which the rate first rises")] = 0.0

    @property
    def tag(self) -> str:
        """The schedule's name in files and on the screen."""
        return str(self.__struct_config__.tag)

    def scale(self, progress: float) -> float:
        """The factor on the learning rate at this progress."""
        warmup = self.warmup
        if progress < warmup:
            return COLD + (1.0 - COLD) * progress / warmup
        return self.course((progress - warmup) / (1.0 - warmup) if warmup else progress)

    def course(self, progress: float) -> float:
        """The factor after the warm-up; progress goes from 0, when that is over, to 1."""
        raise NotImplementedError

    def momentum(self, progress: float) -> float | None:
        """The momentum (Adam: beta1) at this progress, or None to leave it as the optimizer has it."""
        return None


class Constant(Schedule, tag="constant"):
    """factor = 1."""

    def course(self, progress: float) -> float:
        return 1.0


class Step(Schedule, tag="step"):
    """factor = gamma^k, k counting how many of the `drops` equal stretches of the run are over."""

    drops: Annotated[int, Meta(ge=1, description="how many times the rate drops")] = 2
    gamma: Annotated[float, Meta(gt=0.0, le=1.0, description="what it is multiplied by each time")] = 0.1

    def course(self, progress: float) -> float:
        return self.gamma ** min(int(progress * (self.drops + 1)), self.drops)


class Exponential(Schedule, tag="exponential"):
    """factor = final^progress: the same share less in every step."""

    final: Annotated[float, Meta(gt=0.0, le=1.0, description="factor at the end")] = 0.01

    def course(self, progress: float) -> float:
        return math.pow(self.final, progress)


class Polynomial(Schedule, tag="polynomial"):
    """factor = final + (1 - final) (1 - progress)^power: a straight line for power = 1."""

    synonyms: ClassVar[tuple[str, ...]] = ("linear", "poly")

    power: Annotated[float, Meta(gt=0.0, description="above 1 it falls fast first, below 1 last")] = 1.0
    final: Final = 0.0

    def course(self, progress: float) -> float:
        return self.final + (1.0 - self.final) * math.pow(1.0 - progress, self.power)


class Cosine(Schedule, tag="cosine"):
    """factor = final + (1 - final) (1 + cos(pi progress)) / 2 (Loshchilov & Hutter 2017, without restarts)."""

    final: Final = 0.0

    def course(self, progress: float) -> float:
        return cosine(1.0, self.final, progress)


class CosineRestarts(Schedule, tag="cosine_restarts"):
    """cosine again and again, each cycle `growth` times as long as the one before (SGDR, Loshchilov & Hutter 2017)."""

    synonyms: ClassVar[tuple[str, ...]] = ("sgdr", "restarts")

    cycles: Annotated[int, Meta(ge=1, description="how many times it falls")] = 3
    growth: Annotated[float, Meta(ge=1.0, description="length of a cycle / length of the one before")] = 1.0
    final: Annotated[float, Meta(ge=0.0, le=1.0, description="factor at the end of every cycle")] = 0.0

    def course(self, progress: float) -> float:
        length = 1.0 / sum(self.growth**k for k in range(self.cycles))
        start = 0.0
        for _ in range(self.cycles - 1):
            if progress < start + length:
                break
            start += length
            length *= self.growth
        return cosine(1.0, self.final, (progress - start) / length)


class Plateau(Schedule, tag="plateau"):
    """The rate is multiplied by gamma each time the validation loss hasn't improved for `patience` epochs.

    Progress says nothing about that: the trainer, who knows the losses, keeps the factor (`nntui.training.plateau`).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("reduce_on_plateau",)

    patience: Annotated[int, Meta(ge=1, description="epochs without improvement")] = 10
    gamma: Annotated[float, Meta(gt=0.0, lt=1.0, description="what the rate is multiplied by each time")] = 0.1
    min_delta: Annotated[float, Meta(ge=0.0, description="what counts as an improvement of the loss")] = 0.0
    least: Annotated[float, Meta(ge=0.0, le=1.0, description="factor that it doesn't fall below")] = 0.0

    def course(self, progress: float) -> float:
        return 1.0


class OneCycle(Schedule, tag="one_cycle"):
    """Up from 1/start_divisor to 1, then down to 1/final_divisor, both along a cosine; momentum does the opposite.

    Smith & Topin 2018, in fastai's form. The optimizer's learning rate is the peak.
    """

    warmup: Annotated[float, Meta(gt=0.0, lt=1.0, description="share of the run until the peak")] = 0.25
    start_divisor: Annotated[float, Meta(ge=1.0, description="peak / first rate")] = 25.0
    final_divisor: Annotated[float, Meta(ge=1.0, description="peak / last rate")] = 1e5
    momentum_high: Annotated[float, Meta(ge=0.0, le=1.0, description="momentum, or beta1, while the rate is low")] = 0.95
    momentum_low: Annotated[float, Meta(ge=0.0, le=1.0, description="momentum, or beta1, while the rate is high")] = 0.85

    def scale(self, progress: float) -> float:
        if progress < self.warmup:
            return cosine(1.0 / self.start_divisor, 1.0, progress / self.warmup)
        return cosine(1.0, 1.0 / self.final_divisor, (progress - self.warmup) / (1.0 - self.warmup))

    def momentum(self, progress: float) -> float | None:
        if progress < self.warmup:
            return cosine(self.momentum_high, self.momentum_low, progress / self.warmup)
        return cosine(self.momentum_low, self.momentum_high, (progress - self.warmup) / (1.0 - self.warmup))


def cosine(start: float, end: float, share: float) -> float:
    """From start to end along half a cosine, share in [0, 1]."""
    return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * min(max(share, 0.0), 1.0)))


SCHEDULES: tuple[type[Schedule], ...] = (Constant, Step, Exponential, Polynomial, Cosine, CosineRestarts, OneCycle, Plateau)

AnySchedule: TypeAlias = Union[Constant, Step, Exponential, Polynomial, Cosine, CosineRestarts, OneCycle, Plateau]  # noqa: UP007
