"""What of an experiment can be changed while it trains: values that leave every array as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from nntui.errors import ExperimentError
from nntui.experiment import Experiment
from nntui.nn.layer import Layer
from nntui.nn.regularization import Dropout, Noise
from nntui.writing import inline

STRENGTHS: dict[type[Layer], str] = {Dropout: "rate", Noise: "std"}
"""Layers whose strength may change, by the name of that."""
CHANGE = re.compile(r"(\S+) \S+ → (\S+)")


def adjustments(before: Experiment, after: Experiment) -> tuple[str, ...] | None:
    """Assignments that make `after` of `before`: "optimizer.momentum=0.8". None if a training under way can't take them.

    It takes the options of its optimizer (of the same kind, with the same memory), the clipping of gradients, and the
    strength of dropout and noise.
    """
    clipped = msgspec.structs.replace(after.training, clip_norm=before.training.clip_norm)
    if after.replace(optimizer=before.optimizer, network=before.network, training=clipped) != before:
        return None
    if type(after.optimizer) is not type(before.optimizer) or after.optimizer.slots != before.optimizer.slots:
        return None
    try:
        strengths = list(_strengths("network", before.network, after.network))
    except ExperimentError:
        return None
    found = [f"optimizer.{name}={_text(value)}" for name, value in _differing(before.optimizer, after.optimizer)]
    if after.training.clip_norm != before.training.clip_norm:
        found.append(f"training.clip_norm={_text(after.training.clip_norm)}")
    return (*found, *strengths)


def told(before: Experiment, assignments: Sequence[str]) -> str:
    """The same for people: optimizer.momentum 0.9 → 0.8."""
    after = before.set(*assignments)
    parts = []
    for assignment in assignments:
        name = assignment.partition("=")[0]
        was, now = (_text(_value(experiment, name)) or "none" for experiment in (before, after))
        parts.append(f"{name} {was} → {now}")
    return ", ".join(parts)


def heard(text: str) -> list[str]:
    """The assignments in a sentence of `told`."""
    return [f"{name}={'' if value == 'none' else value}" for name, value in CHANGE.findall(text.replace(",", " "))]


def _differing(before: msgspec.Struct, after: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    for name in before.__struct_fields__:
        if getattr(before, name) != getattr(after, name):
            yield name, getattr(after, name)


def _strengths(path: str, before: Sequence[Layer], after: Sequence[Layer]) -> Iterator[str]:
    """Assignments for layers that differ in strength only. Raises ExperimentError for any other difference."""
    if len(before) != len(after):
        raise ExperimentError("another number of layers")
    for index, (one, other) in enumerate(zip(before, after, strict=True)):
        here = f"{path}[{index}]"
        if one == other:
            continue
        strength = STRENGTHS.get(type(one))
        bodies = one.bodies(), other.bodies()
        if strength is not None and msgspec.structs.replace(other, **{strength: getattr(one, strength)}) == one:
            yield f"{here}.{strength}={_text(getattr(other, strength))}"
        elif type(one) is type(other) and len(bodies[0]) == 1 and msgspec.structs.replace(other, body=bodies[0][0]) == one:
            yield from _strengths(f"{here}.body", bodies[0][0], bodies[1][0])
        else:
            raise ExperimentError(f"{here} is another layer")


def _value(experiment: Experiment, name: str) -> Any:
    """What a dotted name with indices stands for."""
    value: Any = experiment
    for field, index in re.findall(r"(\w+)(?:\[(\d+)\])?", name):
        value = getattr(value, field)
        value = value[int(index)] if index else value
    return value


def _text(value: Any) -> str:
    return "" if value is None else inline(value)
