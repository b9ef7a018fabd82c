import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace

import pytest
from training_runs import experiment, reach

from nntui.backends import numpy_workers
from nntui.experiment import Experiment
from nntui.nn.dense import Dense
from nntui.nn.network import Network
from nntui.nn.skip import Skip
from nntui.runs.directory import CHECKPOINTS, create
from nntui.runs.run import Run
from nntui.training import threads
from nntui.training.checkpoint import Checkpoints
from nntui.training.loop import Loop
from nntui.training.trainer import Trainer

WIDE = ("network=[{layer='dense', units=512}, {layer='dense', units=512}, {layer='dense', units=2}]", "training.batch_size=400")


@pytest.fixture
def many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if matrix products had eight threads on this machine."""
    monkeypatch.setattr(threads, "available", lambda: 8)


class Machine:
    """A machine on which a product takes as long as a test says: `seconds` by number of threads, and by number of call."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: Callable[[int, int], float]) -> None:
        self.now, self.threads, self.calls, self.seconds = 0.0, 1, 0, seconds
        monkeypatch.setattr(threads, "time", SimpleNamespace(perf_counter=lambda: self.now))
        monkeypatch.setattr(threads, "limited", self.limited)

    def limited(self, count: int) -> AbstractContextManager[None]:
        self.threads = count
        return nullcontext()

    def product(self) -> None:
        self.calls += 1
        self.now += self.seconds(self.threads, self.calls)


def test_the_largest_product_is_found_inside_containers_too():
    network = Network((Dense(64), Skip((Dense(256), Dense(64))), Dense(10)), (32,))
    assert threads.largest(network, batch=16) == (16, 64, 256)
    assert threads.largest(Network((Dense(5),), (7, 3)), batch=4) == (28, 3, 5)  # a sequence is a row per step


def test_small_products_get_one_thread_without_being_tried(many_threads, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(threads, "fastest", lambda product, most: pytest.fail("tried"))
    assert threads.choose(Trainer(experiment())) == 1


def test_large_products_are_tried_with_what_there_is(many_threads, monkeypatch: pytest.MonkeyPatch):
    tried = []

    def fastest(product, most: int) -> int:
        product()
        tried.append(most)
        return 4

    monkeypatch.setattr(threads, "fastest", fastest)
    assert threads.choose(Trainer(experiment(*WIDE))) == 4 and tried == [8]


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [
        ({1: 4.0, 2: 2.0, 4: 1.0}, 4),
        ({1: 4.0, 2: 2.0, 4: 1.9}, 2),
        ({1: 4.0, 2: 3.8, 4: 3.7}, 1),
        ({1: 4.0, 2: 50.0, 4: 50.0}, 1),
        ({1: 4.0, 2: 3.9, 4: 1.5}, 4),
    ],
)
def test_more_threads_are_taken_only_if_they_are_clearly_faster(seconds, chosen, monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch, lambda threads, call: 1e-3 * seconds[threads])
    assert threads.fastest(machine.product, most=4) == chosen


def test_a_thread_that_is_late_now_and_then_is_counted(monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch, lambda threads, call: 1e-4 if threads == 1 else 5e-5 + 5e-3 * (call % 7 == 0))
    assert threads.fastest(machine.product, most=2) == 1


def test_trying_ends_when_time_is_up(monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch, lambda threads, call: 10.0)
    threads.fastest(machine.product, most=2)
    assert machine.calls == 4  # a round to warm up, and one to measure


def test_while_training_the_threads_are_ours_and_afterwards_there_are_as_many_as_before():
    before, team = threads.available(), numpy_workers.team()
    trainer = Trainer(experiment())
    trainer.threads = 2
    with threads.settled(trainer) as count:
        assert count == 2 and team.threads == 2
        assert threads.available() == 1  # BLAS's own would wait for each other
    assert threads.available() == before and team.fixed is None


def test_a_run_that_goes_on_uses_as_many_threads_as_it_began_with(tmp_path, monkeypatch: pytest.MonkeyPatch):
    path = create(experiment("training.epochs=2", "training.early_stopping="), "kept", tmp_path)
    monkeypatch.setattr(threads, "choose", lambda trainer: 2)
    begun = Trainer(Experiment.from_file(path / "experiment.toml"))
    begun.step(3)
    begun.threads = 2
    state = begun.state()
    assert json.loads(json.dumps(state.extra))["threads"] == 2
    (path / CHECKPOINTS).mkdir(exist_ok=True)
    Checkpoints(path / CHECKPOINTS).save(3, state, 0, 0.5, {"backend": "numpy", "untold": []})
    monkeypatch.setattr(threads, "choose", lambda trainer: pytest.fail("chosen anew"))
    used = []
    original = threads.limited
    monkeypatch.setattr(threads, "limited", lambda count: used.append(count) or original(count))
    loop = Loop(path)
    loop.run()
    with Run(path) as run:
        reach(run, "finished")
    assert set(used) == {2}
    assert Checkpoints(path / CHECKPOINTS).latest().state.extra["threads"] == 2
