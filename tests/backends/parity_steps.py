"""What holds of steps that are sent off together wherever they run: the same bits as steps that are waited for one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nntui.training.trainer import Trainer

from .parity_training import EXPERIMENTS, RANDOM, experiment

AHEAD = {name: tables for name, tables in {**EXPERIMENTS, "dropout": RANDOM["dropout"]}.items() if "portions" not in name}
SCHEDULED: dict[str, Any] = {
    "schedule": {"kind": "one_cycle"},
    "optimizer": {"kind": "adamw", "learning_rate": 0.01, "weight_decay": 0.1},
    "training": {"batch_size": 8, "epochs": 6, "clip_norm": 0.5},
}
OPTIMIZERS = ("sgd", "adam", "adamw", "nadam", "rmsprop", "adagrad", "adadelta", "lion")


def one_by_one(tables: dict[str, Any], steps: int) -> Trainer:
    trainer = Trainer(experiment(**tables), "cupy")
    trainer.runner.ahead = False
    for _ in range(steps):
        trainer.step()
    return trainer


def together(tables: dict[str, Any], steps: int) -> Trainer:
    trainer = Trainer(experiment(**tables), "cupy")
    trainer.step(steps)
    return trainer


def assert_same(got: Trainer, wanted: Trainer) -> None:
    assert got.steps_done == wanted.steps_done and got.outcome == wanted.outcome and got.message == wanted.message
    ours, theirs = got.state(), wanted.state()
    assert ours.arrays.keys() == theirs.arrays.keys()
    for name, array in theirs.arrays.items():
        assert np.array_equal(ours.arrays[name], array, equal_nan=True), name
    assert ours.extra["streams"] == theirs.extra["streams"] and ours.extra["updates"] == theirs.extra["updates"]


def _advanced(tables: dict[str, Any], ahead: bool) -> list[Any]:
    trainer = Trainer(experiment(**tables), "cupy")
    if not ahead:
        trainer.runner.ahead = False
    return trainer.advance(0.0, steps=30)


class StepsParity:
    """`way` is launches or graphs."""

    @pytest.mark.parametrize("name", AHEAD)
    def test_steps_made_together_change_weights_as_steps_one_by_one(self, way: str, name: str) -> None:
        assert_same(together(AHEAD[name], 23), one_by_one(AHEAD[name], 23))

    @pytest.mark.parametrize("kind", OPTIMIZERS)
    def test_every_optimizer_reads_its_numbers_from_the_device(self, way: str, kind: str) -> None:
        tables = {**SCHEDULED, "optimizer": {"kind": kind, "learning_rate": 0.01, "weight_decay": 0.01}}
        assert_same(together(tables, 20), one_by_one(tables, 20))

    def test_what_is_told_of_steps_is_what_they_lost(self, way: str) -> None:
        windows = [[record for record in _advanced(SCHEDULED, ahead) if type(record).__name__ == "Steps"] for ahead in (True, False)]
        assert len(windows[0]) == 30
        for got, wanted in zip(*windows, strict=True):
            for field in ("first", "last", "loss", "gradient_norm", "clipped", "learning_rate"):
                assert getattr(got, field) == pytest.approx(getattr(wanted, field), rel=1e-6), field
        assert any(window.clipped for window in windows[0])

    def test_after_a_step_that_goes_wrong_no_weight_is_changed(self, way: str) -> None:
        tables = {"optimizer": {"kind": "sgd", "learning_rate": 3e17}, "training": {"batch_size": 10, "epochs": 40}}
        normed = {**tables, "network": [{"layer": "dense", "units": 8}, {"layer": "batch_norm"}, {"layer": "dense", "units": 2}]}
        for case in (tables, normed):
            got, wanted = together(case, 60), one_by_one(case, 60)
            assert wanted.outcome == "diverged"
            assert_same(got, wanted)

    def test_steps_go_on_to_the_bit_where_they_were_saved(self, way: str) -> None:
        whole = together({**SCHEDULED, **RANDOM["dropout"]}, 11)
        resumed = Trainer(whole.experiment, "cupy")
        resumed.load_state(whole.state())
        for trainer in (whole, resumed):
            trainer.step(12)
        assert_same(resumed, whole)
