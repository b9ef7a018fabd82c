"""The trainer's own process: it listens, it saves, and however it dies nothing is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from training_runs import experiment, log, reach, sentences, told, trainer, wait

from nntui.errors import RunError
from nntui.experiment import Experiment
from nntui.measurements import Command
from nntui.runs.directory import create
from nntui.runs.run import Run
from nntui.training.checkpoint import Checkpoints
from nntui.training.process import main
from nntui.training.running import resume, start, train

Child = subprocess.Popen[bytes]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A run that never started."""
    return create(experiment(), "spiral", tmp_path)


@pytest.fixture
def children() -> Iterator[list[Child]]:
    """Processes that end with the test."""
    started: list[Child] = []
    yield started
    for child in started:
        child.kill()
        child.wait(10)


@pytest.fixture
def run(path: Path, children: list[Child]) -> Run:
    """A run that is being trained by a process of its own."""
    children.append(start(path))
    run = Run(path)
    assert run.status.state == "starting"
    reach(run, "training")
    return run


def parameters(path: Path) -> dict[str, bytes]:
    """Everything the newest checkpoint holds, to the bit."""
    saved = Checkpoints(path / "checkpoints").latest()
    assert saved is not None
    return {name: array.tobytes() for name, array in saved.state.arrays.items()}


def test_it_pauses_and_resumes(run: Run) -> None:
    run.send(Command("pause"))
    reach(run, "paused")
    step = run.status.step
    heartbeat = run.status.heartbeat
    wait(run, lambda run: run.status.heartbeat > heartbeat + 1.0)  # still alive after a while of doing nothing
    assert run.status.step == step
    run.send(Command("resume"))
    wait(run, lambda run: run.status.step > step)
    assert run.status.state == "training"
    assert sentences(run)[-2:] == [f"paused after step {step:,}", f"resumed after step {step:,}"]


def test_a_pause_is_evaluated_and_saved(run: Run) -> None:
    run.send(Command("pause"))
    reach(run, "paused")
    step = run.status.step
    wait(run, lambda run: run.history.evaluations[-1].step == step)
    wait(run, lambda run: Checkpoints(run.path / "checkpoints").steps()[-1:] == [step])


def test_it_trains_exactly_the_steps_that_are_asked_for(run: Run) -> None:
    run.send(Command("pause"))
    reach(run, "paused")
    before = run.status.step
    for command, steps in ((Command("step"), 1), (Command("step", 7), 7)):
        target = run.status.step + steps
        run.send(command)
        wait(run, lambda run: run.status.step >= target and run.status.state == "paused")  # noqa: B023
        assert run.status.step == target
    run.send(Command("step"))
    run.send(Command("step"))
    wait(run, lambda run: run.status.step == before + 10 and run.status.state == "paused")


def test_it_trains_to_the_end_of_an_epoch(run: Run) -> None:
    run.send(Command("epoch"))
    reach(run, "paused")
    epoch = run.status.epoch
    assert epoch == int(epoch)
    run.send(Command("epoch"))
    wait(run, lambda run: run.status.epoch == epoch + 1 and run.status.state == "paused")


def test_the_learning_rate_changes_while_it_trains(run: Run) -> None:
    run.send(Command("learning_rate", 0.5))
    wait(run, lambda run: "learning rate 0.01 → 0.5" in sentences(run))
    run.send(Command("learning_rate", -1.0))
    wait(run, lambda run: any(event.kind == "refused" for event in run.history.events))
    assert run.live


def test_a_backend_that_is_not_there_is_refused_and_training_stays_where_it_is(run: Run) -> None:
    run.send(Command("backend", name="jax"))
    wait(run, lambda run: any(text.endswith("training stays on numpy") for text in sentences(run)))
    assert run.live and run.status.backend == "numpy"


def test_a_pace_is_kept_to_and_shown(run: Run) -> None:
    run.send(Command("pace", 100.0))
    wait(run, lambda run: run.status.pace == 100.0)
    assert run.status.steps_per_second <= 100.0
    begin, then = run.status.step, run.status.heartbeat
    wait(run, lambda run: run.status.heartbeat > then + 0.5)
    assert run.status.step - begin <= 100.0 * (run.status.heartbeat - then) + 11
    run.send(Command("pace"))
    wait(run, lambda run: run.status.pace == 0.0 and run.status.steps_per_second > 100.0)


