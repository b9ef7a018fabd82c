"""One number of a network by name, as people write it: 0.dense.W[3][2]."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nntui.errors import ExperimentError
from nntui.nn.plan import Plan

_ASSIGNED = re.compile(r"\s*([\w.]+?)((?:\[\d+\])+)\s*=\s*(\S+)\s*")


@dataclass(frozen=True)
class Entry:
    """A place in one parameter of a network."""

    parameter: str
    """As `Network.params` names it: "0.dense.W"."""
    index: tuple[int, ...]

    def __str__(self) -> str:
        return self.parameter + "".join(f"[{i}]" for i in self.index)


def assigned(text: str) -> tuple[Entry, float]:
    """ "0.dense.W[3][2] = 0.5" as a place and a value. Raises ExperimentError."""
    found = _ASSIGNED.fullmatch(text)
    try:
        value = float(found[3]) if found else None
    except ValueError:
        value = None
    if found is None or value is None or value - value != 0.0:
        raise ExperimentError(f"expected a weight and a number, like 0.dense.W[3][2] = 0.5, got {text!r}")
    return Entry(found[1], tuple(map(int, re.findall(r"\d+", found[2])))), value


def check(entry: Entry, plan: Plan) -> None:
    """Raise ExperimentError unless a network of this plan has that number."""
    shapes = {f"{site.path}.{p.name}": p.shape for site in plan.walk() for p in site.parameters}
    shape = shapes.get(entry.parameter)
    if shape is None:
        raise ExperimentError(f"{entry}: there is no parameter {entry.parameter}; there are {', '.join(shapes)}")
    if len(shape) != len(entry.index) or any(i >= size for i, size in zip(entry.index, shape, strict=True)):
        sizes = "".join(f"[0..{size - 1}]" for size in shape)
        raise ExperimentError(f"{entry}: {entry.parameter} has the places {entry.parameter}{sizes}")
