"""Where runs lie: made whole or not at all, found by a part of their name, listed in no time."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from run_records import evaluation, experiment

from nntui.errors import NntuiError, RunError
from nntui.experiment import Experiment
from nntui.measurements import Status
from nntui.runs import directory
from nntui.runs.directory import create, find_run, list_runs, run_name, runs_home
from nntui.runs.liveness import TrainerLock
from nntui.runs.run import Run
from nntui.runs.writer import RunWriter


def test_a_run_is_a_folder_with_its_experiment_its_store_and_room_for_checkpoints(home: Path) -> None:
    path = create(experiment(), "My Spiral", home)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-my-spiral-[0-9a-f]{6}", path.name)
    assert sorted(file.name for file in path.iterdir()) == ["checkpoints", "experiment.toml", "run.db"]
    assert Experiment.from_file(path / "experiment.toml") == experiment()
    assert "format 1" in (path / "experiment.toml").read_text()
    assert (Run(path).status.state, Run(path).status.message) == ("stopped", "not started yet")


def test_a_run_is_called_like_its_experiment_unless_it_has_a_name(home: Path) -> None:
    assert run_name(create(experiment(), None, home)) == "two-arms"
    assert run_name(create(experiment("title="), None, home)) == "run"
    assert run_name(create(experiment(), "../../etc/passwd", home)) == "etc-passwd"
    assert run_name(create(experiment(), "ü" * 300 + "long" * 100, home)) == ("long" * 100)[:40]


def test_two_runs_of_one_name_are_two(home: Path) -> None:
    assert create(experiment(), "spiral", home) != create(experiment(), "spiral", home)


def test_the_home_of_runs_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path))
    assert runs_home() == tmp_path / "runs"
    assert create(experiment(), "spiral").parent == tmp_path / "runs"
    monkeypatch.delenv("NNTUI_HOME")
    assert runs_home().parts[-2:] == ("nntui", "runs")


def test_a_home_that_can_not_be_written_says_so_and_what_would_help(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=f"can't write a run in {tmp_path}/file/runs: Not a directory; set NNTUI_HOME"):
        create(experiment(), "spiral", tmp_path / "file" / "runs")


def test_an_impossible_experiment_leaves_nothing_behind(home: Path) -> None:
    with pytest.raises(NntuiError):
        create(experiment("network[2].units=7"), "spiral", home)
    assert not home.exists()


def test_a_failure_on_the_way_leaves_nothing_behind(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise RunError("the disk is full")

    monkeypatch.setattr(directory, "_fill", full)
    with pytest.raises(RunError, match="the disk is full"):
        create(experiment(), "spiral", home)
    assert list(home.iterdir()) == []


def test_a_run_is_found_by_path_by_name_and_by_any_part_that_only_it_has(home: Path) -> None:
    spiral, iris = create(experiment(), "spiral", home), create(experiment(), "iris", home)
    assert find_run(str(spiral), home) == spiral
    assert find_run(spiral.name, home) == spiral
    assert find_run("iris", home) == find_run("IRIS", home) == iris
    assert find_run(iris.name[-6:], home) == iris


def test_an_ambiguous_name_lists_the_candidates(home: Path) -> None:
    paths = [create(experiment(), "spiral", home) for _ in range(7)]
    with pytest.raises(RunError, match="'spiral' could be any of .* and 2 more: type more of its name") as refusal:
        find_run("spiral", home)
    assert sum(path.name in str(refusal.value) for path in paths) == 5


def test_an_unknown_run_is_refused(home: Path, path: Path, tmp_path: Path) -> None:
    for text in ("nothing", "", "x" * 1000, "a\0b"):
        with pytest.raises(RunError, match="there is no run '.*' in"):
            find_run(text, home)
    with pytest.raises(RunError, match="is no run: it has no run.db"):
        find_run(str(tmp_path), home)


def test_runs_are_listed_newest_first_with_what_they_reached(home: Path) -> None:
    first, second = create(experiment(), "first", home), create(experiment(), "second", home)
    with RunWriter(first) as writer:
        writer.write([evaluation(5, "validation", 0.4, accuracy=0.9)], Status(state="finished", step=5))
        writer.write([evaluation(6, "validation", 0.5, accuracy=0.8)])
    newest, oldest = list_runs(home)
    assert (newest.name, oldest.name) == (second.name, first.name)
    assert newest.created > oldest.created > time.time() - 60
    assert oldest.title == "Two arms"
    assert oldest.parameters == (2 * 4 + 4) + (4 * 2 + 2)
    assert oldest.status == Status(state="finished", step=5)
    assert oldest.results.best is not None
    assert (oldest.results.best.name, oldest.results.best.value, oldest.results.best.step) == ("accuracy", 0.9, 5)
    assert newest.results.best is None


def test_a_run_that_is_being_written_is_listed_as_it_is_now(path: Path) -> None:
    with TrainerLock(path), RunWriter(path) as writer:
        writer.write(status=Status(state="training", step=1, pid=1))
        assert list_runs(path.parent)[0].status == Status(state="training", step=1, pid=1)
        writer.write(status=Status(state="training", step=2, pid=1))
        assert list_runs(path.parent)[0].status == Status(state="training", step=2, pid=1)


def test_broken_folders_are_listed_as_unreadable_and_stop_nobody(home: Path, path: Path) -> None:
    (home / "empty").mkdir()
    (home / "garbage").mkdir()
    (home / "garbage" / "run.db").write_bytes(b"garbage" * 1000)
    (home / "a-file").touch()
    rows = {row.name: row for row in list_runs(home)}
    assert set(rows) == {"empty", "garbage", path.name}
    assert rows["empty"].status is rows["garbage"].status is None
    assert "missing" in rows["empty"].problem
    assert "damaged" in rows["garbage"].problem
    assert rows[path.name].problem == ""


def test_without_runs_the_list_is_empty(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "nowhere") == []


def test_a_list_of_many_runs_does_not_open_their_histories(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(experiment(), "spiral", home)
    monkeypatch.setattr("nntui.runs.store.decode_record", None)
    monkeypatch.setattr("nntui.runs.run.decode_record", None)
    assert len(list_runs(home)) == 1
