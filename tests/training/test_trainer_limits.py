"""What goes wrong in a training, what it needs of memory, and in which precision it computes."""

import math
import tracemalloc

import numpy as np
import pytest
from trainer_cases import CASES, EVERYTHING, Held, experiment

from nntui.data.planar import RegressPlane, Spiral
from nntui.data.source import Data, Plane, Split
from nntui.errors import ExperimentError, ShapeError
from nntui.experiment import Experiment, Training
from nntui.measurements import AnyRecord, Steps
from nntui.nn.activations import ReLU, Tanh
from nntui.nn.dense import Dense
from nntui.nn.losses import MeanSquaredError
from nntui.nn.normalization import BatchNorm
from nntui.nn.regularization import Dropout
from nntui.nn.skip import Skip
from nntui.optim.optimizers import SGD
from nntui.optim.schedules import Constant
from nntui.training.trainer import Trainer

# -- what goes wrong ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [(Dense(8), Dense(1)), (Dense(8), BatchNorm(), Dense(8), Dense(1))], ids=["plain", "batch norm"])
@pytest.mark.parametrize("watched", [False, True])
def test_a_loss_that_explodes_ends_training_and_leaves_the_last_weights(layers, watched: bool):
    trainer = Trainer(
        experiment(
            network=layers,
            data=RegressPlane(examples=60),
            loss=MeanSquaredError(),
            optimizer=SGD(learning_rate=1e4),
            training=Training(epochs=500),
        )
    )
    records: list[AnyRecord] = []
    while not trainer.finished:
        before = trainer.state()
        records += trainer.advance(0.0, steps=1) if watched else []
        if not watched:
            trainer.step()
    after = trainer.state()
    assert trainer.outcome == "diverged" and trainer.steps_done < trainer.total_steps
    for name, array in after.arrays.items():
        assert np.isfinite(array).all(), name
        np.testing.assert_array_equal(array, before.arrays[name])
    assert f"at step {trainer.steps_done} with learning rate 1e+04: " in trainer.message
    assert trainer.message.endswith("; the weights of the step before are kept")
    if watched:
        last = [record for record in records if isinstance(record, Steps)][-1]
        assert last.last == trainer.steps_done and last.non_finite == 1


def test_a_gradient_that_overflows_behind_a_finite_loss_is_not_used():
    X = np.full((4, 1), 1e16)
    trainer = Held.of(X, np.full((4, 1), 1e18)).trainer(network=(Dense(1, init="zeros"),), loss=MeanSquaredError(), optimizer=SGD())
    loss = trainer.step()
    assert math.isfinite(loss) and trainer.outcome == "diverged" and trainer.message.startswith("the gradient became infinite at step 1 ")
    assert not trainer.network.flat.any()


def test_a_last_batch_of_one_gives_batch_norm_no_trouble():
    trainer = Trainer(experiment(network=EVERYTHING, training=Training(epochs=30, batch_size=11), schedule=Constant()))
    assert trainer.data.train.X.shape[0] % 11 == 1
    trainer.step(10_000)
    assert trainer.outcome == "finished" and np.isfinite(trainer.network.flat).all()
    variance = trainer.network.statistics["1.batch_norm.running_variance"]
    Z = trainer.data.train.X @ trainer.network.params["0.dense.W"]
    assert 0.6 < np.median(variance / Z.var(0, ddof=1)) < 1.6  # not drawn to 0 by the batch of one


def test_what_does_not_fit_is_refused_before_anything_is_loaded():
    with pytest.raises(ShapeError, match=r"layer 0\.skip: "):
        Trainer(experiment(network=(Skip((Dense(3),)), Dense(2))))
    with pytest.raises(ExperimentError, match="nothing in it learns"):
        Trainer(experiment(network=(Tanh(),)))
    with pytest.raises(ExperimentError, match="one output per class"):
        Trainer(experiment(network=(Dense(3),)))


# -- memory and precision -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [(Dense(8), Tanh(), Dense(8), Tanh(), Dense(2)), EVERYTHING], ids=["2-8-8-2", "everything"])
def test_a_hundred_steps_allocate_nothing_that_stays(layers):
    trainer = Trainer(experiment(network=layers, data=Spiral(), training=Training(epochs=1000, batch_size=10)))
    trainer.step(500)
    tracemalloc.start()
    try:
        trainer.step(100)
        before = tracemalloc.get_traced_memory()[0]
        trainer.step(100)
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert after - before < 1024


def test_a_step_makes_no_array_on_the_way():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((600, 64)), rng.integers(0, 10, 600)
    trainer = Held.of(X, y, classes=10).trainer(
        network=(Dense(128), BatchNorm(), ReLU(), Dropout(0.2), Dense(10)), training=Training(epochs=1000, batch_size=500, clip_norm=1.0)
    )
    trainer.step(4)
    tracemalloc.start()
    try:
        trainer.step(4)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        trainer.step(4)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - before < 64 * 1024  # the smallest hidden array has 256 kB; a shuffle needs 5


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "given", [CASES["early stopping"], CASES["a remainder of one, clipped"], CASES["in portions"]], ids=["stop", "clip", "portions"]
)
def test_every_array_of_a_trainer_keeps_its_precision(given: Experiment, dtype: str):
    trainer = Trainer(given, dtype=dtype)
    trainer.advance(0.0, steps=10)
    assert {a.dtype.name for a in floats(trainer)} == {dtype}
    assert {a.dtype.name for a in trainer.state().arrays.values()} == {dtype}


def floats(root: object) -> list[np.ndarray]:
    """Every array of floating-point numbers that a trainer's own objects hold, except for data as it was loaded."""
    found, seen, todo = [], set(), [root]
    while todo:
        value = todo.pop()
        if id(value) in seen or isinstance(value, (Data, Plane, Experiment)):
            continue
        seen.add(id(value))
        if isinstance(value, np.ndarray):
            if value.dtype.kind == "f":
                found.append(value)
        elif isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, (list, tuple)):
            todo += value
        elif type(value).__module__.startswith("nntui") and type(value) is not Split:
            todo += [
                getattr(value, name) for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()) if hasattr(value, name)
            ]
            todo += vars(value).values() if hasattr(value, "__dict__") else ()
    assert len(found) > 20
    return found


def test_double_precision_learns_what_single_precision_learns():
    single, double = (Trainer(CASES["momentum, one cycle"], dtype=dtype) for dtype in ("float32", "float64"))
    assert single.step(20) == pytest.approx(double.step(20), rel=1e-3)
    assert single.step(20) != double.step(20)
