"""Reads what TensorFlow Playground keeps of a network in its address: everything after the # (tensorflow/playground, src/state.ts)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from nntui.errors import ExperimentError
from nntui.experiment import Experiment
from nntui.schema import shown, suggestion

HOST = "playground.tensorflow.org"
FEATURES: dict[str, str] = {
    "x": "x", "y": "y", "xSquared": "x^2", "ySquared": "y^2", "xTimesY": "xy", "sinX": "sin x", "sinY": "sin y",
}  # fmt: skip
ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear")
PENALTIES = {"L1": "l1", "L2": "l2"}
CLASSES = ("circle", "xor", "gauss", "spiral")
NUMBERS = {"reg-plane": "reg_plane", "reg-gauss": "reg_gauss"}
DEFAULTS = {
    "activation": "tanh", "batchSize": "10", "dataset": "circle", "regDataset": "reg-plane", "learningRate": "0.03",
    "regularization": "none", "regularizationRate": "0", "noise": "0", "networkShape": "4,2", "percTrainData": "50",
    "x": "true", "y": "true", "problem": "classification", "initZero": "false",
}  # fmt: skip
"""What Playground takes where the address says nothing."""
EPOCHS = 300
"""Playground trains until somebody stops it."""

STORY = """\
From an address of TensorFlow Playground. What is the same: the data, the inputs, the layers, the activation, the batch size, the
learning rate, the penalty on weights. What differs: weights begin as suits the activation instead of uniformly in -0.5 to 0.5,
batches are shuffled, and classes are learned by cross-entropy on one output each instead of by the squared error of a tanh."""


def means_playground(text: str) -> bool:
    """Whether a text is an address of TensorFlow Playground, or the part of one after the #."""
    return HOST in text.partition("#")[0] or (text.startswith("#") and "=" in text)


def from_address(address: str) -> Experiment:
    """The experiment that such an address describes. Raises ExperimentError naming what can't be read in it."""
    fragment = urlsplit(address).fragment
    state = {**DEFAULTS, **dict(parse_qsl(fragment, keep_blank_values=True))}
    numbers = _one_of(state, "problem", ("classification", "regression")) == "regression"
    activation = _one_of(state, "activation", ACTIVATIONS)
    init = {"init": "zeros"} if state["initZero"] == "true" else {}
    network: list[dict[str, Any]] = []
    for units in _shape(state):
        network.append({"layer": "dense", "units": units, **init})
        if activation != "linear":
            network.append({"layer": activation})
    network.append({"layer": "dense", "units": 1 if numbers else 2, **init})
    source = NUMBERS[_one_of(state, "regDataset", NUMBERS)] if numbers else _one_of(state, "dataset", CLASSES)
    features = [name for key, name in FEATURES.items() if state.get(key) == "true"]
    if not features:
        raise ExperimentError(f"{HOST}: no input is chosen: switch on at least x or y")
    return Experiment.from_tables(
        {
            "title": f"Playground: {source.replace('_', ' ')}",
            "story": STORY,
            "network": network,
            "data": {
                "source": source, **({"examples": 1200} if numbers else {}), "features": features,
                "noise": _number(state, "noise", 0.0, 50.0) / 100.0,
                "validation": round(1.0 - _number(state, "percTrainData", 1.0, 99.0) / 100.0, 4),
            },
            "loss": {"kind": "mse" if numbers else "cross_entropy"},
            "optimizer": {"kind": "sgd", "learning_rate": _number(state, "learningRate", 0.0, 1e6)},
            "penalty": _penalty(state),
            "training": {"epochs": EPOCHS, "batch_size": int(_number(state, "batchSize", 1.0, 1e6))},
            "pace": 1500.0,
        },
        HOST,
    )  # fmt: skip


def pasted(text: str) -> Experiment:
    """The same of what somebody pasted. Raises ExperimentError for what is no address of TensorFlow Playground."""
    text = text.strip()
    if not means_playground(text):
        raise ExperimentError(f"an address of TensorFlow Playground begins with https://{HOST}/#")
    return from_address(text)


def _penalty(state: dict[str, str]) -> dict[str, float]:
    kind = state["regularization"]
    if kind in ("none", ""):
        return {}
    return {PENALTIES[_one_of(state, "regularization", PENALTIES)]: _number(state, "regularizationRate", 0.0, 1e6)}


def _shape(state: dict[str, str]) -> list[int]:
    text = state["networkShape"]
    try:
        units = [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        units = [0]
    if any(one < 1 for one in units):
        raise ExperimentError(f"{HOST}: networkShape: expected numbers of units like 8,8, got {shown(text)}")
    return units


def _number(state: dict[str, str], key: str, low: float, high: float) -> float:
    try:
        value = float(state[key])
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ExperimentError(f"{HOST}: {key}: expected a number from {low:g} to {high:g}, got {shown(state[key])}")
    return value


def _one_of(state: dict[str, str], key: str, known: Any) -> str:
    value = state[key]
    if value not in known:
        raise ExperimentError(f"{HOST}: {key}: there is no {shown(value)}: {suggestion(value, known)}")
    return value
