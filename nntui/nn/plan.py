"""A network before it has any arrays: which layer gets which shape, what it learns, and what doesn't fit.

The builder shows a plan while a person edits; binding a network starts from the same plan.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from nntui.errors import ShapeError
from nntui.nn.initializers import resolve
from nntui.nn.layer import Layer, Parameter, Shape


@dataclass(frozen=True)
class Site:
    """One layer in its place in the network."""

    path: str
    """Position and name, "2.tanh"; inside a container "3.skip.0.dense"."""
    layer: Layer
    x: Shape
    y: Shape
    parameters: tuple[Parameter, ...]
    """With every `auto` initializer resolved."""
    depth: int
    inside: tuple[Site, ...] = field(default=())

    @property
    def size(self) -> int:
        """How many numbers it learns itself, without the layers inside it."""
        return sum(math.prod(p.shape) for p in self.parameters)

    def walk(self) -> Iterator[Site]:
        """This site, then those inside it."""
        yield self
        for site in self.inside:
            yield from site.walk()


@dataclass(frozen=True)
class Plan:
    """The sites of a network as far as its shapes fit, and the problem if they don't."""

    input_shape: Shape
    sites: tuple[Site, ...]
    problem: ShapeError | None = None

    def walk(self) -> Iterator[Site]:
        """Every site, containers before what is in them, in the order of the forward pass."""
        for site in self.sites:
            yield from site.walk()

    @property
    def output_shape(self) -> Shape:
        """Shape of what comes out after the last site that fits."""
        return self.sites[-1].y if self.sites else self.input_shape

    @property
    def size(self) -> int:
        """How many numbers the network learns."""
        return sum(site.size for site in self.walk())

    def checked(self) -> Plan:
        """This plan, or its problem raised."""
        if self.problem is not None:
            raise self.problem
        return self


def plan(layers: tuple[Layer, ...], input_shape: Shape) -> Plan:
    """Follow the shapes through the layers; stop at the first that doesn't fit."""
    sites: list[Site] = []
    try:
        _follow(layers, input_shape, "", 0, None, sites)
    except ShapeError as problem:
        return Plan(input_shape, tuple(sites), problem)
    return Plan(input_shape, tuple(sites))


def _follow(
    layers: tuple[Layer, ...], x: Shape, prefix: str, depth: int, after: str | None, sites: list[Site]
) -> None:
    for index, layer in enumerate(layers):
        path = f"{prefix}{index}.{layer.tag}"
        suited = _suited(layers[index + 1 :], after)
        inside: list[Site] = []
        for body in layer.bodies():
            _follow(body, x, f"{path}.", depth + 1, suited, inside)
        try:
            if layer.takes_ids and path != f"0.{layer.tag}":
                raise ShapeError(f"{layer.tag} reads ids, so it can only be the first layer")
            y = layer.output_shape(x)
            if any(n < 1 for n in y):
                raise ShapeError(f"{layer.tag} would make {y} of {x}: nothing is left")
            parameters = tuple(_resolved(p, suited) for p in layer.parameters(x))
        except ShapeError as error:
            raise ShapeError(error.message, error.layer or path, error.key) from None
        sites.append(Site(path, layer, x, y, parameters, depth, tuple(inside)))
        x = y


def _suited(following: tuple[Layer, ...], after: str | None) -> str:
    """The initializer that suits the first activation that follows; linear outputs get glorot."""
    for layer in following:
        if layer.init_before is not None:
            return layer.init_before
        if layer.family in ("affine", "container", "sequence"):
            return "glorot"
    return after or "glorot"


def _resolved(parameter: Parameter, suited: str) -> Parameter:
    return dataclasses.replace(parameter, init=resolve(parameter.init, suited))
