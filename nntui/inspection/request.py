"""What somebody wants to see, as a value; and how long work tells how far it is and learns that nobody waits any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from nntui.training.programs.base import SplitName


@dataclass(frozen=True)
class Request:
    """One look at one checkpoint. Fields that an aspect doesn't read don't change what it shows."""

    aspect: str = "weights"
    step: int = 0
    layer: str = ""
    """Path of a layer, for the aspects of layers."""
    tensor: int = 0
    """Which of the layer's arrays, in their order."""
    unit: int = 0
    """Which unit, filter, head or input channel."""
    example: int = 0
    """Position in its part of the data."""
    split: SplitName = "validation"
    typed: str = ""
    """An example in a person's words, instead of one of the data."""
    draw: int = 0
    """Which random directions: another number, other directions."""


Progress: TypeAlias = Callable[[float], None]
"""Told the share that is done; raises Cancelled if nobody waits for the rest."""


class Cancelled(Exception):
    """Nobody waits for this any more."""


def unwatched(share: float) -> None:
    """Progress that nobody watches."""
