"""Two experiments side by side: which values and layers differ, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from nntui.runs.facts import Fact, facts
from nntui.writing import inline, plain

if TYPE_CHECKING:
    from nntui.experiment import Experiment
    from nntui.nn.layer import Layer
    from nntui.runs.history import History

Mark: TypeAlias = Literal[" ", "-", "+"]
"""A layer of both, of the first only, of the second only."""

SHAPE = frozenset({"layers", "network"})
"""Facts that tell of the layers, which are compared one by one."""


class Change(msgspec.Struct, frozen=True):
    """A value that differs; None where an experiment doesn't have it."""

    name: str
    a: Fact
    b: Fact


class Line(msgspec.Struct, frozen=True):
    """A layer, and which of the two has it."""

    mark: Mark
    layer: str


class Outcome(msgspec.Struct, frozen=True):
    """One curve of both: last value, best value and its step. None where a run doesn't have it."""

    curve: str
    a: float | None
    b: float | None
    best_a: float | None
    best_b: float | None
    step_a: int | None
    step_b: int | None


class Comparison(msgspec.Struct, frozen=True):
    """What differs. Empty lists: nothing."""

    changes: list[Change]
    layers: list[Line]
    """All layers of both, in order; none if they are the same."""
    outcomes: list[Outcome]


def compare(a: Experiment, b: Experiment, past_a: History | None = None, past_b: History | None = None) -> Comparison:
    """What differs between two experiments, and between what came of them where both were trained.

    Raises NntuiError for one that can't be trained.
    """
    known_a, known_b = facts(a, a.check()), facts(b, b.check())
    names = dict.fromkeys([*known_a, *known_b])
    changes = [
        Change(name, known_a.get(name), known_b.get(name))
        for name in names
        if name not in SHAPE and (name in known_a, known_a.get(name)) != (name in known_b, known_b.get(name))
    ]
    outcomes = [] if past_a is None or past_b is None else _outcomes(past_a, past_b)
    return Comparison(changes, layer_lines(a.network, b.network), outcomes)


def layer_lines(a: Sequence[Layer], b: Sequence[Layer]) -> list[Line]:
    """The layers of both networks, those of both once; none if the networks are the same."""
    if tuple(a) == tuple(b):
        return []
    old, new = ([inline(plain(layer)) for layer in network] for network in (a, b))
    found: list[Line] = []
    for kind, i, j, m, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Line(" ", text) for text in old[i:j]]
        else:
            found += [Line("-", text) for text in old[i:j]] + [Line("+", text) for text in new[m:n]]
    return found


@dataclass(frozen=True)
class _Curve:
    steps: list[int]
    values: list[float]


def _outcomes(a: History, b: History) -> list[Outcome]:
    curves_a, curves_b = _curves(a), _curves(b)
    found = []
    for name in dict.fromkeys([*curves_a, *curves_b]):
        (last_a, best_a, step_a), (last_b, best_b, step_b) = (_ends(name, curves.get(name)) for curves in (curves_a, curves_b))
        found.append(Outcome(name, last_a, last_b, best_a, best_b, step_a, step_b))
    return found


def _curves(history: History) -> dict[str, _Curve]:
    found: dict[str, _Curve] = {}
    if history.steps:
        found["loss"] = _Curve([one.last for one in history.steps], [one.loss for one in history.steps])
    for one in history.evaluations:
        prefix = "val_" if one.split == "validation" else "train_"
        for name, value in {"loss": one.loss, **one.metrics}.items():
            curve = found.setdefault(f"{prefix}{name}", _Curve([], []))
            curve.steps.append(one.step)
            curve.values.append(value)
    return found


def _ends(name: str, curve: _Curve | None) -> tuple[float | None, float | None, int | None]:
    """Last value, best value, its step."""
    known = [(step, value) for step, value in zip(curve.steps, curve.values, strict=True) if math.isfinite(value)] if curve else []
    if not known:
        return None, None, None
    choose = min if name.endswith(("loss", "distance")) else max
    step, best = choose(known, key=lambda point: point[1])
    return known[-1][1], best, step
