"""What an edit changes in an experiment, said exactly: one line for every value, and for every layer that came, went or became another."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

import msgspec

from nntui.experiment import Experiment, Start
from nntui.nn.layer import Layer

UNSAID = frozenset({"title", "story", "pair", "reference"})
"""Parts that change nothing about a training."""


def changes(before: Experiment, after: Experiment) -> tuple[str, ...]:
    """"optimizer.learning_rate 0.1 → 0.01", "1.sigmoid → relu", "+ batch_norm after 0.dense", "− 3.dropout"."""
    names = [name for name in Experiment.__struct_fields__ if name not in UNSAID]
    return tuple(line for name in names for line in _value(name, getattr(before, name), getattr(after, name)))


def _value(path: str, old: object, new: object) -> Iterator[str]:
    if old == new:
        return
    if _are_layers(old) and _are_layers(new):
        assert isinstance(old, tuple) and isinstance(new, tuple)
        yield from _layers(old, new, "" if path == "network" else f"{path}: ")
    elif isinstance(old, Start) and new is None and old.source is not None:
        yield f"begins anew, not with weights of {old.source}"
    elif isinstance(old, msgspec.Struct) and type(old) is type(new):
        for name in old.__struct_fields__:
            yield from _value(f"{path}.{name}", getattr(old, name), getattr(new, name))
    else:
        yield f"{path} {said(old)} → {said(new)}"


def _are_layers(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, Layer) for item in value)


def said(value: object) -> str:
    """A value on one line: a struct as its kind and what isn't as usual, "batch_norm", "dense (units 8)"."""
    if value is None:
        return "none"
    if isinstance(value, msgspec.Struct):
        usual = {field.name: field.default for field in msgspec.structs.fields(value)}
        kind = str(value.__struct_config__.tag or "")
        told = [f"{name} {said(getattr(value, name))}" for name in usual if not kind or getattr(value, name) != usual[name]]
        return f"{kind} ({', '.join(told)})" if kind and told else kind or ", ".join(told)
    if isinstance(value, tuple):
        return f"[{', '.join(map(said, value))}]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _layers(old: tuple[Layer, ...], new: tuple[Layer, ...], where: str) -> Iterator[str]:
    before, after = ([layer.tag for layer in layers] for layers in (old, new))
    whole = [("replace", 0, len(old), 0, len(new))]
    same_length = len(old) == len(new)  # then layers became others where they stand
    for what, i, j, m, n in whole if same_length else SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        paired = j - i if what == "equal" else min(j - i, n - m)
        for k in range(paired):
            if old[i + k] != new[m + k]:
                yield from _layer(f"{where}{i + k}.{old[i + k].tag}", old[i + k], new[m + k])
        for k in range(i + paired, j):
            yield f"{where}− {k}.{old[k].tag}"
        for k in range(m + paired, n):
            place = f"after {k - 1}.{new[k - 1].tag}" if k else "at the beginning"
            yield f"{where}+ {said(new[k])} {place}"


def _layer(where: str, old: Layer, new: Layer) -> Iterator[str]:
    if type(old) is not type(new):
        yield f"{where} → {said(new)}"
        return
    for name in old.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if before != after and _are_layers(before) and _are_layers(after):
            yield from _layers(before, after, f"{where}: ")
        elif before != after:
            yield f"{where} {name} {said(before)} → {said(after)}"


def shortened(lines: tuple[str, ...], most: int = 2) -> str:
    """The first lines, and how many more there are."""
    more = f", and {len(lines) - most} more" if len(lines) > most else ""
    return ", ".join(lines[:most]) + more
