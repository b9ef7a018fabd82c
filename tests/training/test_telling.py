"""A run that can't be written for a while, or not any more: training bears it, then saves itself."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from training_runs import experiment, sentences, told

from nntui.errors import RunError
from nntui.measurements import Event, Status
from nntui.runs.directory import create
from nntui.runs.run import Run
from nntui.runs.writer import RunWriter
from nntui.training import checkpoint, loop, telling
from nntui.training.checkpoint import Checkpoints
from nntui.training.loop import Loop
from nntui.training.running import resume, train
from nntui.training.telling import Teller, Unwritable

FULL = RunError("can't write run.db: the disk is full")


class Disk:
    """A disk that can be made full."""

    full = False


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk, write = Disk(), RunWriter.write

    def refusing(self: RunWriter, *records: object, **status: object) -> None:
        if disk.full:
            raise FULL
        write(self, *records, **status)  # type: ignore[arg-type]

    monkeypatch.setattr(RunWriter, "write", refusing)
    yield disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return create(experiment("training.epochs=80"), "spiral", tmp_path)


@pytest.fixture(autouse=True)
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short training that tells as much as a long one."""
    monkeypatch.setattr(telling, "PACE", 0.01)
    monkeypatch.setattr(loop, "SLICE", 0.005)


def test_what_could_not_be_written_is_written_later(path: Path, disk: Disk) -> None:
    with RunWriter(path) as writer:
        teller = Teller(writer)
        disk.full = True
        teller.untold.append(Event(step=1, kind="note", text="one"))
        teller.tell(Status(state="training"))
        teller.untold.append(Event(step=2, kind="note", text="two"))
        disk.full = False
        teller.tell(Status(state="training", step=2))
    assert sentences(Run(path)) == ["one", "two"]


def test_what_can_not_be_written_for_long_is_told(path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "GRACE", -1.0)
    disk.full = True
    with RunWriter(path) as writer, pytest.raises(Unwritable, match="the disk is full"):
        Teller(writer).tell(Status(state="training"))


def test_at_the_end_nothing_is_put_off(path: Path, disk: Disk) -> None:
    disk.full = True
    with RunWriter(path) as writer, pytest.raises(Unwritable, match="the disk is full"):
        Teller(writer).tell(Status(state="finished"), final=True)


def test_training_goes_on_over_a_short_trouble_and_loses_nothing(path: Path, disk: Disk, tmp_path: Path) -> None:
    whole = train(experiment("training.epochs=80"), home=tmp_path)

    def trouble(status: Status) -> None:
        disk.full = status.total_steps // 4 < status.step < status.total_steps // 2

    assert Loop(path, None, trouble).run().state == "finished"
    assert told(Run(path)) == told(whole)


def test_after_long_trouble_training_saves_itself_with_what_it_could_not_tell(
    path: Path, disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(experiment("training.epochs=80"), home=tmp_path)
    monkeypatch.setattr(telling, "GRACE", 0.02)

    def trouble(status: Status) -> None:
        disk.full = status.step > status.total_steps // 4

    with pytest.raises(RunError, match="the disk is full"):
        Loop(path, None, trouble).run()
    (saved,) = Checkpoints(path / "checkpoints").steps()
    assert saved > Run(path).history.steps[-1].last  # it got farther than it could tell
    disk.full = False
    resumed = resume(path)
    assert told(resumed) == told(whole)
    assert any(text.startswith(f"continued from the checkpoint of step {saved}") for text in sentences(resumed))


def test_a_checkpoint_that_can_not_be_saved_does_not_stop_training(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "SAVE", 0.0)
    monkeypatch.setattr(loop, "SHARE", 1e9)
    save, failures = checkpoint._to_disk, iter([True])

    def failing_once(path: Path) -> None:
        if next(failures, False):
            raise OSError(errno.ENOSPC, "No space left on device")
        save(path)

    monkeypatch.setattr(checkpoint, "_to_disk", failing_once)
    run = resume(path)
    assert run.status.state == "finished"
    assert f"can't save a checkpoint in {path / 'checkpoints'}: the disk is full: free some space; training goes on" in sentences(run)[0]


def test_a_last_checkpoint_that_can_not_be_saved_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "_to_disk", failing)
    with pytest.raises(RunError, match="can't save a checkpoint"):
        resume(path)
    run = Run(path)
    assert run.status.state == "failed"
    assert "the disk is full" in run.status.message
    monkeypatch.undo()
    assert resume(path).status.state == "finished"


def test_a_folder_removed_while_it_is_trained_ends_the_training(path: Path) -> None:
    def vanish(status: Status) -> None:
        if path.exists():
            path.rename(path.with_name("elsewhere"))

    with pytest.raises(RunError, match=f"the folder of {path.name} was removed or renamed while it was being trained"):
        Loop(path, None, vanish).run()
