"""What the panes look like, as text: every change of it is seen. NNTUI_WRITE_GOLDEN=1 writes the files anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nntui.data.source import Facts
from nntui.measurements import DataSummary, Event
from nntui.nn.losses import Target
from nntui.tui.panes.catalogue import PANES
from nntui.tui.view import View
from panes.made import (
    ASCII,
    COLOUR,
    RESIDUAL,
    TANH,
    deep,
    falling,
    healthy,
    history,
    measurement,
    planar,
    surface,
    text,
    towers,
    view,
)

GOLDEN = Path(__file__).parent / "golden"

FACTS = Facts((2,), Target(2), ("inner", "outer"), ("x", "y"), 60)
SIGMOID = deep(6)
DEEP = deep(50)

SATURATED = {"3.tanh": {"saturated": 0.41, "histogram": towers()}}
HEALTHY = view(history=healthy(), facts=FACTS, selected="2.dense", running=True)
SATURATES = view(history=history(falling(), measurement(TANH, **SATURATED)), facts=FACTS)
VANISHES = view(SIGMOID, history(planar(), falling(), measurement(SIGMOID, fall=0.3)), selected="2.dense")
VERY_DEEP = view(DEEP, history(falling(), measurement(DEEP, fall=0.9)), selected="60.dense")
DIVERGED = view(
    history=history(
        falling(broken_from=120),
        Event(100, "learning_rate", "learning rate set to 0.3"),
        Event(120, "diverged", "the loss is not a number"),
        state="diverged",
        message="the loss is no longer a number",
    ),
)
MISFIT = view([TANH[0], {"layer": "reshape", "shape": [2, 2, 2]}, TANH[0], TANH[1]], selected="1.reshape")
DIGITS = view(history=history(DataSummary((64,), tuple("0123456789"), (), 1437, 360), falling()))

CASES: dict[str, tuple[str, View, int, int, bool]] = {
    # name: pane, view, width, height, with Unicode
    "network": ("network", HEALTHY, 36, 14, True),
    "network-wide": ("network", SATURATES, 90, 9, True),
    "network-nested": ("network", view(RESIDUAL, selected="2.skip.1.batch_norm"), 40, 14, True),
    "network-misfit": ("network", MISFIT, 36, 12, True),
    "network-deep": ("network", VERY_DEEP, 34, 10, True),
    "network-tiny-ascii": ("network", HEALTHY, 20, 4, False),
    "loss": ("loss", HEALTHY, 60, 14, True),
    "loss-diverged": ("loss", DIVERGED, 44, 10, True),
    "loss-tiny": ("loss", HEALTHY, 20, 4, True),
    "loss-ascii": ("loss", HEALTHY, 44, 10, False),
    "loss-before": ("loss", view(facts=FACTS), 44, 3, True),
    "flow": ("flow", VANISHES, 44, 9, True),
    "flow-wide": ("flow", VANISHES, 100, 9, True),
    "flow-deep": ("flow", VERY_DEEP, 60, 14, True),
    "flow-tiny-ascii": ("flow", VANISHES, 20, 4, False),
    "activations": ("activations", SATURATES, 44, 11, True),
    "activations-wide": ("activations", SATURATES, 90, 6, True),
    "activations-deep": ("activations", VERY_DEEP, 60, 12, True),
    "activations-tiny-ascii": ("activations", SATURATES, 20, 4, False),
    "boundary-points": ("boundary", view(data=planar()), 44, 12, True),
    "boundary-ascii": ("boundary", HEALTHY, 44, 12, False),
    "boundary-regression-ascii": ("boundary", view(history=history(planar(classes=None), surface())), 44, 8, False),
    "boundary-digits": ("boundary", DIGITS, 44, 12, True),
    "run": ("run", HEALTHY, 60, 11, True),
    "run-diverged": ("run", DIVERGED, 44, 13, True),
    "run-before": ("run", view(), 40, 9, True),
    "run-tiny-ascii": ("run", HEALTHY, 20, 4, False),
}


@pytest.mark.parametrize("name", CASES)
def test_a_pane_looks_as_it_did(name: str) -> None:
    pane, shown, width, height, unicode = CASES[name]
    module = PANES[pane]
    drawn = text(module.lines(shown, width, height, COLOUR if unicode else ASCII))
    found = f"{module.KEY} {module.title(shown)}\n{drawn}\n({module.subtitle(shown)})\n"
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("NNTUI_WRITE_GOLDEN"):
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")
