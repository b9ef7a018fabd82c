"""Deleting: out of the list at once, back to the bit, and never what isn't a run or is being trained."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_records import experiment

from nntui.errors import RunError
from nntui.runs.directory import create, list_runs
from nntui.runs.liveness import TrainerLock
from nntui.runs.trash import discard, empty, restore, trashed


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_deleted_run_is_gone_its_neighbours_are_not_and_it_comes_back_whole(home: Path, path: Path) -> None:
    other = create(experiment(), "other", home)
    before = files(path)
    there = discard(path)
    assert [run.path for run in list_runs(home)] == [other]
    assert [run.path for run in trashed(home)] == [there]
    assert restore(there) == path
    assert files(path) == before and trashed(home) == []


def test_an_emptied_trash_is_gone_for_good_and_nothing_else_is(home: Path, path: Path) -> None:
    other = create(experiment(), "other", home)
    discard(path)
    assert empty(home) == 1 and empty(home) == 0
    assert trashed(home) == [] and [run.path for run in list_runs(home)] == [other]


def test_a_run_does_not_come_back_over_another(home: Path, path: Path) -> None:
    there = discard(path)
    path.mkdir()
    with pytest.raises(RunError, match="exists"):
        restore(there)
    assert there.is_dir()


def test_what_is_being_trained_is_not_deleted(path: Path) -> None:
    with TrainerLock(path), pytest.raises(RunError, match="is being trained: stop it"):
        discard(path)
    assert path.exists()


def test_what_is_no_run_is_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    with pytest.raises(RunError, match="is no run: nothing was deleted"):
        discard(tmp_path / "thesis")
    assert (tmp_path / "thesis").is_dir()
