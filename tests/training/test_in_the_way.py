"""What gets in a trainer's way: a full disk, a second trainer, a run that was spoilt. Each is said, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from training_runs import experiment, reach, sentences, told, trainer

from nntui.errors import RunError
from nntui.measurements import REFUSAL, Command, Status
from nntui.runs.directory import create
from nntui.runs.liveness import lock_state
from nntui.runs.run import Run
from nntui.runs.summary import glance
from nntui.training.checkpoint import Checkpoints
from nntui.training.loop import Loop
from nntui.training.running import resume, start, train

Child = subprocess.Popen[bytes]

SHORT = "training.epochs=1000"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A run that never started."""
    return create(experiment(SHORT), "spiral", tmp_path)


@pytest.fixture
def children() -> Iterator[list[Child]]:
    """Processes that end with the test."""
    started: list[Child] = []
    yield started
    for child in started:
        child.kill()
        child.wait(10)


@pytest.mark.skipif(sys.platform == "win32", reason="files can't be kept small there")
def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room_again(path: Path, children: list[Child], tmp_path: Path) -> None:
    """No file may grow beyond what holds some records of the run, but not all."""
    small = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (900_000,) * 2)"
    children.append(trainer(path, f"{small}\nfrom nntui.training import telling\ntelling.GRACE = 0.1"))
    assert children[0].wait(60) == 1
    run = Run(path)
    assert run.status.state == "failed"
    assert run.status.message.startswith(f"can't write {path / 'run.db'}: the disk ")
    seen = glance(path).status
    assert seen is not None and (seen.state, seen.message) == ("failed", run.status.message)
    assert run.history.steps, "what was recorded stays"
    recorded = told(run)
    resumed = resume(path)
    assert resumed.status.state == "finished"
    whole = train(experiment(SHORT), home=tmp_path / "elsewhere")
    assert told(resumed) == told(whole)
    assert told(whole)[: len(recorded)] == recorded


def test_who_starts_a_trainer_holds_the_run_for_it_from_the_first_moment(path: Path, children: list[Child]) -> None:
    children.append(start(path))
    assert lock_state(path) == "held"
    with pytest.raises(RunError, match=f"{path.name} is already being trained by process {children[0].pid}: watch it, or stop it first"):
        start(path)
    run = Run(path)
    run.send(Command("stop"))
    assert children[0].wait(30) == 0
    assert lock_state(path) == "free"
    run.refresh()
    assert run.status.state == "stopped"


def stopped(path: Path, children: list[Child]) -> Run:
    run = Run(path)
    run.send(Command("step", 40))
    children.append(start(path))
    reach(run, "paused")
    run.send(Command("stop"))
    assert children[-1].wait(30) == 0
    return run


def test_a_run_that_can_not_be_gone_on_with_stays_what_it_was(path: Path, children: list[Child]) -> None:
    run = stopped(path, children)
    (step,) = Checkpoints(path / "checkpoints").steps()
    file = Checkpoints(path / "checkpoints").path(step)
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    children.append(start(path))
    assert children[-1].wait(30) == 2
    run.refresh()
    assert (run.status.state, run.status.step) == ("stopped", 40)
    assert run.status.message == (
        f"{REFUSAL}no checkpoint of {path.name} can be read: {file} is truncated or no checkpoint of nntui; "
        "put it back, or train it anew"
    )
    with pytest.raises(RunError, match="no checkpoint"):
        resume(path)
    file.write_bytes(whole)
    assert resume(path).status.state == "finished"
    assert "continued from the checkpoint of step 40" in sentences(Run(path))


def test_what_a_killed_process_left_of_a_checkpoint_is_cleared_away(path: Path, children: list[Child]) -> None:
    stopped(path, children)
    draft = path / "checkpoints" / ".41.4711.new"
    draft.write_bytes(b"half")
    resume(path)
    assert not draft.exists()


ROWS = ["a,b,y", *(f"{i % 7},{i * 3 % 11},{i * 5 % 13}.5" for i in range(60))]


def test_data_that_has_changed_since_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("\n".join(ROWS))
    given = experiment("training.epochs=6", "data.csv=table.csv", "data.target=y", "loss.kind=mse", "network[4].units=1")

    def stop(status: Status) -> None:
        if status.state == "paused":
            os.kill(os.getpid(), signal.SIGINT)

    path = create(given.anchored(tmp_path), "table", tmp_path / "runs")
    Run(path).send(Command("step", 5))
    assert Loop(path, None, stop).run().state == "stopped"
    file.write_text("\n".join(ROWS[:-1]))
    with pytest.raises(RunError, match=r"had 48 and 12 examples .* now there are 47 and 12; put the data back, or train it anew"):
        resume(path)
    assert Run(path).status.state == "stopped"
    file.write_text("\n".join([*ROWS[:-1], "1,2,3.75"]))
    assert resume(path).status.state == "finished"
    assert any(text.startswith("the data isn't the same to the bit as before") for text in sentences(Run(path)))
