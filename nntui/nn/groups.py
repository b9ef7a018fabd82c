"""Which parameters are updated alike: weight decay or not, frozen or not, and how fast."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Group:
    """A contiguous piece of the flat buffers that is updated alike."""

    piece: slice
    decays: bool
    frozen: bool = False
    multiplier: float = 1.0
    """Factor on the learning rate."""
    cuts: tuple[int, ...] = ()
    """Where in the flat buffers another parameter begins, for who must tell them apart."""


def merged(groups: Iterable[Group], decay_matters: bool) -> list[Group]:
    """The groups that move, neighbours that are treated alike as one: fewer and longer slices."""
    result: list[Group] = []
    for group in groups:
        if group.frozen or group.multiplier == 0.0:
            continue
        last = result[-1] if result else None
        if (
            last is not None
            and last.piece.stop == group.piece.start
            and last.multiplier == group.multiplier
            and (last.decays == group.decays or not decay_matters)
        ):
            cuts = (*last.cuts, group.piece.start, *group.cuts)
            result[-1] = replace(last, piece=slice(last.piece.start, group.piece.stop), cuts=cuts)
        else:
            result.append(group)
    return result
