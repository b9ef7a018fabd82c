"""The range test: what it suggests of curves whose answer is known, that it stops in time, and that nothing it came from is touched."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from nntui.cli import program
from nntui.errors import NntuiError
from nntui.lookup import load
from nntui.training.rate_finder import HIGH, LOW, find_rate, judged
from nntui.training.running import train
from nntui.training.trainer import Trainer

RATES = [LOW * (HIGH / LOW) ** (index / 119) for index in range(120)]


def fall(rate: float, middle: float) -> float:
    """A loss that falls from 1 to 0.2 around a rate, over about a decade."""
    return 0.6 - 0.4 * math.tanh(math.log10(rate / middle) * 2.0)


@pytest.mark.parametrize("middle", [1e-4, 1e-3, 1e-1])
def test_the_rate_of_the_steepest_fall_is_suggested(middle: float) -> None:
    noise = np.random.default_rng(0).normal(0.0, 0.01, 120)
    found = judged(RATES, [fall(rate, middle) + e for rate, e in zip(RATES, noise, strict=True)], None)
    assert found.suggestion is not None and 0.5 * middle < found.suggestion < 8.0 * middle, "the smoothing lags by some steps"


def test_a_loss_that_only_varies_suggests_nothing() -> None:
    noise = np.random.default_rng(1).normal(0.7, 0.05, 120)
    assert judged(RATES, list(noise), None).suggestion is None
    assert judged(RATES, [1.0 + 0.01 * index for index in range(120)], None).suggestion is None
    assert judged(RATES[:3], [1.0, 2.0, 3.0], 1e-6).suggestion is None, "too few steps say nothing"


def test_it_ends_when_the_loss_grows_out_of_all_bounds() -> None:
    found = find_rate(load("spiral").set("backend=numpy"))
    assert found.limit is not None and found.limit < HIGH and len(found.rates) < 120
    assert found.suggestion is not None and 1e-4 < found.suggestion < found.limit / 3


def test_a_rate_at_which_nothing_is_learned_is_replaced_by_one_at_which_something_is() -> None:
    experiment = load("rate-too-low").set("backend=numpy")
    rate = find_rate(experiment).suggestion
    assert rate is not None

    def trained(value: float) -> float:
        trainer = Trainer(experiment.set(f"optimizer.learning_rate={value!r}", "training.epochs=30"))
        trainer.step(trainer.total_steps)
        return trainer.evaluate()["loss"]

    assert trained(rate) < 0.7 * trained(experiment.optimizer.learning_rate)


def test_the_trainer_it_was_copied_from_goes_on_to_the_bit() -> None:
    experiment = load("spiral").set("backend=numpy")
    trainer, untouched = Trainer(experiment), Trainer(experiment)
    trainer.step(50)
    untouched.step(50)
    state = trainer.state()
    before = {name: array.copy() for name, array in state.arrays.items()}
    find_rate(experiment, state)
    assert all(np.array_equal(array, state.arrays[name]) for name, array in before.items())
    trainer.step(20)
    untouched.step(20)
    assert all(np.array_equal(array, untouched.state().arrays[name]) for name, array in trainer.state().arrays.items())


def test_nntui_lr_find_leaves_a_run_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path))
    run = train(load("xor").set("training.epochs=20", "backend=numpy"), "xor")
    run.close()
    before = {file: file.read_bytes() for file in run.path.rglob("*") if file.is_file()}
    told = CliRunner().invoke(program, ["lr-find", run.name])
    assert told.exit_code == 0 and "suggested: " in told.output
    assert {file: file.read_bytes() for file in run.path.rglob("*") if file.is_file()} == before
    found = json.loads(CliRunner().invoke(program, ["lr-find", "xor", "--json", "--steps", "40"]).output)
    assert len(found["rates"]) == len(found["losses"]) == len(found["smooth"]) <= 40
    assert CliRunner().invoke(program, ["lr-find", "nothing-like-it"]).exit_code == 2
    with pytest.raises(NntuiError, match="20 to 10,000"):
        find_rate(load("xor"), steps=3)
