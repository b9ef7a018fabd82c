"""What a network costs and how far it sees, computed before anything is trained: for every layer of a plan.

Multiply-adds tell how long a step takes, activations and parameters how much memory it needs, and the receptive field
whether a cell deep inside can see enough of the image to answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from nntui.nn.layer import Shape
from nntui.nn.plan import Plan, Site


class Field(NamedTuple):
    """The receptive field along one axis, in cells of the network's first image or sequence."""

    size: int
    """Cells that one output cell depends on; may be more than there are, where padding is seen, too."""
    jump: Fraction
    """Cells from the field of one output cell to its neighbour's: below 1 where the image has been made larger, 0 if all see the same."""


@dataclass(frozen=True)
class Cost:
    """Of one layer, without the layers inside it."""

    multiply_adds: int
    """In the products of one example's forward pass. Training takes about three times as many: forward, dW and dX."""
    activations: int
    """Numbers per example that its output takes; 0 if it is another layer's, seen differently."""
    parameters: int
    """Numbers it learns."""
    field: tuple[Field, ...]
    """For each axis of its image or sequence (height and width; time); () if there is none."""


def costs(plan: Plan) -> dict[str, Cost]:
    """By path, as far as the plan's shapes fit."""
    found: dict[str, Cost] = {}
    _follow(plan.sites, _Sight.at_first(plan.input_shape), found)
    return found


def training_bytes(plan: Plan, batch: int, slots: int, itemsize: int = 4) -> int:
    """About what training takes: parameters, gradients and `slots` of the optimizer, and for a batch outputs and their gradients."""
    every = costs(plan).values()
    numbers = (2 + slots) * sum(cost.parameters for cost in every) + 2 * batch * sum(cost.activations for cost in every)
    return itemsize * numbers


class _Sight(NamedTuple):
    """What the numbers of one layer's output depend on."""

    extent: tuple[int, ...]
    """Cells of the first image or sequence there was, along each axis."""
    field: tuple[Field, ...]

    @classmethod
    def at_first(cls, x: Shape) -> _Sight:
        """Every cell sees itself."""
        return cls(x[:-1], tuple(Field(1, Fraction(1)) for _ in x[:-1]))

    def everything(self) -> _Sight:
        """Seeing all cells at once."""
        return self._replace(field=tuple(Field(size, Fraction(0)) for size in self.extent))


def _follow(sites: tuple[Site, ...], sight: _Sight, found: dict[str, Cost]) -> _Sight:
    for site in sites:
        sight = _through(site, sight, found)
        layer = site.layer
        activations = 0 if layer.views else math.prod(site.y)
        found[site.path] = Cost(layer.multiply_adds(site.x), activations, site.size, sight.field)
    return sight


def _through(site: Site, sight: _Sight, found: dict[str, Cost]) -> _Sight:
    """How far the output of a site sees if its input sees so far."""
    if site.layer.bodies():
        ends = [sight]
        start = 0
        for body in site.layer.bodies():
            ends.append(_follow(site.inside[start : start + len(body)], sight, found))
            start += len(body)
        # What goes around a body sees less than what went through it.
        return max(ends, key=lambda end: tuple(field.size for field in end.field))
    if not sight.field and len(site.y) > 1:  # numbers in a row become an image or a sequence: its cells are counted from here on
        return _Sight.at_first(site.y)
    if len(site.x) == 1:
        return sight.everything() if site.layer.family == "affine" else sight
    reach = site.layer.reach(site.x)
    if reach is None or len(reach) != len(sight.field):  # all of it, or along axes that have been mixed
        return sight.everything()
    fields = (
        Field(field.size + math.ceil((cells - 1) * field.jump), field.jump * stride)
        for field, (cells, stride) in zip(sight.field, reach, strict=True)
    )
    return sight._replace(field=tuple(fields))
