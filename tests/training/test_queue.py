"""Several runs at once: all are trained, never too many at a time, and stopping leaves them to be gone on with."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from nntui.cli import program
from nntui.lookup import load
from nntui.runs.averages import averages
from nntui.runs.directory import create, list_runs
from nntui.runs.run import Run
from nntui.training.queue import Queue, cores


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path))
    return tmp_path / "runs"


def tended(queue: Queue, until: Callable[[], object], seconds: float = 60.0) -> int:
    """Tend a queue until something is so; the most that worked at once."""
    end, most = time.monotonic() + seconds, 0
    while not until():
        assert time.monotonic() < end, "it never came to that"
        queue.tend()
        most = max(most, len(queue.working))
        time.sleep(0.01)
    return most


def test_all_are_trained_and_never_too_many_at_once(home: Path) -> None:
    experiment = load("xor").set("training.epochs=3", "backend=numpy")
    paths = [create(experiment.replace(seed=seed), "xor", home) for seed in range(3)]
    queue = Queue(2)
    queue.waiting.extend([*paths, home / "nothing"])
    assert tended(queue, lambda: not queue.busy) == 2
    assert {Run(path).status.state for path in paths} == {"finished"}
    assert list(queue.refused) == [home / "nothing"], "what can't be started stops nobody else"
    assert Queue().jobs == cores() >= 1


def test_stopping_saves_what_trains_and_tells_what_has_not_begun(home: Path) -> None:
    experiment = load("xor").set("training.epochs=10000000", "backend=numpy")
    paths = [create(experiment, "xor", home) for _ in range(2)]
    queue = Queue(1)
    queue.waiting.extend(paths)
    tended(queue, lambda: Run(paths[0]).status.state == "training")
    assert queue.stop() == paths[1:]
    tended(queue, lambda: not queue.busy)
    assert Run(paths[0]).status.state == "stopped"


def test_averages_leave_out_what_a_run_does_not_have() -> None:
    found = averages([{"loss": 1.0, "accuracy": None, "run": "a"}, {"loss": 3.0, "accuracy": 0.5, "steps": 9}])
    assert found["loss"].mean == 2.0 and found["loss"].std == statistics.stdev([1.0, 3.0]) and found["loss"].runs == 2
    assert (found["accuracy"].mean, found["accuracy"].std, found["accuracy"].runs) == (0.5, 0.0, 1)
    assert "steps" not in found and "run" not in found


def test_nntui_run_trains_over_seeds_and_tells_mean_and_spread() -> None:
    arguments = ["run", "xor", "--epochs", "3", "--seed", "5", "--seeds", "2", "--backend", "numpy"]
    told = CliRunner().invoke(program, arguments)
    assert told.exit_code == 0, told.output
    assert "2 of 2 runs finished" in told.output and "±" in told.output
    assert {Run(run.path).experiment.seed for run in list_runs()} == {5, 6}
    assert all(run.labels.tags == ("seeds",) for run in list_runs())
    found = json.loads(CliRunner().invoke(program, [*arguments, "--json", "--jobs", "1"]).output)
    losses = [run["loss"] for run in found["runs"]]
    assert found["mean"]["loss"] == pytest.approx(statistics.fmean(losses))
    assert found["std"]["loss"] == pytest.approx(statistics.stdev(losses))
    assert CliRunner().invoke(program, ["run", "xor", "--jobs", "2"]).exit_code == 2
