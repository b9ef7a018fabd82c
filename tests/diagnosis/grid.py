"""Networks of known outcome: activation x initialization x depth x width x optimizer, rate and batch x budget x data set, dense
and convolutional; and sound networks with one fault built in.

Rules and thresholds were made while looking at "choosing". "judging" has other built-in data sets, widths and seeds, "elsewhere" data
that was made for it alone; both are only counted.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from nntui.experiment import Experiment

from .grid_data import made

Part = Literal["choosing", "judging", "elsewhere"]
Tables = dict[str, Any]

SIZES: dict[Part, tuple[int, int]] = {"choosing": (240, 80), "judging": (150, 50), "elsewhere": (100, 40)}
"""Networks in each part: crossed ones, and ones with a fault built in."""
DATA: dict[Part, tuple[Tables, ...]] = {
    "choosing": (
        {"source": "digits"}, {"source": "wine"}, {"source": "circles", "examples": 600}, {"source": "diabetes"},
        {"source": "spiral", "features": ("x", "y", "sin x", "sin y")}, {"source": "digits", "image": True},
        {"source": "reg_gauss", "features": ("x", "y", "x^2", "y^2", "xy")}, {"source": "iris"},
    ),
    "judging": (
        {"source": "breast_cancer"}, {"source": "hastie"}, {"source": "moons", "examples": 800}, {"source": "xor"},
        {"source": "reg_plane"}, {"source": "cs231n_spiral", "features": ("x", "y", "xy", "x^2", "y^2")},
        {"source": "ring", "clouds": 12}, {"source": "shapes", "size": 10, "examples": 900}, {"source": "digits", "only": (3, 5, 8, 9)},
    ),
    "elsewhere": tuple({"source": "npz", "npz": name} for name in ("friedman", "blobs", "waves", "quadrants", "stripes")),
}  # fmt: skip
WIDTHS: dict[Part, tuple[int, ...]] = {"choosing": (16, 32, 64, 256), "judging": (20, 40, 80, 320), "elsewhere": (24, 50, 100, 512)}
DEPTHS = (1, 1, 2, 2, 3, 4, 6, 8, 12, 20)
ACTIVATIONS = ("relu", "relu", "relu", "tanh", "tanh", "sigmoid", "sigmoid", "leaky_relu", "gelu", "elu", "softsign")
SOUND: Tables = {"activations": ("relu", "tanh", "gelu", "leaky_relu"), "depths": (1, 2, 3)}
BATCHES = (8, 16, 32, 32, 64, 128, 256)
BUDGETS = (150, 300, 500, 500, 800, 1500)
INITS: tuple[Any, ...] = (
    *("auto",) * 6, "glorot", "he", "lecun",
    {"kind": "normal", "std": 0.01}, {"kind": "normal", "std": 0.1}, {"kind": "normal", "std": 0.5}, {"kind": "normal", "std": 1.0},
    {"kind": "uniform", "low": -0.05, "high": 0.05}, {"kind": "uniform", "low": -1.0, "high": 1.0}, "zeros",
)  # fmt: skip
USUAL: tuple[tuple[str, float], ...] = (
    ("sgd", 0.01), ("sgd", 0.1), ("sgd", 0.1), ("momentum", 0.01), ("momentum", 0.1), ("adam", 1e-3), ("adam", 1e-3), ("adam", 0.01),
    ("rmsprop", 1e-3), ("adamw", 1e-3),
)  # fmt: skip
FAULTS = (
    "double_softmax", "output_mismatch", "linear_stack", "unscaled_inputs", "regularization_dominates", "tiny_batch_norm",
    "symmetric_units", "learning_rate_too_low", "learning_rate_too_high", "strong_dropout",
)  # fmt: skip
UNSCALED = ("wine", "breast_cancer", "diabetes", "npz")
FACTORS = (1e3, 50.0, 0.01)
"""By which inputs of data made for the grid are out of scale."""


@dataclass(frozen=True)
class Member:
    """One network of the grid."""

    name: str
    part: Part
    data: str
    tables: Tables = field(repr=False)
    fault: str = ""
    """The finding that names the fault built in."""

    @property
    def experiment(self) -> Experiment:
        return Experiment.from_tables(self.tables)


@cache
def members(part: Part) -> tuple[Member, ...]:
    """The same ones every time."""
    crossed, faulty = SIZES[part]
    choose = random.Random(f"nntui {part}")
    return (*(_crossed(part, index, choose) for index in range(crossed)), *(_faulty(part, index, choose) for index in range(faulty)))


def _crossed(part: Part, index: int, choose: random.Random) -> Member:
    data = choose.choice(DATA[part])
    activation, init, depth, width = (choose.choice(all_) for all_ in (ACTIVATIONS, INITS, DEPTHS, WIDTHS[part]))
    kind, rate = choose.choice(USUAL)
    if choose.random() < 0.5:
        low, high = {"sgd": (-5.0, 1.5), "momentum": (-5.0, 1.0)}.get(kind, (-6.0, 0.3))
        rate = float(f"{10.0 ** choose.uniform(low, high):.2g}")
    normalized = choose.random() < 0.1
    batch = choose.choice(BATCHES)
    made = _built(part, choose, data, activation, depth, width, init=init, optimizer=(kind, rate), batch=batch, normalized=normalized)
    shown = init if isinstance(init, str) else f"{init['kind']} {init.get('std', init.get('high'))}"
    described = f"{made.pop('depth')}x{made.pop('width')} {activation} {shown}{' normalized' * normalized} {kind} {rate:g}"
    return Member(f"{part} {index}: {called(data)} {described}", part, called(data), made)


def _faulty(part: Part, index: int, choose: random.Random) -> Member:
    """A network that would do well, but for one thing."""
    fault = FAULTS[index % len(FAULTS)]
    data = choose.choice([one for one in DATA[part] if suits(one, fault)])
    activation, depth, width = choose.choice(SOUND["activations"]), choose.choice(SOUND["depths"]), choose.choice(WIDTHS[part][:3])
    optimizer = choose.choice((("adam", 3e-3), ("sgd", 0.1), ("momentum", 0.02)))
    batch, init = choose.choice((16, 32, 64)), "auto"
    if fault == "symmetric_units":
        init = choose.choice(("zeros", {"kind": "constant", "value": 0.1}))
    elif fault == "learning_rate_too_low":
        optimizer = (optimizer[0], optimizer[1] * 1e-4)
    elif fault == "learning_rate_too_high":
        optimizer = (optimizer[0], optimizer[1] * 1e3)
    elif fault == "tiny_batch_norm":
        batch = 2
    made = _built(part, choose, data, activation, depth, width, init, optimizer, batch, fault == "tiny_batch_norm", fault)
    described = f"{made.pop('depth')}x{made.pop('width')} {activation} {optimizer[0]} {optimizer[1]:g}"
    return Member(f"{part} f{index}: {called(data)} {described} {fault}", part, called(data), made, fault)


def _built(
    part: Part, choose: random.Random, data: Tables, activation: str, depth: int, width: int, init: Any, optimizer: tuple[str, float],
    batch: int, normalized: bool = False, fault: str = "",
) -> Tables:  # fmt: skip
    classes, image, examples = facts(data)
    budget = choose.choice(BUDGETS)
    between: list[Tables] = [{"layer": "batch_norm"}] if normalized else []
    if image:
        depth, width, batch = min(depth, 5), max(width // 8, 3) if width < 200 else 24, min(batch, 32)
        affine = {"layer": "conv2d", "filters": width, "kernel": 3, "padding": "same", "init": init}
    else:
        depth, batch, budget = (min(depth, 3), min(batch, 64), min(budget, 500)) if width > 200 else (depth, batch, budget)
        affine = {"layer": "dense", "units": width, "init": init}
    if fault == "linear_stack":
        hidden = [layer for _ in range(depth) for layer in (affine,)]
    else:
        dropout: list[Tables] = [{"layer": "dropout", "rate": 0.95}] if fault == "strong_dropout" else []
        hidden = [layer for _ in range(depth) for layer in (affine, *between, {"layer": activation}, *dropout)]
    hidden += [{"layer": "max_pool2d"}, {"layer": "flatten"}] if image else []
    last: Tables = {"layer": "dense", "units": classes or 1}
    if fault == "symmetric_units":
        last["init"] = init
    network = [*hidden, last, *{"double_softmax": [{"layer": "softmax"}], "output_mismatch": [{"layer": "relu"}]}.get(fault, [])]
    given = dict(data)
    if "npz" in data:
        given["npz"] = str(made(data["npz"], choose.choice(FACTORS) if fault == "unscaled_inputs" else 1.0))
    kind, rate = optimizer
    tables = {"kind": "sgd", "momentum": 0.9} if kind == "momentum" else {"kind": kind}
    if fault == "regularization_dominates":
        tables = {"kind": "sgd", "weight_decay": 3.0}
        rate = 0.05
    per_epoch = math.ceil((examples - examples // 5) / batch)
    return {
        "seed": choose.randrange(10_000), "network": network,
        "data": {**given, "scale": "none" if fault == "unscaled_inputs" else "standardize"},
        "loss": {"kind": "cross_entropy" if classes else "mse"}, "optimizer": {**tables, "learning_rate": rate},
        "training": {"epochs": max(math.ceil(budget / per_epoch), 1), "batch_size": batch}, "depth": depth, "width": width,
    }  # fmt: skip


def suits(data: Tables, fault: str) -> bool:
    """Whether a fault is one on this data: inputs that aren't scaled, classes that a ReLU in the wrong place can't name."""
    if fault == "unscaled_inputs":
        return data["source"] in UNSCALED
    return fault not in ("double_softmax", "output_mismatch", "linear_stack") or facts(data)[0] > 2


def called(data: Tables) -> str:
    """A data set's name in tables."""
    return " ".join(["made " + data["npz"] if "npz" in data else data["source"], *(["image"] if data.get("image") else [])])


def facts(data: Tables) -> tuple[int, bool, int]:
    """How many classes (0: numbers), whether pictures, how many examples."""
    given = {**data, "npz": str(made(data["npz"]))} if "npz" in data else data
    known = Experiment.from_tables({
        "network": [], "data": given, "loss": {"kind": "mse"}, "optimizer": {"kind": "sgd", "learning_rate": 0.1}, "training": {},
    }).data.facts()  # fmt: skip
    return known.target.classes or 0, len(known.input_shape) > 1, known.examples


def everyone(parts: Iterable[Part]) -> list[Member]:
    return [member for part in parts for member in members(part)]

