"""The table of runs: values by name, filters, order, labels, and that the cache never tells what was."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
import pytest
from run_records import evaluation, experiment, steps

from nntui.errors import NntuiError, RunError
from nntui.measurements import Status
from nntui.runs import cached
from nntui.runs.cached import glances
from nntui.runs.conditions import ConditionError
from nntui.runs.directory import create, find_run, list_runs
from nntui.runs.facts import outline
from nntui.runs.labels import Labels, name_of, tags_of, write_labels
from nntui.runs.summary import RunSummary, glance
from nntui.runs.table import Filter, Row, differing, ordered, rows, values
from nntui.runs.writer import RunWriter


def ended(home: Path, name: str, accuracy: float, *changes: str) -> Path:
    path = create(experiment(*changes), name, home)
    with RunWriter(path) as writer:
        records = [steps(1), evaluation(1, "validation", 1.0 - accuracy, accuracy=accuracy)]
        writer.write(records, Status(state="finished", step=1, total_steps=1, epoch=1.0, epochs=1, seconds=2.0))
    return path


def age(path: Path, seconds: float = 60.0) -> None:
    """Let a run's file be older."""
    then = time.time() - seconds
    os.utime(path / "run.db", (then, then))


@pytest.fixture
def runs(home: Path) -> list[RunSummary]:
    ended(home, "spiral", 0.7, "optimizer.learning_rate=0.1")
    ended(home, "spiral", 0.9, "optimizer.learning_rate=0.02")
    ended(home, "deep", 0.8, "network[1].layer=relu", "optimizer.kind=sgd")
    return list_runs(home)


def called(found: list[Row]) -> list[tuple[str, float]]:
    return [(row.run.called, row.run.results.val_metrics["accuracy"]) for row in found]


def test_values_come_from_the_experiment_its_results_and_the_run(runs: list[RunSummary]) -> None:
    one = values(next(run for run in runs if run.called == "deep"))
    assert one["layers"] == 2 and one["network"] == "4 relu 2" and one["parameters"] == 2 * 4 + 4 + 4 * 2 + 2
    assert one["optimizer"] == one["optimizer.kind"] == "sgd" and one["data"] == "spiral"
    assert one["learning_rate"] == one["optimizer.learning_rate"] == 0.01, "defaults are there, too"
    assert (one["val_accuracy"], one["val_loss"], one["best"], one["seconds"]) == (0.8, pytest.approx(0.2), 0.8, 2.0)
    assert "kind" not in one, "several parts have one"


def test_a_run_from_before_facts_were_kept_is_told_by_its_description(home: Path) -> None:
    path = ended(home, "old", 0.5)
    before = glance(path).facts
    import sqlite3

    with sqlite3.connect(path / "run.db") as connection:
        connection.execute("DELETE FROM meta WHERE key = 'facts'")
    connection.close()
    assert glance(path).facts == before and before["layers"] == 2


def test_filters_are_conditions_or_expressions_on_names(runs: list[RunSummary]) -> None:
    found = rows(runs)
    assert called(Filter("val_accuracy > 0.75 and learning_rate > 0.015").keep(found)) == [("spiral", 0.9)]
    assert {row.run.called for row in Filter("^sp.r").keep(found)} == {"spiral"}
    assert {row.run.called for row in Filter("DEEP finished").keep(found)} == {"deep"}
    assert Filter("deep spiral").keep(found) == [] and Filter("").keep(found) == found
    with pytest.raises(ConditionError, match="is no regular expression"):
        Filter("*x")
    with pytest.raises(ConditionError, match="did you mean val_accuracy"):
        Filter("val_acuracy > 1").keep(found)


def test_runs_are_ordered_by_any_value_missing_ones_last_pinned_ones_first(runs: list[RunSummary], home: Path) -> None:
    create(experiment(), "fresh", home)
    everything = rows(list_runs(home))
    best = ordered(everything, "val_accuracy")
    assert [row.run.called for row in best] == ["spiral", "deep", "spiral", "fresh"], "the highest accuracy first"
    assert [row.run.called for row in ordered(everything, "val_loss")] == ["spiral", "deep", "spiral", "fresh"], "the lowest loss"
    assert ordered(everything, "val_loss", descending=True)[0].values["val_accuracy"] == 0.7
    write_labels(best[2].run.path, Labels(pinned=True))
    assert ordered(rows(list_runs(home)), "val_accuracy")[0].run.path == best[2].run.path
    with pytest.raises(NntuiError, match="can't be sorted by val_acc"):
        ordered(everything, "val_acc")


