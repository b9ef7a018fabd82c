"""How the learning rate moves over a run: pure functions of progress, which goes from 0 (first step) to 1 (last step)."""

from __future__ import annotations

import math
from typing import Annotated, TypeAlias, Union, dataclass_transform

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(ge=0.0, le=1.0)]


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Schedule(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True):
    """Base of all schedules."""

    @property
    def tag(self) -> str:
        """The schedule's name in files and on the screen."""
        return str(self.__struct_config__.tag)

    def scale(self, progress: float) -> float:
        """The factor on the learning rate at this progress."""
        raise NotImplementedError

    def momentum(self, progress: float) -> float | None:
        """The momentum (Adam: beta1) at this progress, or None to leave it as the optimizer has it."""
        return None


class Constant(Schedule, tag="constant"):
    """factor = 1."""

    def scale(self, progress: float) -> float:
        return 1.0


class Step(Schedule, tag="step"):
    """factor = gamma^k, k counting how many of the `drops` equal stretches of the run are over."""

    drops: Annotated[int, Meta(ge=1, description="how many times the rate drops")] = 2
    gamma: Annotated[float, Meta(gt=0.0, le=1.0, description="what it is multiplied by each time")] = 0.1

    def scale(self, progress: float) -> float:
        return self.gamma ** min(int(progress * (self.drops + 1)), self.drops)


class Cosine(Schedule, tag="cosine"):
    """factor = final + (1 - final) (1 + cos(pi progress)) / 2 (Loshchilov & Hutter 2017, without restarts)."""

    final: Annotated[float, Meta(ge=0.0, le=1.0, description="factor at the end")] = 0.0

    def scale(self, progress: float) -> float:
        return cosine(1.0, self.final, progress)


class OneCycle(Schedule, tag="one_cycle"):
    """Up from 1/start_divisor to 1, then down to 1/final_divisor, both along a cosine; momentum does the opposite.

    Smith & Topin 2018, in fastai's form. The optimizer's learning rate is the peak.
    """

    warmup: Annotated[float, Meta(gt=0.0, lt=1.0, description="share of the run until the peak")] = 0.25
    start_divisor: Annotated[float, Meta(ge=1.0, description="peak / first rate")] = 25.0
    final_divisor: Annotated[float, Meta(ge=1.0, description="peak / last rate")] = 1e5
    momentum_high: Share = 0.95
    momentum_low: Share = 0.85

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


SCHEDULES: tuple[type[Schedule], ...] = (Constant, Step, Cosine, OneCycle)

AnySchedule: TypeAlias = Union[Constant, Step, Cosine, OneCycle]  # noqa: UP007
