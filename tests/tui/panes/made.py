"""Experiments, histories and looks made for the panes' tests: every number follows from a formula, none from chance."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

import msgspec
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES

from nntui.data.catalogue import AnySource
from nntui.errors import NntuiError
from nntui.experiment import Experiment, Training
from nntui.measurements import (
    DataSummary,
    Evaluation,
    Event,
    Histogram,
    LayerMeasurement,
    Measurement,
    Status,
    Steps,
    Surface,
)
from nntui.nn.catalogue import AnyLayer
from nntui.nn.losses import CrossEntropy
from nntui.nn.plan import plan
from nntui.optim.optimizers import Adam
from nntui.optim.schedules import OneCycle
from nntui.runs.history import History
from nntui.tui.look import Look
from nntui.tui.view import View

NaN = math.nan
EPOCHS, STEPS_PER_EPOCH = 50, 20

TANH = [
    {"layer": "dense", "units": 8},
    {"layer": "tanh"},
    {"layer": "dense", "units": 8},
    {"layer": "tanh"},
    {"layer": "dense", "units": 2},
]
RESIDUAL = [
    {"layer": "dense", "units": 16},
    {"layer": "relu"},
    {"layer": "skip", "body": [{"layer": "dense", "units": 16}, {"layer": "batch_norm"}, {"layer": "relu"}]},
    {"layer": "dropout", "rate": 0.2},
    {"layer": "dense", "units": 2, "bias": False},
]


def deep(hidden: int, activation: str = "sigmoid") -> list[dict[str, Any]]:
    return [layer for _ in range(hidden) for layer in ({"layer": "dense", "units": 16}, {"layer": activation})] + [TANH[-1]]


def experiment(network: Sequence[dict[str, Any]] = TANH, **parts: Any) -> Experiment:
    return Experiment(
        title="Spiral",
        story="Two arms, two inputs. Watch delta shrink from layer to layer.",
        network=msgspec.convert(network, tuple[AnyLayer, ...]),
        data=msgspec.convert({"source": "spiral"}, AnySource),
        loss=parts.pop("loss", CrossEntropy()),
        optimizer=Adam(learning_rate=0.01),
        schedule=OneCycle(),
        training=Training(epochs=EPOCHS, batch_size=10, clip_norm=1.0),
        **parts,
    )


def view(network: Sequence[dict[str, Any]] = TANH, history: History | None = None, **rest: Any) -> View:
    built = experiment(network)
    found = plan(built.network, (2,))
    problem: NntuiError | None = rest.pop("problem", found.problem)
    return View(built, found, problem=problem, history=history, **rest)


def bell(bins: int = 16) -> Histogram:
    """A normal distribution over four standard deviations."""
    return Histogram(-4.0, 4.0, tuple(round(1000 * math.exp(-0.5 * ((index + 0.5) / bins * 8.0 - 4.0) ** 2)) for index in range(bins)))


def towers(bins: int = 16) -> Histogram:
    """A saturated tanh: nearly everything at -1 and 1."""
    return Histogram(-1.0, 1.0, (500, *[10] * (bins - 2), 500))


def layer(path: str, **values: Any) -> LayerMeasurement:
    """A healthy layer, but for what is given."""
    kind = path.rsplit(".", 1)[-1]
    weighted = kind == "dense"
    usual: dict[str, Any] = {
        "mean": 0.02,
        "std": 0.63,
        "zero": 0.5 if kind == "relu" else 0.0,
        "saturated": 0.02 if kind in ("tanh", "sigmoid") else NaN,
        "dead": 0.0,
        "histogram": bell(),
        "delta": 1e-2,
        "gradient_norm": 8e-2 if weighted else NaN,
        "weight_norm": 3.0 if weighted else NaN,
        "update_ratio": 1e-3 if weighted else NaN,
    }
    return LayerMeasurement(path=path, **{**usual, **values})


def measurement(network: Sequence[dict[str, Any]], fall: float = 1.0, **by_path: dict[str, Any]) -> Measurement:
    """Layers whose delta falls by a factor from each to the one below; `by_path` ("3.tanh") changes single ones."""
    paths = [site.path for site in plan(experiment(network).network, (2,)).walk()]
    layers = []
    for index, path in enumerate(paths):
        values = {"delta": 1e-2 * fall ** (len(paths) - 1 - index), **by_path.get(path, {})}
        layers.append(layer(path, **values))
    return Measurement(step=400, epoch=20.0, layers=tuple(layers), seconds=1e-4)


def falling(count: int = 200, broken_from: int | None = None) -> list[Any]:
    """Losses that fall from ln 2 by a factor of 20, with a validation that lies a little above."""
    records: list[Any] = []
    for index in range(count):
        step, epoch = index + 1, (index + 1) / STEPS_PER_EPOCH
        loss = 0.69 * math.exp(-3.0 * index / count)
        if broken_from is not None and step >= broken_from:
            records.append(Steps(step, step, epoch, 0.001 * step, NaN, NaN, NaN, NaN, NaN, 0, 0.01, 1))
            continue
        records.append(Steps(step, step, epoch, 0.001 * step, loss, 0.8 * loss, 1.3 * loss, 0.5, 1.0, 0, 0.01))
        if step % STEPS_PER_EPOCH == 0:
            records.append(Evaluation(step, epoch, "train", loss, {"accuracy": 1.0 - 0.6 * loss}))
            records.append(Evaluation(step, epoch, "validation", 1.1 * loss, {"accuracy": 1.0 - 0.7 * loss}))
    return records


def planar(count: int = 60, classes: tuple[str, ...] | None = ("inner", "outer")) -> DataSummary:
    """Two arms, as points in a plane."""
    points = []
    for index in range(count):
        radius, arm = 5.0 * index / count, index % 2
        angle = 1.75 * index / count * 2.0 * math.pi + math.pi * arm
        target = float(arm) if classes is not None else radius / 5.0
        points.append((radius * math.sin(angle), radius * math.cos(angle), target, index % 5 != 0))
    return DataSummary((2,), classes, ("x", "y"), 48, 12, tuple(points))


def surface(columns: int = 24, rows: int = 24, values: Sequence[float] | None = None) -> Surface:
    """Probability of the second class: 0 on the left, 1 on the right."""
    if values is None:
        values = [column / (columns - 1) for _ in range(rows) for column in range(columns)]
    return Surface(400, columns, rows, (-6.0, 6.0), (-6.0, 6.0), struct.pack(f"{len(values)}f", *values))


def status(**values: Any) -> Status:
    usual = {
        "state": "training",
        "step": 200,
        "total_steps": EPOCHS * STEPS_PER_EPOCH,
        "epoch": 10.0,
        "epochs": EPOCHS,
        "seconds": 72.0,
        "steps_per_second": 400.0,
        "examples_per_second": 31200.0,
        "measuring": 0.014,
        "learning_rate": 0.0072,
        "backend": "numpy",
    }
    return Status(**{**usual, **values})


def history(*records: Any, **values: Any) -> History:
    made = History()
    made.extend([one for record in records for one in (record if isinstance(record, list) else [record])])
    made.note(status(**values))
    return made


def healthy() -> History:
    return history(planar(), falling(), measurement(TANH), surface(), Event(0, "started", "started on numpy with seed 0"))


def look(theme: str = "textual-dark", **env: str) -> Look:
    built_in = BUILTIN_THEMES[theme]
    return Look.from_theme({**built_in.to_color_system().generate(), **built_in.variables}, env)


COLOUR = look()
PLAIN = look(NO_COLOR="1")
ASCII = look(NO_COLOR="1", NNTUI_GLYPHS="ascii")
LOOKS = {
    "colour": COLOUR,
    "light": look("textual-light"),
    "terminal colours": look("ansi-dark"),
    "no colour": PLAIN,
    "no braille": look(NNTUI_GLYPHS="blocks"),
    "ascii": ASCII,
    "ascii in colour": look(NNTUI_GLYPHS="ascii"),
}


def text(strips: list[Strip]) -> str:
    """What a person reads, without trailing spaces."""
    return "\n".join(strip.text.rstrip() for strip in strips)