def test_runs_of_one_name_say_in_what_they_differ(runs: list[RunSummary]) -> None:
    unlike = differing(runs)
    assert [sorted(unlike[run.name].items()) for run in runs if run.called == "spiral"] == [
        [("optimizer.learning_rate", 0.02)],
        [("optimizer.learning_rate", 0.1)],
    ]
    assert [unlike[run.name] for run in runs if run.called == "deep"] == [{}]


def test_a_network_in_one_line() -> None:
    network = experiment('network=[{layer="skip",body=[{layer="dense",units=4},{layer="relu"}]},{layer="dense",units=2}]').network
    assert outline(network) == "skip(4 relu) 2"


def test_labels_are_kept_in_the_run_and_its_new_name_finds_it(runs: list[RunSummary], home: Path) -> None:
    run = runs[0]
    write_labels(run.path, Labels("my best", ("good",), "rate is right", True))
    seen = glance(run.path)
    assert seen.called == "my best" and seen.labels.note == "rate is right"
    assert values(seen)["tags"] == ("good",) and values(seen)["pinned"] is True
    assert find_run("My Best", home) == run.path
    assert [row.run for row in Filter('"good" in tags').keep(rows(list_runs(home)))] == [seen]
    assert seen.results == run.results


def test_labels_that_are_none_are_refused() -> None:
    assert tags_of(["#b", "a", "a", ""]) == ("a", "b")
    assert name_of("  two\nlines ") == "two lines"
    with pytest.raises(RunError, match="one word"):
        tags_of(["two words"])
    with pytest.raises(RunError, match="at most 20 tags"):
        tags_of(str(number) for number in range(21))
    with pytest.raises(RunError, match="at most 60"):
        name_of("x" * 61)


def test_what_has_ended_is_read_once_and_again_when_it_changes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ended(home, "spiral", 0.7)
    age(path)
    read: list[Path] = []

    def reading(folder: Path) -> RunSummary:
        read.append(folder)
        return glance(folder)

    monkeypatch.setattr(cached, "glance", reading)
    first = glances([path], home)
    assert glances([path], home) == first and len(read) == 1
    write_labels(path, Labels(note="new"))
    assert glances([path], home)[0].labels.note == "new" and len(read) == 2
    moved = home.rename(home.with_name("elsewhere"))
    assert glances([moved / path.name], moved)[0].path == moved / path.name, "a home that was moved is no trouble"


def test_a_run_that_trains_or_has_just_changed_is_always_read(home: Path) -> None:
    path = ended(home, "spiral", 0.7)
    glances([path], home)
    assert not (home / cached.FILE).exists(), "its file is so new that a change might not be seen"
    with RunWriter(path) as writer:
        writer.write(status=Status(state="training", heartbeat=time.time(), pid=1))
        age(path)
        assert glances([path], home)[0].status == msgspec.structs.replace(
            glance(path).status or Status(state="failed")
        )
    assert not (home / cached.FILE).exists()


@pytest.mark.parametrize("spoilt", [b"", b"garbage", msgspec.msgpack.encode({"format": 99, "runs": {}})])
def test_a_spoilt_cache_costs_time_and_nothing_else(home: Path, spoilt: bytes) -> None:
    path = ended(home, "spiral", 0.7)
    age(path)
    (home / cached.FILE).write_bytes(spoilt)
    assert list_runs(home)[0].problem == ""
    assert list_runs(home) == list_runs(home)


def test_a_thousand_runs_that_have_ended_are_listed_in_no_time(home: Path) -> None:
    import shutil

    first = ended(home, "spiral", 0.7)
    for number in range(999):
        copy = first.with_name(f"{first.name[:-6]}{number:06x}")
        shutil.copytree(first, copy)
        age(copy)
    before = time.process_time()
    assert len(list_runs(home)) == 1000
    cold = time.process_time() - before
    before = time.process_time()
    assert len(list_runs(home)) == 1000
    warm = time.process_time() - before
    assert cold < 1.5 and warm < 0.3, (cold, warm)


def test_a_cache_with_nothing_new_is_not_written_again_even_where_a_loss_is_no_number(home: Path) -> None:
    path = create(experiment(), "diverged", home)
    with RunWriter(path) as writer:
        writer.write([steps(1, loss=float("nan"))], Status(state="diverged", step=1))
    age(path)
    list_runs(home)
    before = (home / cached.FILE).stat()
    list_runs(home)
    after = (home / cached.FILE).stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
