"""Training here and now: what a script or `nntui run` does."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from training_runs import experiment, reach, sentences

from nntui.errors import NntuiError, RunError
from nntui.measurements import LIVE, Command, Status
from nntui.runs.directory import create, list_runs
from nntui.runs.run import Run
from nntui.training.checkpoint import Checkpoints
from nntui.training.running import resume, start, train


def test_a_training_comes_back_as_its_run(tmp_path: Path) -> None:
    run = train(experiment("training.epochs=5"), "Short one", home=tmp_path)
    assert run.status.state == "finished"
    assert run.status.step == run.status.total_steps == run.history.steps[-1].last
    assert "short-one" in run.name
    assert run.experiment == experiment("training.epochs=5")
    x, y = run.series("loss")
    assert list(x) == list(range(1, run.status.step + 1))
    assert len(y) == len(x)
    assert (y > 0.0).all()
    assert 0.0 <= run.summary()["val_accuracy"] <= 1.0
    assert list_runs(tmp_path)[0].results == run.results()


def test_seed_and_backend_can_be_chosen_and_are_part_of_the_experiment(tmp_path: Path) -> None:
    run = train(experiment("training.epochs=1"), backend="numpy", seed=7, home=tmp_path)
    assert (run.experiment.seed, run.experiment.backend, run.status.backend) == (7, "numpy", "numpy")


def test_the_same_seed_trains_the_same_and_another_one_does_not(tmp_path: Path) -> None:
    one, same, other = (train(experiment("training.epochs=2"), seed=seed, home=tmp_path).series("loss")[1] for seed in (1, 1, 2))
    assert (one == same).all()
    assert not (one == other).all()


def test_progress_is_told_while_it_trains(tmp_path: Path) -> None:
    seen: list[Status] = []
    train(experiment("training.epochs=100"), home=tmp_path, on_progress=seen.append)
    assert seen[0].state == "training"
    assert seen[-1].state == "finished"
    assert len(seen) > 3
    assert [status.step for status in seen] == sorted(status.step for status in seen)


def test_an_impossible_training_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(NntuiError):
        train(experiment("network[4].units=9"), home=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_ctrl_c_stops_saves_and_returns_the_run(tmp_path: Path) -> None:
    def interrupt(status: Status) -> None:
        if status.state == "training" and status.step > 0:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    run = train(experiment(), home=tmp_path, on_progress=interrupt)
    assert run.status.state == "stopped"
    assert sentences(run) == [run.status.message] == [f"stopped by SIGINT after step {run.status.step:,}, and saved there"]
    assert Checkpoints(run.path / "checkpoints").steps() == [run.status.step]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_training_in_a_thread_listens_to_commands(tmp_path: Path) -> None:
    path = create(experiment(), "thread", tmp_path)
    thread = threading.Thread(target=resume, args=[path])
    thread.start()
    run = Run(path)
    reach(run, "training")
    run.send(Command("stop"))
    thread.join(30)
    assert not thread.is_alive()
    reach(run, "stopped")


def test_a_stopped_training_goes_on_here(tmp_path: Path) -> None:
    path = create(experiment("training.epochs=20"), "spiral", tmp_path)
    Run(path).send(Command("step", 40))

    def stop(status: Status) -> None:
        if status.state == "paused":
            Run(path).send(Command("stop"))

    stopped = resume(path, on_progress=stop)
    assert (stopped.status.state, stopped.status.step) == ("stopped", 40)
    finished = resume(path)
    assert finished.status.state == "finished"
    assert "continued from the checkpoint of step 40" in sentences(finished)


def test_what_a_callback_raises_ends_the_training_and_is_told(tmp_path: Path) -> None:
    def fail(status: Status) -> None:
        raise ValueError("no terminal any more")

    with pytest.raises(ValueError, match="no terminal"):
        train(experiment(), home=tmp_path, on_progress=fail)
    (summary,) = list_runs(tmp_path)
    assert summary.status is not None
    assert (summary.status.state, summary.status.message) == ("failed", "ValueError: no terminal any more")


def test_a_detached_process_is_seen_at_once_and_old_commands_are_forgotten(tmp_path: Path) -> None:
    path = create(experiment(), "spiral", tmp_path)
    run = Run(path)
    first = start(path)
    assert run.refresh()
    assert run.status.state == "starting"
    reach(run, "training")
    first.kill()
    first.wait(10)
    reach(run, "killed")
    second = start(path)
    run.refresh()
    assert run.status.state in LIVE
    reach(run, "training")
    run.send(Command("stop"))
    assert second.wait(30) == 0


def test_a_process_that_can_not_be_started_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = create(experiment(), "spiral", tmp_path)
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    with pytest.raises(RunError, match=f"can't start a trainer for {path.name}: No such file"):
        start(path)


def test_without_an_installation_the_child_finds_the_same_nntui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    class Process(subprocess.Popen[bytes]):
        def __init__(self, *arguments: object, **options: dict[str, str]) -> None:
            seen.update(options["env"])
            self.pid = 4711

        def __del__(self, *_: object) -> None: ...

    monkeypatch.setenv("PYTHONPATH", "somewhere")
    monkeypatch.setattr(subprocess, "Popen", Process)
    start(create(experiment(), "spiral", tmp_path))
    import nntui

    home = str(Path(nntui.__file__).parents[1])
    assert seen["PYTHONPATH"] in ("somewhere", f"{home}{os.pathsep}somewhere")
