"""The CuPy backend on a real GPU: run with `python -m pytest -m gpu` where there is one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nntui import backends
from nntui.lookup import load, preset_names
from nntui.randomness import stream
from nntui.training.trainer import Trainer

from .cases import CASES, Numbers
from .parity import Parity, assert_close, host, run
from .parity_steps import StepsParity
from .parity_training import EXPERIMENTS, TrainingParity, experiment, losses

pytestmark = pytest.mark.gpu


@pytest.fixture(scope="module")
def ops() -> Any:
    return backends.load("cupy")


@pytest.fixture(params=["launches", "graphs"])
def way(request: pytest.FixtureRequest, ops: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    from nntui.backends import cupy_blas

    if request.param == "launches":
        monkeypatch.setattr(cupy_blas, "captures", lambda: False)
    else:
        assert cupy_blas.captures(), "cuBLAS could not be called by itself"
    return str(request.param)


class TestOnTheGpu(Parity, TrainingParity, StepsParity):
    pass


def test_a_captured_step_does_what_a_launched_one_does_and_is_used(ops: Any) -> None:
    trainer = Trainer(experiment(training={"batch_size": 4, "epochs": 20}), "cupy")
    trainer.step(30)
    assert trainer.runner.note == ""
    assert trainer.runner._on_device._steps._graph is not None  # type: ignore[attr-defined]


def test_the_device_has_a_name_and_tells_its_memory(ops: Any) -> None:
    kept = ops.zeros((1_000_000,), "float32")
    memory = ops.memory()
    assert ops.device_name()
    assert kept.nbytes <= memory.held < memory.total and 0 < memory.free <= memory.total


DRAWING = ("digits-mlp", "pytorch-example", "gan-ring")
"""Presets with dropout, or random numbers to make something of: they train, but not on NumPy's numbers."""


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_loses_what_it_loses_in_numpy(ops: Any, name: str) -> None:
    theirs, ours = (losses(Trainer(load(name), backend, "float64"), 20) for backend in ("numpy", "cupy"))
    if name in DRAWING:
        assert np.isfinite(ours).all()
    else:
        assert_close(ours, theirs, 1e-9)


# -- sizes that keep a GPU busy -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("N", "D"), [(100_000, 64), (300, 4099), (20, 50_257), (1_000_000, 3)])
@pytest.mark.parametrize("name", ["sum_rows", "column_moments", "normalize_columns_sums", "softmax", "softmax_cross_entropy"])
def test_many_rows_and_many_columns_are_summed_right(ops: Any, name: str, N: int, D: int) -> None:
    case = CASES[name]
    arguments = case.arguments(Numbers(N, D))
    wanted, got = run(host, name, arguments, "float64"), run(ops, name, arguments, "float64")
    for result in case.results:
        assert_close(got[result], wanted[result], 1e-9, f"{name}: {result} for {N} x {D}")


def test_the_norm_of_many_numbers_keeps_single_precision(ops: Any) -> None:
    A = stream(0, "many").normal(size=20_000_001).astype(np.float32)
    exact = float(np.square(A, dtype=np.float64).sum())
    assert ops.squared_norm(ops.from_host(A)) == pytest.approx(exact, rel=1e-5)


def test_products_are_made_in_full_single_precision(ops: Any) -> None:
    """TF32 keeps three decimal digits of a factor; that must be asked for (CUPY_TF32)."""
    A, B = (stream(0, name).normal(size=(512, 512)) for name in "AB")
    out = ops.empty((512, 512), "float32")
    ops.matmul(ops.from_host(A, "float32"), ops.from_host(B, "float32"), out)
    assert_close(ops.to_host(out), A.astype(np.float32).astype(np.float64) @ B.astype(np.float32), 1e-6)


# -- the steady state -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_step_allocates_no_memory_of_the_device(ops: Any, name: str) -> None:
    import cupy

    class Count(cupy.cuda.MemoryHook):  # type: ignore[misc]
        name = "count"
        allocations = 0

        def malloc_preprocess(self, **_: Any) -> None:
            self.allocations += 1

    trainer = Trainer(experiment(**EXPERIMENTS[name]), "cupy")
    losses(trainer, trainer.steps_per_epoch + 1)  # the first batch of an epoch comes with the order of its examples
    with Count() as count:
        losses(trainer, min(trainer.steps_per_epoch - 1, 2))
    assert count.allocations == 0


def test_the_whole_trainer_runs_at_a_speed_worth_having(ops: Any) -> None:
    """Not a benchmark: a step that waits or compiles each time would be a hundred times slower than this."""
    trainer = Trainer(experiment(training={"batch_size": 10, "epochs": 400}), "cupy")
    trainer.step(20)  # kernels are compiled
    before = trainer.seconds
    trainer.step(1000)
    assert trainer.seconds - before < 10.0
