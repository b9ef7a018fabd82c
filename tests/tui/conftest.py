"""A tiny experiment, a home for runs that is nobody's, and trainers played by the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from played import Played

from nntui.experiment import Experiment
from nntui.lookup import Found

TINY = """
title = "Tiny"
story = "Watch it."
network = [ { layer = "dense", units = 4 }, { layer = "tanh" }, { layer = "dense", units = 2 } ]
backend = "numpy"
[data]
source = "xor_table"
[loss]
kind = "cross_entropy"
[optimizer]
kind = "adam"
learning_rate = 0.02
[training]
epochs = 20
batch_size = 4
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs go in this test."""
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


@pytest.fixture
def tiny() -> Experiment:
    return Experiment.from_toml(TINY, "tiny.toml")


@pytest.fixture
def target(tiny: Experiment) -> Found:
    return Found("tiny", tiny, "file", Path("tiny.toml"))


@pytest.fixture
def played() -> Iterator[Played]:
    trainers = Played()
    yield trainers
    trainers.leave()
