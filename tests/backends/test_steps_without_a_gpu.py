"""Steps that are sent off together, launch by launch and as a graph: the same bits as steps that are waited for one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nntui import backends
from nntui.training.trainer import Trainer

from .fake_cupy import COMPILER, FakeDevice
from .parity_steps import SCHEDULED, StepsParity, assert_same, one_by_one, together
from .parity_training import EXPERIMENTS, experiment
from .test_cupy_without_a_gpu import pretend, put_back

pytestmark = pytest.mark.skipif(COMPILER is None, reason="needs a C++ compiler")

@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> FakeDevice:
    return FakeDevice(tmp_path_factory.mktemp("kernels"))


@pytest.fixture(scope="module")
def ops(device: FakeDevice) -> Iterator[Any]:
    before = pretend(device.module())
    yield backends.load("cupy")
    put_back(before)


@pytest.fixture(params=["launches", "graphs"])
def way(request: pytest.FixtureRequest, ops: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    from nntui.backends import cupy_blas

    monkeypatch.setattr(cupy_blas, "captures", lambda: request.param == "graphs")
    return str(request.param)


class TestOnTheCpu(StepsParity):
    pass


def test_many_steps_wait_for_the_device_once(way: str, device: FakeDevice) -> None:
    trainer = Trainer(experiment(training={"batch_size": 2, "epochs": 20}), "cupy")
    trainer.step(10)
    before = device.counters.copy()
    results = trainer.runner.steps(trainer.steps_done, [0.01] * 5, [None] * 5)
    assert len(results) == 5
    assert device.counters["waits"] - before["waits"] == 1
    assert device.counters["allocations"] == before["allocations"]
    assert device.counters["graphs"] - before["graphs"] == (5 if way == "graphs" else 0)


def test_a_graph_that_does_something_else_is_not_used(ops: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from nntui.backends import cupy_blas, cupy_steps

    monkeypatch.setattr(cupy_blas, "captures", lambda: True)
    captured = cupy_steps.Steps._captured

    def wrong(self: Any) -> Any:
        graph = captured(self)
        graph.launches.pop()  # the last launch of the optimizer
        return graph

    monkeypatch.setattr(cupy_steps.Steps, "_captured", wrong)
    got = together(SCHEDULED, 20)
    assert_same(got, one_by_one(SCHEDULED, 20))
    assert got.runner.note == "steps are launched one by one: a captured step did not do the same"


def test_a_step_that_can_t_be_captured_is_launched_and_says_why(ops: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from nntui.backends import cupy_blas

    monkeypatch.setattr(cupy_blas, "captures", lambda: True)
    trainer = Trainer(experiment(**SCHEDULED), "cupy")
    trainer.step(2)
    objective = trainer.runner._full  # type: ignore[attr-defined]
    waiting = objective.loss.__class__.backward

    def asks(self: Any, at: Any) -> None:
        at.value.item()
        waiting(self, at)

    monkeypatch.setattr(objective.loss.__class__, "backward", asks)
    told = trainer.advance(0.0, steps=20)
    notes = [record.text for record in told if type(record).__name__ == "Event"]
    assert notes == [
        "steps are launched one by one: a step can't be captured (cudaErrorStreamCaptureUnsupported: "
        "operation not permitted when stream is capturing)"
    ]
    assert trainer.steps_done == 22


def test_what_needs_the_host_in_every_step_is_made_step_by_step(ops: Any) -> None:
    lamb = {**SCHEDULED, "optimizer": {"kind": "lamb", "learning_rate": 0.01}}
    penalized = {**SCHEDULED, "penalty": {"l1": 0.001}}
    portions = {**SCHEDULED, "training": {"batch_size": 8, "epochs": 6, "accumulate": 2}}
    for tables in (lamb, penalized, portions):
        assert not Trainer(experiment(**tables), "cupy").runner.ahead
    assert Trainer(experiment(**SCHEDULED), "cupy").runner.ahead
    assert not Trainer(experiment(**SCHEDULED), "numpy").runner.ahead


@pytest.mark.parametrize("tables", [SCHEDULED, EXPERIMENTS["mse, adamw, one cycle, batch_norm"]], ids=["classes", "numbers"])
def test_data_that_does_not_fit_stays_on_the_host_and_is_sent_batch_by_batch(
    ops: Any, monkeypatch: pytest.MonkeyPatch, tables: dict[str, Any]
) -> None:
    on_device = Trainer(experiment(**tables), "cupy")
    monkeypatch.setattr("nntui.backends.cupy_streaming.SHARE", 0.0)
    sent = Trainer(experiment(**tables), "cupy")
    assert not sent.runner.ahead and on_device.runner.ahead
    for trainer in (on_device, sent):
        trainer.step(11)
    assert_same(sent, on_device)
    assert sent.evaluate() == on_device.evaluate()


def test_the_sources_that_a_gpu_compiles_are_those_that_run_here(ops: Any) -> None:
    from nntui.backends.cupy_kernels import source

    assert Path(backends.__file__).with_name("cupy_step_kernels.py").exists()
    for dtype in ("float32", "float64"):
        assert "void next_step(" in source(dtype) and "void judge(" in source(dtype)


def test_a_benchmark_on_a_device_shows_both_ways_to_make_steps(ops: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from nntui.benchmark.report import PEERS, Benchmark
    from nntui.benchmark.workloads import chosen

    for peer in PEERS:
        monkeypatch.setattr(peer, "installed", staticmethod(lambda: False))
    monkeypatch.setattr("nntui.benchmark.machine.ON_DEVICE", 32)
    benchmark = Benchmark(chosen("2-8-8-2"), 0.6, "cupy")
    (results,) = benchmark.results()
    assert [result.rates.candidate.setting for result in results] == ["step by step", "graph"]
    assert all(result.rates.median > 0.0 and result.ratio_to_fastest_peer is None for result in results)
    assert [result.watching is not None for result in results] == [False, True]
    assert "a fake GPU" in benchmark.machine.system and "a fake GPU" in benchmark.engines[0].version