def test_it_stops_and_saves(run: Run, children: list[Child]) -> None:
    run.send(Command("stop"))
    assert children[0].wait(30) == 0
    run.refresh()
    step = run.status.step
    assert run.status.state == "stopped"
    assert run.status.message == f"stopped after step {step:,}, and saved there"
    assert Checkpoints(run.path / "checkpoints").steps()[-1] == step
    assert log(run.path) == ""


def test_it_can_be_discarded(run: Run, children: list[Child]) -> None:
    run.send(Command("discard"))
    assert children[0].wait(30) == 0
    assert not run.path.exists()
    assert list(run.path.parent.iterdir()) == []
    run.refresh()
    assert run.status.state == "stopped"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_and_saves(run: Run, children: list[Child], number: signal.Signals) -> None:
    children[0].send_signal(number)
    children[0].send_signal(number)  # impatience doesn't interrupt the save
    assert children[0].wait(30) == 0
    run.refresh()
    assert run.status.message == f"stopped by {number.name} after step {run.status.step:,}, and saved there"
    assert Checkpoints(run.path / "checkpoints").steps()[-1] == run.status.step


def test_it_is_a_session_of_its_own(run: Run, children: list[Child]) -> None:
    assert os.getsid(children[0].pid) != os.getsid(0)
    assert run.status.pid == children[0].pid


def test_a_command_may_wait_for_it(path: Path, children: list[Child]) -> None:
    run = Run(path)
    run.send(Command("step", 3))
    children.append(start(path))
    reach(run, "paused")
    assert run.status.step == 3


def test_two_trainers_on_one_run_are_refused(run: Run, children: list[Child]) -> None:
    with pytest.raises(RunError, match="already being trained"):
        start(run.path)
    second = trainer(run.path)
    assert second.wait(30) == 2
    assert f"already being trained by process {children[0].pid}" in log(run.path)
    run.refresh()
    assert run.live


def test_what_it_can_not_train_is_told_in_one_sentence(path: Path, children: list[Child]) -> None:
    text = (path / "experiment.toml").read_text()
    (path / "experiment.toml").write_text(text.replace("units = 8", "units = 0"))
    children.append(start(path))
    assert children[0].wait(30) == 2
    status = Run(path).status
    assert status.state == "failed"
    assert status.message == f"{path}/experiment.toml: network[0].units: expected an integer >= 1, got 0"
    assert "Traceback" not in log(path)


def test_an_accident_is_told_and_its_traceback_is_kept(path: Path, children: list[Child]) -> None:
    children.append(trainer(path, "from nntui.training.trainer import Trainer\nTrainer.advance = lambda *_, **__: 1 / 0"))
    assert children[0].wait(30) == 1
    status = Run(path).status
    assert (status.state, status.message) == ("failed", "ZeroDivisionError: division by zero")
    assert "Traceback" in log(path)
    assert "<lambda>" in log(path)


WILD = """
network = [ { layer = "dense", units = 1 } ]
data = { source = "reg_plane" }
loss = { kind = "mse" }
optimizer = { kind = "sgd", learning_rate = 100.0 }
"""


def test_a_diverged_training_says_so_and_keeps_its_steps(tmp_path: Path) -> None:
    run = train(Experiment.from_toml(WILD), "wild", home=tmp_path)
    assert run.status.state == "diverged"
    assert "NaN" in run.status.message or "infinite" in run.status.message
    assert run.history.steps[-1].non_finite == 1
    with pytest.raises(RunError, match="has ended"):
        start(run.path)


def test_a_finished_run_is_not_trained_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = train(experiment("training.epochs=3"), "short", home=tmp_path)
    assert run.status.state == "finished"
    for again in (start, resume):
        with pytest.raises(RunError, match=r"has ended \(finished after .* steps.*\): there is nothing left to train"):
            again(run.path)
    assert main([str(run.path)]) == 2
    assert "there is nothing left to train" in capsys.readouterr().err


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "run.db: it is missing" in capsys.readouterr().err
    assert main([]) == 2


OFTEN = "import nntui.training.loop as loop\nloop.SAVE, loop.SHARE = 0.05, 1.0"
"""Checkpoints so often that a short training has many."""


