"""Pictures of hidden units: the right layers, the right answers in 8 bits, and what becomes of answers that are no numbers."""

from __future__ import annotations

import numpy as np
import pytest

from nntui.experiment import Experiment
from nntui.lookup import load
from nntui.measurements import Surface
from nntui.training.surface import RESOLUTION
from nntui.training.trainer import Trainer
from nntui.training.unit_maps import LAYERS, STRIDE, UNITS, pictured


def picture(experiment: Experiment, steps: int = 5) -> tuple[Trainer, Surface]:
    trainer = Trainer(experiment, "numpy", "float64")
    trainer.step(steps)
    (found,) = (one for one in trainer.runner.picture(steps) if isinstance(one, Surface))
    return trainer, found


def test_every_hidden_activation_has_a_picture_of_each_unit() -> None:
    _, found = picture(load("spiral"))
    assert [(one.path, one.units, one.columns, one.rows) for one in found.units] == [("1.tanh", 8, 12, 12), ("3.tanh", 8, 12, 12)]
    assert all(len(one.values) == one.units * one.columns * one.rows for one in found.units)


def test_the_pictures_are_what_the_network_answers_there() -> None:
    trainer, found = picture(load("spiral"), 200)
    plane = trainer.data.plane
    assert plane is not None
    x = np.linspace(plane.low[0], plane.high[0], RESOLUTION)[STRIDE // 2 :: STRIDE]
    y = np.linspace(plane.high[1], plane.low[1], RESOLUTION)[STRIDE // 2 :: STRIDE]
    X = plane.inputs(np.stack(np.meshgrid(x, y), -1).reshape(-1, 2))
    params = trainer.network.params
    expected = np.tanh(X @ params["0.dense.W"] + params["0.dense.b"])  # (144, 8)
    one = found.units[0]
    values = np.frombuffer(one.values, np.uint8).reshape(one.units, -1).T
    assert one.scale == pytest.approx(np.abs(expected).max())
    assert np.abs(one.scale * (values.astype(float) - 128.0) / 127.0 - expected).max() < one.scale / 127.0


def test_the_output_is_no_hidden_layer_and_wide_and_deep_networks_are_shown_in_part() -> None:
    wide = load("spiral").set('network=[{layer="dense",units=40},{layer="relu"},{layer="dense",units=2},{layer="tanh"}]')
    _, found = picture(wide)
    assert [(one.path, one.units) for one in found.units] == [("1.relu", UNITS)]
    deep = ",".join('{layer="dense",units=4},{layer="tanh"}' for _ in range(30))
    trainer = Trainer(load("spiral").set(f'network=[{deep},{{layer="dense",units=2}}]'), "numpy")
    paths = pictured(trainer.network.plan.sites)
    assert len(paths) == LAYERS and paths[0] == "1.tanh" and paths[-1] == "59.tanh"


def test_answers_that_are_no_numbers_make_an_empty_picture_and_no_noise() -> None:
    trainer, _ = picture(load("spiral"))
    trainer.network.params["0.dense.W"][:] = np.nan
    (found,) = (one for one in trainer.runner.picture(9) if isinstance(one, Surface))
    assert [one.scale for one in found.units] == [0.0, 0.0]
    assert set(found.units[0].values) == {128}
