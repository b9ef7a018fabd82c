"""Edits of a network as a value: layers changed, inserted, taken out, wrapped; containers are gone into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from nntui.nn.activations import ReLU
from nntui.nn.layer import Layer
from nntui.nn.skip import Skip

if TYPE_CHECKING:
    from nntui.nn.plan import Plan, Site

Layers: TypeAlias = tuple[Layer, ...]

NORMALIZATIONS = frozenset({"batch_norm", "layer_norm", "instance_norm", "group_norm"})


def with_fields(layer: Layer, **fields: Any) -> Layer:
    """The same layer with fields changed."""
    return msgspec.structs.replace(layer, **fields)


def bodies(layer: Layer, change: Callable[[Layers], Layers]) -> Layer:
    """A container with its bodies changed; other layers as they are."""
    if not layer.bodies():
        return layer
    fields = {name: change(body) for name in ("body", "branches") for body in (getattr(layer, name, None),) if isinstance(body, tuple)}
    return with_fields(layer, **fields)


def each(layers: Layers, change: Callable[[Layer], Layers]) -> Layers:
    """Every layer replaced by what `change` makes of it, the insides of containers first."""
    return tuple(new for layer in layers for new in change(bodies(layer, lambda body: each(body, change))))


def last_affine(layers: Layers) -> int:
    """Where the output layer is: the last that has weights, counted from 0; -1 without any."""
    return max((index for index, layer in enumerate(layers) if layer.family in ("affine", "container", "sequence")), default=-1)


def hidden(layers: Layers, change: Callable[[Layers], Layers]) -> Layers:
    """All before the output layer changed; the output layer and what follows it stay."""
    split = last_affine(layers)
    return (*change(layers[:split]), *layers[split:]) if split > 0 else layers


def after_affine(layers: Layers, make: Callable[[Layer], Layer]) -> Layers:
    """A new layer behind every affine one that has no normalization behind it yet."""
    made: list[Layer] = []
    for index, layer in enumerate(layers):
        made.append(bodies(layer, lambda body: after_affine(body, make)))
        following = layers[index + 1] if index + 1 < len(layers) else None
        if layer.family == "affine" and (following is None or following.tag not in NORMALIZATIONS):
            made.append(make(layer))
    return tuple(made)


def bent(layers: Layers) -> Layers:
    """A ReLU between affine layers that have nothing between them that bends."""
    made: list[Layer] = []
    straight = False
    for layer in layers:
        if layer.family == "affine" and layer.tag != "maxout":
            if straight:
                made.append(ReLU())
            straight = True
        elif layer.family not in ("regularization", "shape", "normalization"):
            straight = False
        made.append(bodies(layer, bent))
    return tuple(made)


def blocks(plan: Plan) -> Iterator[tuple[int, int]]:
    """Start and stop of the stretches at the top level, from one affine layer to before the next, that keep their shape."""
    sites = plan.sites
    starts = [index for index, site in enumerate(sites) if site.layer.family == "affine"]
    for start, stop in pairwise(starts):
        if sites[start].x == sites[stop - 1].y and not any(_contains(site) for site in sites[start:stop]):
            yield start, stop


def skipped(layers: Layers, plan: Plan) -> Layers:
    """A way around every stretch that keeps its shape."""
    wrapped = dict(blocks(plan))
    made: list[Layer] = []
    index = 0
    while index < len(layers):
        stop = wrapped.get(index)
        made.append(layers[index] if stop is None else Skip(body=layers[index:stop]))
        index = index + 1 if stop is None else stop
    return tuple(made)


def _contains(site: Site) -> bool:
    return site.layer.family == "container"
