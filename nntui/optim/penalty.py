"""Terms beside the loss that pull weights towards 0."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Penalty(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """l1 sum |W| + l2/2 sum W^2 over all weights that decay; biases and the scales of normalizations are left alone.

    It is a part of what is made small: its gradient l1 sign(W) + l2 W counts in the gradient's norm and is clipped with the
    rest, and its value is told beside the loss. An optimizer's weight_decay is neither.
    """

    l1: Annotated[float, Meta(ge=0.0, description="on absolute values: many weights go to 0 altogether")] = 0.0
    l2: Annotated[float, Meta(ge=0.0, description="on squares: no weight gets very large")] = 0.0

    def __bool__(self) -> bool:
        return self.l1 > 0.0 or self.l2 > 0.0
