"""Checkpoints come back to the bit, or are refused with a reason; there are never too many."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from nntui.errors import RunError
from nntui.training import checkpoint
from nntui.training.checkpoint import Checkpoints
from nntui.training.state import TrainerState


def state(value: float = 1.0) -> TrainerState:
    return TrainerState({"parameters": np.full(5, value, np.float32)}, {"step": 3})


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many saves, none of which has to survive a power cut."""
    monkeypatch.setattr(checkpoint, "_to_disk", lambda path: None)


def saved(folder: Path, *steps: int, loss: float = math.nan) -> Checkpoints:
    checkpoints = Checkpoints(folder)
    for step in steps:
        checkpoints.save(step, state(step), cursor=10 * step, loss=loss)
    return checkpoints


def test_arrays_of_every_kind_come_back_to_the_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    arrays = {
        "float32": rng.standard_normal((3, 4), np.float32),
        "float64": rng.standard_normal(7),
        "int64": np.arange(5),
        "uint8": np.arange(5, dtype=np.uint8),
        "bool": np.array([True, False]),
        "scalar": np.array(1.5, np.float32),
        "empty": np.empty((0, 3), np.float32),
        "nan": np.array([math.nan, math.inf, -0.0], np.float32),
        "transposed": rng.standard_normal((3, 4), np.float32).T,
        "strided": np.arange(10, dtype=np.float32)[::2],
    }
    Checkpoints(tmp_path).save(1, TrainerState(arrays, {}), 0, math.nan)
    loaded = Checkpoints(tmp_path).load(1).state.arrays
    assert loaded.keys() == arrays.keys()
    for name, array in arrays.items():
        assert (loaded[name].dtype, loaded[name].shape) == (array.dtype, array.shape), name
        assert loaded[name].tobytes() == array.tobytes(), name


def test_numbers_beside_the_arrays_come_back_equal(tmp_path: Path) -> None:
    extra = {"generator": 2**127 + 1, "loss": 0.1 + 0.2, "best": math.inf, "none": None, "words": ["δ", ""], "nested": {"on": True}}
    Checkpoints(tmp_path).save(7, TrainerState({}, extra), 99, 0.5, {"backend": "numpy"})
    loaded = Checkpoints(tmp_path).load(7)
    assert loaded.state.extra == extra
    assert (loaded.step, loaded.cursor, loaded.notes) == (7, 99, {"backend": "numpy"})


def test_the_latest_is_the_one_of_the_highest_step(tmp_path: Path) -> None:
    saved(tmp_path, 900, 1000)
    latest = Checkpoints(tmp_path).latest()
    assert latest is not None
    assert (latest.step, latest.cursor) == (1000, 10_000)


def test_without_checkpoints_there_is_no_latest(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path).latest() is None
    assert Checkpoints(tmp_path / "nowhere").latest() is None


@pytest.mark.parametrize("kept", [0, 5, 100, -1])
def test_a_truncated_checkpoint_is_passed_over_and_told(tmp_path: Path, kept: int) -> None:
    checkpoints = saved(tmp_path, 1, 2)
    whole = checkpoints.path(2).read_bytes()
    checkpoints.path(2).write_bytes(whole[:kept])
    problems: list[str] = []
    latest = checkpoints.latest(problems)
    assert latest is not None
    assert latest.step == 1
    assert problems == [f"{checkpoints.path(2)} is truncated or no checkpoint of nntui"]


def test_somebody_elses_file_is_refused(tmp_path: Path) -> None:
    save_file({"weight": np.zeros(3)}, tmp_path / "5.safetensors")
    with pytest.raises(RunError, match="5.safetensors is truncated or no checkpoint of nntui"):
        Checkpoints(tmp_path).load(5)
    with pytest.raises(RunError, match="no checkpoint of .* can be read"):
        Checkpoints(tmp_path).latest()


def test_a_checkpoint_of_a_newer_version_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(checkpoint, "FORMAT", 2)
        saved(tmp_path, 1)
    with pytest.raises(RunError, match=r"newer nntui \(format 2, this one reads up to 1\): upgrade"):
        Checkpoints(tmp_path).load(1)


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no checkpoint .*3.safetensors"):
        Checkpoints(tmp_path).load(3)


def test_a_save_that_fails_leaves_the_old_one_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints = saved(tmp_path, 1)

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "_to_disk", full)
    with pytest.raises(RunError, match=f"can't save a checkpoint in {tmp_path}: the disk is full: free some space"):
        checkpoints.save(1, state(9.0), 0, math.nan)
    assert [file.name for file in tmp_path.iterdir()] == ["1.safetensors"]
    assert checkpoints.load(1).state.arrays["parameters"][0] == 1.0


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="can't save a checkpoint in .*file"):
        saved(tmp_path / "file", 1)


@pytest.mark.usefixtures("careless")
def test_the_last_two_are_kept_and_older_ones_ever_farther_apart(tmp_path: Path) -> None:
    kept = saved(tmp_path, *range(100, 10_001, 100)).steps()
    assert kept == [200, 1000, 4000, 9900, 10_000]


@pytest.mark.usefixtures("careless")
def test_their_number_is_bounded_however_long_it_trains(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    for n in range(40):
        checkpoints.save(2**n, state(), 0, 1.0 + n)
    assert len(checkpoints.steps()) <= checkpoint.NEWEST + checkpoint.SPACED + 1
    assert checkpoints.steps()[-2:] == [2**38, 2**39]


@pytest.mark.usefixtures("careless")
def test_the_best_is_kept_also_by_who_continues(tmp_path: Path) -> None:
    losses = {n: abs(n - 530.0) for n in range(500, 600, 10)}
    for n, loss in losses.items():
        Checkpoints(tmp_path).save(n, state(), 0, loss)  # each time as if the trainer had just been started
    assert Checkpoints(tmp_path).steps() == [530, 580, 590]


@pytest.mark.usefixtures("careless")
def test_large_ones_leave_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "ROOM", 100)
    assert saved(tmp_path, *range(100, 10_001, 100)).steps() == [9900, 10_000]


def test_checkpoints_of_a_future_that_is_trained_again_go(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 1, 5, 20)
    checkpoints.drop_after(5)
    assert checkpoints.steps() == [1, 5]
