"""The presets, whatever machinery they use: continued from a file to the bit, and untouched by being watched.

Which presets are tried is worked out here: those that bring a layer, program, loss, optimizer, schedule or option which none
before them had. A preset with something new is so tried as soon as it is there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trainer_cases import everything

from nntui.data.source import Split
from nntui.experiment import Experiment
from nntui.lookup import presets
from nntui.training.checkpoint import Checkpoints
from nntui.training.probe import Clock
from nntui.training.trainer import Trainer

BATCHES = 4
"""An epoch is so many whole batches and half a one: presets as they are, on less data."""
STEPS = 3 * (BATCHES + 1) - 2
CUT = BATCHES + 3
"""In the middle of the second epoch, after an evaluation."""


def machinery(experiment: Experiment) -> set[str]:
    """What training this needs to have state for, in words."""
    tables = experiment.to_tables()
    options = {f"training.{key}" for key in tables.get("training", {}).keys() - {"epochs", "batch_size"}}
    options |= {f"program.{key}" for key in tables.get("program", {}).keys() - {"kind"}}
    sections = {f"{name}.{part['kind']}" for name, part in tables.items() if isinstance(part, dict) and "kind" in part}
    treated = {key for layer in _layers(tables) for key in layer.keys() & {"frozen", "rate_multiplier", "bidirectional"}}
    return {layer["layer"] for layer in _layers(tables)} | options | sections | treated | tables.keys() & {"start", "penalty"}


def _layers(part: Any) -> Iterator[dict[str, Any]]:
    """Every layer in nested tables and lists, a GAN's second network included."""
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, (list, tuple)) else ()
    if isinstance(part, dict) and "layer" in part:
        yield part
    for each in inside:
        yield from _layers(each)


def distinct(known: dict[str, Experiment]) -> dict[str, Experiment]:
    """Few presets that have all machinery between them: each time the one that adds most."""
    needs = {name: machinery(experiment) for name, experiment in known.items()}
    left, chosen = set[str]().union(*needs.values()), dict[str, Experiment]()
    while left:
        name = max(needs, key=lambda name: len(needs[name] & left))
        chosen[name] = known[name]
        left -= needs[name]
    return chosen


PRESETS = {found.name: found.experiment for found in presets()}
CASES = distinct(PRESETS)
every_case = pytest.mark.parametrize("name", CASES)


class Short:
    """A preset on a little of its data, with rules that wait for epochs no longer than one."""

    def __init__(self, name: str) -> None:
        experiment = CASES[name]
        if experiment.training.early_stopping is not None:
            experiment = experiment.set("training.early_stopping.patience=1")
        if hasattr(experiment.schedule, "patience"):
            experiment = experiment.set("schedule.patience=1")
        self.experiment, whole = experiment, experiment.data.load(experiment.seed)
        size = min(experiment.training.batch_size, len(whole.train))
        self.data = dataclasses.replace(
            whole, train=_first(whole.train, BATCHES * size + size // 2), validation=whole.validation and _first(whole.validation, 64)
        )

    def trainer(self) -> Trainer:
        return Trainer(self.experiment, "numpy", data=self.data)


def _first(split: Split, count: int) -> Split:
    return dataclasses.replace(split, X=split.X[:count], y=split.y[:count])


@pytest.fixture(autouse=True)
def taught_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preset that begins with another's weights gets that one half trained."""
    from nntui.lookup import Found
    from nntui.training import start

    def trained(found: Found, step: int | None, dtype: str) -> Trainer:
        trainer = Trainer(found.experiment, "numpy", dtype)
        trainer.step(5)
        return trainer

    monkeypatch.setattr(start, "_trained", trained)


@every_case
def test_a_preset_goes_on_from_a_file_to_the_bit(name: str, tmp_path: Path) -> None:
    short = Short(name)
    whole, before, after = (short.trainer() for _ in range(3))
    whole.step(STEPS)
    before.step(CUT)
    Checkpoints(tmp_path).save(CUT, before.state(), cursor=0, loss=before.last_loss)
    after.load_state(Checkpoints(tmp_path).load(CUT).state)
    assert everything(after)["arrays"] == everything(before)["arrays"]
    after.step(STEPS - CUT)
    assert whole.steps_done > CUT
    assert everything(after) == everything(whole)
    assert after.message == whole.message


@every_case
def test_watching_a_preset_changes_no_number(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short = Short(name)
    alone, watched = short.trainer(), short.trainer()
    alone.step(STEPS)
    monkeypatch.setattr(Clock, "due", lambda self, step, seconds: True)  # everything is measured at every step
    assert watched.opening()
    while watched.steps_done < STEPS and not watched.finished:
        assert watched.advance(0.0), "a slice of time of no length is one step, with what was measured of it"
        if watched.steps_done % 3 == 0:
            watched.evaluate(), watched.state(), watched.closing()
    assert everything(watched) == everything(alone)
    assert watched.message == alone.message


def test_the_presets_that_are_tried_have_what_all_presets_have() -> None:
    tried, there = (set[str]().union(*map(machinery, found.values())) for found in (CASES, PRESETS))
    assert tried == there
    assert {"batch_norm", "dropout", "program.gan", "training.early_stopping", "training.clip_norm", "schedule.one_cycle"} <= there


def test_a_state_that_misses_something_would_be_noticed() -> None:
    """The comparison sees a single bit: in a slot of the optimizer, too."""
    short = Short(next(iter(CASES)))
    one, other = short.trainer(), short.trainer()
    one.step(CUT), other.step(CUT)
    assert everything(one) == everything(other)
    slot = next(iter(other.runner.updaters[""].slots.values()))
    slot.view(np.uint32)[0] ^= 1
    assert everything(one) != everything(other)
