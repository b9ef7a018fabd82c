"""An experiment as named values, defaults included: what a table of runs filters, sorts and compares by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    from nntui.experiment import Experiment
    from nntui.nn.layer import Layer
    from nntui.nn.plan import Plan

Fact: TypeAlias = str | int | float | bool | None
Facts: TypeAlias = dict[str, Fact]

_WORDS = frozenset({"title", "story", "pair", "reference", "network", "lesson"})
"""Parts of an experiment that decide nothing, or that are told in another form."""


def facts(experiment: Experiment, plan: Plan) -> Facts:
    """Dotted names and values: {"layers": 3, "network": "8 tanh 2", "optimizer.kind": "adam", "optimizer.learning_rate": 0.01, ...}.

    `layers` counts those that learn. A part of several kinds has its kind under the key that names it in a file.
    """
    found: Facts = {"layers": sum(bool(site.parameters) for site in plan.walk()), "network": outline(experiment.network)}
    for name in experiment.__struct_fields__:
        if name not in _WORDS:
            found.update(_leaves(name, getattr(experiment, name)))
    return found


def outline(network: tuple[Layer, ...]) -> str:
    """A network in one line: `8 tanh skip(8 relu) 2`."""
    return " ".join(map(_outline, network))


def _outline(layer: Layer) -> str:
    size = next((str(getattr(layer, name)) for name in ("units", "filters", "channels") if hasattr(layer, name)), "")
    inside = " | ".join(outline(body) for body in layer.bodies())
    if layer.tag == "dense":
        return size
    return f"{layer.tag}{size and f' {size}'}{inside and f'({inside})'}"


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Fact]]:
    """The values inside a value, by dotted name."""
    if isinstance(value, msgspec.Struct):
        config = value.__struct_config__
        if config.tag_field is not None:
            yield f"{name}.{config.tag_field}", str(config.tag)
        for key in value.__struct_fields__:
            yield from _leaves(f"{name}.{key}", getattr(value, key))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(f"{name}.{key}", item)
    elif isinstance(value, str | int | float | bool) or value is None:
        yield name, value
    else:
        yield name, ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
