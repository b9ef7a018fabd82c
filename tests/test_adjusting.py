"""What can be changed while it trains, as assignments and as sentences that can be read back."""

from __future__ import annotations

import pytest

from nntui.adjusting import adjustments, heard, told
from nntui.experiment import Experiment

BODY = [{"layer": "dense", "units": 4}, {"layer": "dropout", "rate": 0.1}]
BEFORE = Experiment.from_tables(
    {
        "network": [
            {"layer": "dense", "units": 4}, {"layer": "dropout", "rate": 0.2}, {"layer": "skip", "body": BODY},
            {"layer": "dense", "units": 2},
        ],
        "data": {"source": "spiral"},
        "loss": {"kind": "cross_entropy"},
        "optimizer": {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9},
        "training": {"epochs": 3, "clip_norm": 1.0},
    }
)  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        ("optimizer.momentum=0.5",),
        ("optimizer.learning_rate=0.02", "optimizer.weight_decay=0.01"),
        ("optimizer.nesterov=true",),
        ("training.clip_norm=0.5",),
        ("training.clip_norm=",),
        ("network[1].rate=0.4",),
        ("network[2].body[1].rate=0.3",),
    ],
)
def test_values_that_leave_every_array_as_it_is_can_be_changed(changes: tuple[str, ...]) -> None:
    after = BEFORE.set(*changes)
    found = adjustments(BEFORE, after)
    assert found is not None and BEFORE.set(*found) == after
    assert BEFORE.set(*heard(told(BEFORE, found))) == after


@pytest.mark.parametrize(
    "change",
    [
        "network[0].units=5", "optimizer.kind=adam", "optimizer.momentum=0.0", "training.batch_size=7", "data.source=circle",
        "network[2].body[0].units=5", "seed=3", "network[2].join=concatenate",
    ],
)  # fmt: skip
def test_anything_else_needs_a_new_run(change: str) -> None:
    try:
        after = BEFORE.set(change)
    except Exception:
        after = BEFORE.replace(seed=9)
    assert adjustments(BEFORE, after) is None


def test_nothing_changed_is_nothing_to_tell() -> None:
    assert adjustments(BEFORE, BEFORE) == ()


def test_a_change_is_told_with_what_was() -> None:
    assert told(BEFORE, ["optimizer.momentum=0.5", "training.clip_norm="]) == "optimizer.momentum 0.9 → 0.5, training.clip_norm 1.0 → none"
