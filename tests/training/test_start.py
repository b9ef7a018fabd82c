"""Beginning with a checkpoint of a run, and with single weights set by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nntui
from nntui.errors import ExperimentError, RunError
from nntui.training.running import train
from nntui.training.trainer import Trainer

XOR = nntui.load("xor").set("training.epochs=40")


def test_a_single_weight_is_set_after_all_else() -> None:
    trainer = Trainer(XOR.set('start={weights=["0.dense.W[1][2] = 0.5", "0.dense.b[3]=-2"]}'), "numpy")
    (told,) = trainer.begin()
    fresh = Trainer(XOR, "numpy").network.params
    assert trainer.network.params["0.dense.W"][1, 2] == 0.5 and trainer.network.params["0.dense.b"][3] == -2.0
    changed = trainer.network.params["0.dense.W"] != fresh["0.dense.W"]
    assert changed.sum() == 1
    assert "0.dense.W[1][2] set from" in told.text and "to 0.5" in told.text  # type: ignore[union-attr]


def test_a_run_begins_where_another_was_with_one_weight_changed(tmp_path: Path) -> None:
    run = train(XOR, home=tmp_path)
    step = run.status.step
    start = f'start={{source="{run.path}", step={step}, weights=["0.dense.W[0][0]=3"]}}'
    trainer = Trainer(XOR.set(start), "numpy")
    (told,) = trainer.begin()
    same = Trainer(XOR, "numpy")
    same.step(step)
    expected = same.network.params["0.dense.W"].copy()
    expected[0, 0] = 3.0
    np.testing.assert_array_equal(trainer.network.params["0.dense.W"], expected)
    assert f"at step {step}" in told.text  # type: ignore[union-attr]
    with pytest.raises(RunError, match="there is no checkpoint"):
        Trainer(XOR.set(f'start={{source="{run.path}", step=7}}'), "numpy").begin()


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        ('{weights=["0.dense.W = 3"]}', "expected a weight and a number, like 0.dense.W"),
        ('{weights=["0.dense.W[0][0] = inf"]}', "expected a weight and a number"),
        ('{weights=["0.dens.W[0][0] = 3"]}', "there is no parameter 0.dens.W; there are 0.dense.W"),
        ('{weights=["0.dense.W[2][0] = 3"]}', r"0.dense.W has the places 0.dense.W\[0..1\]"),
        ('{weights=["0.dense.W[0] = 3"]}', r"0.dense.W has the places 0.dense.W\[0..1\]"),
        ("{step=3}", "start.step: is a checkpoint of start.source, which isn't given"),
    ],
)
def test_a_start_that_means_nothing_is_refused_before_a_run_is_made(start: str, sentence: str) -> None:
    with pytest.raises(ExperimentError, match=sentence):
        XOR.set(f"start={start}").check()


def test_only_runs_have_checkpoints_to_choose_from() -> None:
    with pytest.raises(ExperimentError, match="xor is a preset, only a run has checkpoints"):
        Trainer(XOR.set('start={source="xor", step=3}'), "numpy").begin()


def test_a_start_survives_being_written() -> None:
    experiment = XOR.set('start={source="iris", step=12, weights=["0.dense.W[1][2] = 0.5"]}')
    assert nntui.Experiment.from_toml(experiment.to_toml()) == experiment
