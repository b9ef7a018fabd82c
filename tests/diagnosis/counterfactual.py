"""Why a network of the grid fails, found without any rule: what makes it train when it alone is set right is a cause."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

LEARNS = 0.5
"""Share of the best skill on its data from which a changed network counts as training."""

RATES: dict[str, tuple[float, float]] = {"sgd": (1e-4, 3.0), "adam": (3e-5, 0.3)}
"""Rates that are too low and too high for anybody, of gradients as they are and of gradients divided by their size."""

Tables = dict[str, Any]
Skill = Callable[[Tables], float]

NAMES: dict[str, frozenset[str]] = {
    "rate too high": frozenset({"learning_rate_too_high", "not_finite", "dead_units", "saturated_units"}),
    "rate too low": frozenset({"learning_rate_too_low"}),
    "zeros": frozenset({"symmetric_units"}),
    "small": frozenset({"vanishing_signal", "small_activations"}),
    "large": frozenset({"exploding_signal", "wrong_start", "saturated_units", "not_finite", "dead_units", "learning_rate_too_high"}),
    "start": frozenset({"vanishing_signal", "exploding_signal", "wrong_start", "saturated_units", "small_activations", "dead_units"}),
    "activation": frozenset({
        "learning_rate_too_low", "vanishing_signal", "saturated_units", "dead_units", "small_activations", "exploding_signal",
    }),
    "gradients": frozenset({"vanishing_signal", "exploding_signal", "small_activations"}),
    "depth": frozenset({"vanishing_signal", "exploding_signal", "small_activations", "saturated_units", "dead_units"}),
}
"""By a cause, the findings that name it."""


def causes(tables: Tables, skill: Skill) -> list[str]:
    """The causes of a failure: those whose repair alone makes it train; if there are none, those that do so beside Adam."""
    found = [name for name, changed in _single(tables) if skill(changed) >= LEARNS]
    sound = {**tables, "optimizer": {"kind": "adam", "learning_rate": 3e-3}}
    helps = skill(sound) >= LEARNS
    if not found and not helps:
        found = [name for name, changed in _single(sound) if "rate" not in name and skill(changed) >= LEARNS]
        helps = bool(found)
    return list(dict.fromkeys([*found, *(_optimizer(tables["optimizer"]) if helps else [])]))


def named(found: list[str]) -> frozenset[str]:
    """The findings that name one of these causes."""
    return frozenset().union(*(NAMES[one] for one in found))


def built_in(tables: Tables) -> list[str]:
    """Faults that a network was made with, whether or not setting them right is enough."""
    layers = [layer for layer in tables["network"] if "init" in layer]
    spread = layers[0]["init"]
    if spread == "zeros":
        return ["zeros"]
    size = spread.get("std", spread.get("high", 0.2)) if isinstance(spread, dict) else 0.2
    normalized = any(layer["layer"] == "batch_norm" for layer in tables["network"])
    large, small = size >= 0.5 and len(layers) > 1, size <= 0.05 and len(layers) > 2 and not normalized
    deep = len(layers) >= 6 and not normalized
    low, high = RATES.get(tables["optimizer"]["kind"], RATES["adam"])
    rate = tables["optimizer"]["learning_rate"]
    return (
        ["large"] * large + ["small"] * small + ["depth"] * deep
        + ["rate too low"] * (rate <= low) + ["rate too high"] * (rate >= high)
    )  # fmt: skip


def _optimizer(tables: Tables) -> list[str]:
    """What it says about an optimizer that another one, which takes no heed of how large gradients are, makes a network train."""
    rate = tables["learning_rate"]
    if tables["kind"] == "sgd":
        return ["rate too low"] * (rate <= 0.3) + ["rate too high"] * (rate >= 0.1) + ["gradients"]
    return ["rate too low"] * (rate < 3e-3) + ["rate too high"] * (rate > 3e-3)


def _single(tables: Tables) -> list[tuple[str, Tables]]:
    made = [("rate too high", _rate(tables, 0.1)), ("rate too low", _rate(tables, 10.0))]
    inits = [layer["init"] for layer in tables["network"] if "init" in layer]
    if inits[0] != "auto":
        made.append((_start(inits[0]), _layers(tables, lambda layer: {**layer, "init": "auto"} if "init" in layer else layer)))
    activations = {layer["layer"] for layer in tables["network"]} & {"sigmoid", "tanh", "softsign", "relu", "elu", "gelu", "leaky_relu"}
    for one in activations - {"relu"}:
        made.append(("activation", _layers(tables, lambda layer, one=one: {"layer": "relu"} if layer["layer"] == one else layer)))
    if (shallow := _shallow(tables)) is not None:
        made.append(("depth", shallow))
    return made


def _start(init: Any) -> str:
    if init == "zeros":
        return "zeros"
    if isinstance(init, str):
        return "start"
    spread = init.get("std", init.get("high"))
    return "small" if spread < 0.08 else "large" if spread > 0.4 else "start"


def _rate(tables: Tables, factor: float) -> Tables:
    made = copy.deepcopy(tables)
    made["optimizer"]["learning_rate"] *= factor
    return made


def _layers(tables: Tables, change: Callable[[Tables], Tables]) -> Tables:
    return {**tables, "network": [change(layer) for layer in tables["network"]]}


def _shallow(tables: Tables) -> Tables | None:
    """The same with two hidden blocks, if it has more."""
    network = tables["network"]
    starts = [index for index, layer in enumerate(network) if layer["layer"] in ("dense", "conv2d")]
    if len(starts) <= 3:
        return None
    end = next((index for index, layer in enumerate(network) if layer["layer"] == "max_pool2d"), starts[-1])
    return {**tables, "network": [*network[: starts[2]], *network[end:]]}