def test_killed_and_resumed_it_ends_like_a_run_that_was_never_killed(tmp_path: Path, children: list[Child]) -> None:
    short = experiment("training.epochs=250")
    whole = train(short, "whole", home=tmp_path)
    total = whole.status.step
    path = create(short, "killed", tmp_path)
    run = Run(path)
    seed = random.randrange(2**32)
    for target in sorted(random.Random(seed).sample(range(1, total - total // 10), 4)):
        children.append(trainer(path, OFTEN))
        wait(run, lambda run: run.status.state == "training" and run.status.step >= target)  # noqa: B023
        children[-1].kill()
        reach(run, "killed")
    resumed = resume(path)
    assert resumed.status.state == "finished"
    assert told(resumed) == told(whole), f"seed {seed}"
    assert parameters(path) == parameters(whole.path), f"seed {seed}"
    assert resumed.history.evaluations == whole.history.evaluations
    assert repr(resumed.history.data) == repr(whole.history.data)  # a NaN in it isn't equal to itself
    run.refresh()
    assert told(run) == told(whole)  # who watched all the time knows the same


def test_killed_before_its_first_checkpoint_it_begins_anew(tmp_path: Path, children: list[Child]) -> None:
    short = experiment("training.epochs=60")
    whole = train(short, "whole", home=tmp_path)
    path = create(short, "killed", tmp_path)
    run = Run(path)
    children.append(trainer(path, "import nntui.training.loop as loop\nloop.SAVE = 1e9"))
    run.send(Command("step", 100))
    wait(run, lambda run: run.status.step >= 50)
    children[0].kill()
    reach(run, "killed")
    for file in (path / "checkpoints").iterdir():
        file.unlink()
    resumed = resume(path)
    assert told(resumed) == told(whole)
    assert parameters(path) == parameters(whole.path)


def test_a_spoilt_checkpoint_costs_only_the_way_from_the_one_before(tmp_path: Path, children: list[Child]) -> None:
    short = experiment("training.epochs=100")
    whole = train(short, "whole", home=tmp_path)
    path = create(short, "spoilt", tmp_path)
    run = Run(path)
    children.append(trainer(path, OFTEN))
    checkpoints = Checkpoints(path / "checkpoints")
    wait(run, lambda run: len(checkpoints.steps()) >= 2)
    children[0].kill()
    reach(run, "killed")
    *_, before, newest = checkpoints.steps()
    os.truncate(checkpoints.path(newest), 500)
    there: list[list[int]] = []
    resumed = resume(path, on_progress=lambda status: there.append(checkpoints.steps()))
    assert there[0][-1] == before  # the spoilt one won't be in the way of the next resume
    assert f"{checkpoints.path(newest)} is truncated or no checkpoint of nntui" in sentences(resumed)
    assert any(text.startswith(f"continued from the checkpoint of step {before}") for text in sentences(resumed))
    assert told(resumed) == told(whole)
    assert parameters(path) == parameters(whole.path)


def test_stopped_and_resumed_it_goes_on_from_there_with_its_changed_learning_rate(run: Run, children: list[Child]) -> None:
    run.send(Command("learning_rate", 0.002))
    run.send(Command("stop"))
    children[0].wait(30)
    run.refresh()
    step, generation = run.status.step, run.history.generation
    seconds = run.status.seconds
    children.append(start(run.path))
    wait(run, lambda run: run.status.state == "training" and run.status.step > step)
    assert f"continued from the checkpoint of step {step}" in sentences(run)
    assert run.history.generation == generation  # nothing that was told had to be taken back
    assert run.status.seconds > seconds
    run.send(Command("learning_rate", 0.004))
    wait(run, lambda run: "learning rate 0.002 → 0.004" in sentences(run))


def test_it_starts_without_what_it_does_not_need() -> None:
    script = "import sys, nntui.training.process\nprint(*{'numpy', 'sklearn', 'textual', 'rich', 'click'}.intersection(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


def test_a_numpy_of_ones_own_in_the_folder_one_works_in_is_not_trained_with(
    path: Path, tmp_path: Path, children: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise ImportError('not this one')")
    monkeypatch.chdir(tmp_path)
    children.append(start(path))
    reach(Run(path), "training")
