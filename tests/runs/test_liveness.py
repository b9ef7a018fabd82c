"""Who says that a run is alive, and when it isn't."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import msgspec
import pytest
from run_records import wait

from nntui.errors import RunError
from nntui.measurements import LIVE, Status
from nntui.runs import directory, store
from nntui.runs.liveness import HOST, SILENCE, TrainerLock, judged, lock_state
from nntui.runs.run import Run
from nntui.runs.summary import glance
from nntui.runs.writer import RunWriter

TRAINING = Status(state="training", step=9, steps_per_second=100.0, pid=4711, heartbeat=time.time())

CHILD = """
    import os, sys, time
    from pathlib import Path
    from nntui.measurements import Status
    from nntui.runs.liveness import TrainerLock
    from nntui.runs.writer import RunWriter

    path = Path(sys.argv[1])
    lock, writer = TrainerLock(path), RunWriter(path)
    writer.write(status=Status(state="training", step=42, pid=os.getpid(), heartbeat=time.time()))
    time.sleep(60)
"""


@pytest.fixture
def child(path: Path) -> subprocess.Popen[bytes]:
    environment = {"PYTHONPATH": str(Path(directory.__file__).parents[2])}
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(CHILD), str(path)], env=environment)


def test_a_killed_trainer_is_seen_to_be_dead_even_before_anybody_has_reaped_it(path: Path, child: subprocess.Popen[bytes]) -> None:
    run = Run(path)
    wait(run, lambda run: run.status.state == "training")
    os.kill(child.pid, signal.SIGKILL)
    wait(run, lambda run: run.status.state not in LIVE)
    assert (run.status.state, run.status.step) == ("killed", 42)
    assert f"process {child.pid}" in run.status.message
    assert glance(path).status == run.status
    child.wait(10)


def test_two_trainers_cannot_train_one_run(path: Path, child: subprocess.Popen[bytes]) -> None:
    wait(Run(path), lambda run: run.status.state == "training")
    with pytest.raises(RunError, match=f"already being trained by process {child.pid}"):
        TrainerLock(path)
    child.kill()
    child.wait(10)
    TrainerLock(path).release()  # what a dead process held is free


def test_asking_does_not_get_in_a_trainers_way(path: Path) -> None:
    with TrainerLock(path):
        assert lock_state(path) == "held"
    assert lock_state(path) == "free"
    TrainerLock(path).release()


def test_a_live_trainer_is_left_as_it_is_however_long_it_says_nothing(path: Path) -> None:
    quiet = msgspec.structs.replace(TRAINING, heartbeat=time.time() - 3600)
    with TrainerLock(path):
        assert judged(quiet, HOST, path) is quiet


def test_what_a_trainer_could_not_write_to_its_run_is_found_beside_it(path: Path) -> None:
    silent = msgspec.structs.replace(TRAINING, heartbeat=time.time() - 3600)
    with TrainerLock(path) as lock:
        room = (path / "trainer.lock").stat().st_size
        lock.note(TRAINING.pid, "the disk is full" + "!" * 2000)
        assert (path / "trainer.lock").stat().st_size == room, "nothing has to grow for it"
        assert judged(silent, HOST, path).state == "training"
        assert judged(silent, HOST, path).message.startswith("the disk is full!!!")
        lock.note(TRAINING.pid, "the disk is full")
    gone = judged(silent, HOST, path)
    assert (gone.state, gone.message) == ("failed", "the disk is full")
    assert judged(msgspec.structs.replace(silent, pid=4712), HOST, path).state == "killed", "another process's words aren't its own"


def test_a_trainer_that_is_about_to_start_has_some_time(path: Path) -> None:
    starting = Status(state="starting", heartbeat=time.time())
    assert judged(starting, HOST, path) is starting
    late = judged(msgspec.structs.replace(starting, heartbeat=time.time() - SILENCE - 1), HOST, path)
    assert late.state == "killed"
    assert "never started; trainer.log" in late.message


def test_on_another_machine_only_the_heartbeat_tells(path: Path) -> None:
    assert judged(msgspec.structs.replace(TRAINING, heartbeat=time.time()), "elsewhere", path).state == "training"
    silent = judged(msgspec.structs.replace(TRAINING, heartbeat=time.time() - SILENCE - 1), "elsewhere", path)
    assert silent.state == "killed"
    assert "on elsewhere for 11 s" in silent.message


def test_a_run_that_ended_is_never_called_killed(path: Path) -> None:
    for state in ("finished", "stopped", "diverged", "failed"):
        status = Status(state=state, pid=1)  # type: ignore[arg-type]
        assert judged(status, HOST, path) is status


def test_a_trainer_that_ends_between_two_looks_is_not_called_killed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RunWriter(path) as writer:
        writer.write(status=TRAINING)
        run = Run(path)

        def asked(path: Path) -> str:
            # The last word is written after it was read that the run is training, and before anybody asks for the lock.
            writer.write(status=Status(state="finished", step=10))
            return "free"

        monkeypatch.setattr("nntui.runs.liveness.lock_state", asked)
        run.refresh()
        assert run.status.state == "finished"
        writer.write(status=TRAINING)
        assert glance(path).status == Status(state="finished", step=10)


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=f"can't write in {tmp_path}/file"):
        TrainerLock(tmp_path / "file")


def test_the_stores_host_is_this_one(path: Path) -> None:
    with RunWriter(path) as writer:
        writer.write(status=TRAINING)
        (host,) = writer._connection.execute("SELECT host FROM status").fetchone()
    assert host == HOST
    assert store.FORMAT == 1
