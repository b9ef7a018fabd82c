"""Views that a pane must live with: empty, broken, enormous, absurd."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from nntui.errors import DataError, ExperimentError
from nntui.measurements import DataSummary, Evaluation, Event, Histogram, Measurement, Said, Steps, UnitMap
from nntui.runs.history import History
from nntui.tui.view import View, Ways
from panes.made import (
    RESIDUAL,
    TANH,
    deep,
    falling,
    healthy,
    history,
    layer,
    measurement,
    planar,
    surface,
    view,
)

NaN, INF = math.nan, math.inf
ABSURD = (NaN, INF, -INF, 0.0, -0.0, 1e300, -1e300, 1e-320, -1.0)


def absurd_steps() -> list[Any]:
    found: list[Any] = []
    for index, value in enumerate(ABSURD * 3):
        other = ABSURD[(index * 5 + 2) % len(ABSURD)]
        found.append(Steps(index + 1, index + 1, (index + 1) / 4, NaN, value, other, value, other, value, 0, value, index % 2))
        found.append(Evaluation(index, index / 4, "validation", other, {"accuracy": value}))
    return found


def absurd_measurement() -> Measurement:
    layers = []
    for index, value in enumerate(ABSURD):
        other = ABSURD[(index * 4 + 1) % len(ABSURD)]
        layers.append(
            layer(
                f"{index}.{('dense', 'relu', 'tanh')[index % 3]}",
                mean=value,
                std=other,
                zero=value,
                saturated=other,
                dead=value,
                delta=other,
                gradient_norm=value,
                weight_norm=abs(other),
                update_ratio=value,
                histogram=Histogram(value, other, (0, 3, 2**60) if index % 2 else ()),
            )
        )
    return Measurement(10**12, NaN, tuple(layers), NaN)


def only(**fields: Any) -> History:
    """A healthy history with some of its lists replaced."""
    made = healthy()
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def steps(*losses: float) -> list[Any]:
    return [Steps(i + 1, i + 1, (i + 1) / 8, 0.0, loss, loss, loss, 1.0, 1.0, 0, 0.1) for i, loss in enumerate(losses)]


UNITS = (
    UnitMap("1.tanh", 8, 12, 12, 1.0, bytes(range(256)) * 4 + bytes(128)),
    UnitMap("2.skip.1.relu", 1, 1, 1, 0.0, b"\x80"),
    UnitMap("too short", 8, 12, 12, math.nan, b"12"),
    UnitMap("nothing", 0, 0, 0, 0.0, b""),
)

WEIRD_NAMES = ("\x1b[31mred", "two\nlines", "寿司屋", "🦊" * 30, "", "\u202eright to left")

VIEWS: dict[str, View] = {
    "before a run": view(),
    "before a run, with data": view(data=planar()),
    "empty history": view(history=History()),
    "healthy": view(history=healthy(), selected="2.dense"),
    "vanishing": view(deep(6), history(planar(), falling(), measurement(deep(6), fall=0.1))),
    "a hundred layers": view(deep(50), history(falling(), measurement(deep(50), fall=0.3)), selected="60.dense"),
    "nested": view(RESIDUAL, history(falling(), measurement(RESIDUAL)), selected="2.skip.1.batch_norm"),
    "no layers": view(()),
    "unknown selection": view(history=healthy(), selected="99.nothing"),
    "absurd everything": view(
        history=history(
            planar(),
            absurd_steps(),
            absurd_measurement(),
            surface(4, 4, list(ABSURD)[:6] + [0.5] * 10),
            step=10,
            total_steps=0,
            epochs=0,
            steps_per_second=NaN,
            measuring=INF,
            learning_rate=-1e300,
            seconds=INF,
        ),
    ),
    "all losses NaN": view(history=history(steps(NaN, NaN, NaN))),
    "one step": view(history=history(steps(0.5))),
    "one evaluation": view(history=history(Evaluation(0, 0.0, "validation", 0.7, {}))),
    "constant": view(history=history(steps(*[0.3] * 30))),
    "zero": view(history=history(steps(*[0.0] * 30))),
    "enormous": view(history=history(steps(1e300, 1e-300, 1.7e308, 5e-324))),
    "NaN between": view(history=history(steps(1.0, NaN, INF, 3.0))),
    "negative": view(history=history(steps(-1.0, -5.0, 2.0))),
    "diverged": view(history=history(falling(broken_from=90), state="diverged", message="the loss is NaN " * 20)),
    "surface of NaN": view(history=only(surfaces=[surface(3, 3, [NaN] * 9)])),
    "surface too short": view(history=only(surfaces=[msgspec.structs.replace(surface(), values=b"12")])),
    "surface without extent": view(history=only(surfaces=[msgspec.structs.replace(surface(), x=(1.0, 1.0), columns=0)])),
    "points beyond": view(data=msgspec.structs.replace(planar(), points=((NaN, INF, NaN, True), (1e300, -1e300, 1.0, False)))),
    "one point": view(data=msgspec.structs.replace(planar(), points=((2.0, 2.0, 1.0, True),))),
    "regression": view(history=history(planar(classes=None), falling(), surface())),
    "many classes": view(
        history=history(
            msgspec.structs.replace(planar(), classes=WEIRD_NAMES), falling(), surface(6, 6, [float(i % 6) for i in range(36)])
        )
    ),
    "not planar": view(history=history(DataSummary((8, 8, 1), WEIRD_NAMES, (), 1437, 360), falling())),
    "not planar, before": view(data=DataSummary((13,), None, (), 0, 0)),
    "doesn't fit": view([TANH[0], {"layer": "reshape", "shape": [2, 2, 2]}, TANH[0]], selected="0.dense"),
    "loss doesn't fit": view(problem=ExperimentError("loss.kind: cross_entropy needs one output per class " * 5)),
    "data can't be read": view((), problem=DataError("data.csv: no such file: nowhere.csv")),
    "speaking in tongues": view(
        history=history(
            DataSummary((12,), WEIRD_NAMES, (), 200, 20), falling(),
            [Said(i, name, "\n".join(WEIRD_NAMES), NaN, i) for i, name in enumerate(WEIRD_NAMES)],
        )
    ),
    "silent": view(history=history(DataSummary((12,), ("a", "b"), (), 200, 20), Said(0, "", " \n ", 0.0, 10**9))),
    "events of escapes": view(history=history(*[Event(i, "note", name) for i, name in enumerate(WEIRD_NAMES)])),
    "common range": view(history=healthy(), ways=Ways("time", "common", "log", 0.9, zoom=3, at=7)),
    "units": view(history=only(surfaces=[msgspec.structs.replace(surface(), units=UNITS)])),
    "histograms": view(history=healthy(), ways=Ways(histogram_range="common", quantity="histogram", mean=True), selected="2.dense"),
    "updates of a run that broke": view(history=history(falling(broken_from=90)), ways=Ways(quantity="update", at=10**9, zoom=10)),
}
