"""Writing a run and following it: what one process tells, every other one reads, and nothing twice."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import msgspec
import pytest
from run_records import evaluation, experiment, measurement, steps, surface, wait

from nntui.errors import RunError
from nntui.measurements import Command, DataSummary, Event, Status
from nntui.runs import directory
from nntui.runs.liveness import TrainerLock
from nntui.runs.run import Run
from nntui.runs.writer import RunWriter

ALL_KINDS = [
    DataSummary((2,), ("a", "b"), ("x", "y"), 8, 2, ((0.5, -0.5, 1.0, True),)),
    steps(1),
    evaluation(1, "validation", 0.7, accuracy=0.5),
    measurement(1),
    surface(1),
    Event(step=1, kind="paused", text="paused after step 1"),
]


def test_what_is_written_is_read_back_equal(path: Path) -> None:
    with RunWriter(path) as writer:
        writer.write(ALL_KINDS)
    history = Run(path).history
    read = [history.data, *history.steps, *history.evaluations, *history.measurements, history.surface, *history.events]
    # NaN isn't equal to itself: compare what would be written.
    assert msgspec.msgpack.encode(read) == msgspec.msgpack.encode(ALL_KINDS)


def test_numbers_that_are_none_survive(path: Path) -> None:
    with RunWriter(path) as writer:
        writer.write([steps(1, loss=math.nan), steps(2, loss=math.inf), steps(3, loss=-math.inf)])
    values = [window.loss for window in Run(path).history.steps]
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf]


def test_a_follower_gets_new_records_only_and_says_whether_there_are_any(path: Path) -> None:
    run = Run(path)
    with RunWriter(path) as writer:
        writer.write([steps(1), steps(2)])
        assert run.refresh()
        assert not run.refresh()
        seen = run.history.steps[0]
        writer.write([steps(3)])
        assert run.refresh()
    assert [window.last for window in run.history.steps] == [1, 2, 3]
    assert run.history.steps[0] is seen


def test_records_and_status_arrive_together(path: Path) -> None:
    run = Run(path)
    with TrainerLock(path), RunWriter(path) as writer:
        writer.write([steps(7)], Status(state="training", step=7))
        run.refresh()
        assert (run.status.step, run.history.steps[-1].last) == (7, 7)


def test_two_viewers_read_the_same(path: Path) -> None:
    first = Run(path)
    with RunWriter(path) as writer:
        writer.write([steps(1)])
        second = Run(path)
        writer.write([steps(2)])
        first.refresh()
        second.refresh()
    assert first.history.steps == second.history.steps == [steps(1), steps(2)]


def test_a_rewind_takes_back_what_a_follower_has_seen(path: Path) -> None:
    run = Run(path)
    with RunWriter(path) as writer:
        writer.write([steps(1), evaluation(1, "validation", 0.6, accuracy=0.7)])
        cursor = writer.cursor
        writer.write([steps(2), evaluation(2, "validation", 0.1, accuracy=0.9)])
        run.refresh()
        generation = run.history.generation
        writer.rewind(cursor)
        writer.write([steps(2, loss=0.25)])
        run.refresh()
        assert writer.results.val_metrics == {"accuracy": 0.7}
    assert run.history.steps == [steps(1), steps(2, loss=0.25)]
    assert run.history.generation == generation + 1
    assert Run(path).history.steps == run.history.steps


def test_a_rewind_to_the_newest_record_changes_nothing(path: Path) -> None:
    run = Run(path)
    with RunWriter(path) as writer:
        writer.write([steps(1)])
        run.refresh()
        writer.rewind(writer.cursor)
        assert not run.refresh()


def test_numbers_of_records_are_never_given_twice(path: Path) -> None:
    with RunWriter(path) as writer:
        writer.write([steps(1), steps(2)])
        writer.rewind(0)
        writer.write([steps(1)])
        assert writer.cursor == 3


WRITER = """
    import sys
    from pathlib import Path
    from run_records import steps
    from nntui.measurements import Status
    from nntui.runs.liveness import TrainerLock
    from nntui.runs.writer import RunWriter

    path = Path(sys.argv[1])
    with TrainerLock(path), RunWriter(path) as writer:
        for n in range(1, 401):
            writer.write([steps(n)], Status(state="training", step=n, pid=1))
        writer.write(status=Status(state="finished", step=400))
"""


def test_a_reader_sees_every_record_of_another_process_once_and_in_order(path: Path) -> None:
    run = Run(path)
    environment = {"PYTHONPATH": f"{Path(__file__).parent}:{Path(directory.__file__).parents[2]}"}
    writer = subprocess.Popen([sys.executable, "-c", textwrap.dedent(WRITER), str(path)], env=environment)
    states = set()

    def over(run: Run) -> bool:
        states.add(run.status.state)
        return run.status.state == "finished"

    wait(run, over)
    assert writer.wait(10) == 0
    assert [window.last for window in run.history.steps] == list(range(1, 401))
    assert "killed" not in states


def test_commands_arrive_in_order_and_once(path: Path) -> None:
    run = Run(path)
    with TrainerLock(path), RunWriter(path) as writer:
        writer.write(status=Status(state="training", pid=1))
        run.send(Command("learning_rate", 0.5))
        run.send(Command("pause"))
        assert writer.take_commands() == [Command("learning_rate", 0.5), Command("pause")]
        assert writer.take_commands() == []


def test_a_run_nobody_trains_takes_no_commands_but_those_to_begin_with(path: Path) -> None:
    run = Run(path)
    run.send(Command("step"))
    with pytest.raises(RunError, match="is stopped: no trainer listens"):
        run.send(Command("pause"))
    with RunWriter(path) as writer:
        writer.write(status=Status(state="finished"))
    with pytest.raises(RunError, match="is finished"):
        run.send(Command("step"))


def test_commands_meant_for_a_trainer_that_is_gone_are_forgotten(path: Path) -> None:
    run = Run(path)
    with TrainerLock(path), RunWriter(path) as writer:
        writer.write(status=Status(state="training", pid=1))
        run.send(Command("stop"))
        run.send(Command("step"))
        writer.drop_commands(but={"step"})
        assert writer.take_commands() == [Command("step")]


def test_the_summary_is_valid_json_with_null_where_there_is_no_number(path: Path) -> None:
    with RunWriter(path) as writer:
        status = Status(state="diverged", step=20, seconds=2.0, backend="numpy")
        writer.write([steps(19), evaluation(19, "train", math.nan, accuracy=0.25)], status)
    run = Run(path)
    assert json.loads(json.dumps(run.summary(), allow_nan=False)) == {
        "run": path.name,
        "steps": 20,
        "seconds": 2.0,
        "steps_per_second": 10.0,
        "backend": "numpy",
        "loss": None,
        "accuracy": 0.25,
        "val_loss": None,
        "val_accuracy": None,
        "state": "diverged",
    }


def test_the_summary_of_a_regression_has_its_own_metric(path: Path) -> None:
    with RunWriter(path) as writer:
        writer.write([evaluation(3, "train", 0.2, r2=0.8), evaluation(3, "validation", 0.3, r2=0.7)])
    summary = Run(path).summary()
    assert (summary["r2"], summary["val_r2"], summary["accuracy"]) == (0.8, 0.7, None)


def test_the_experiment_comes_back_equal(path: Path) -> None:
    assert Run(path).experiment == experiment()


def test_reading_leaves_an_idle_run_as_it_is(path: Path) -> None:
    before = {file.name for file in path.iterdir()}
    directory.list_runs(path.parent)
    assert {file.name for file in path.iterdir()} == before


def test_a_closed_run_is_whole_in_one_file(path: Path, tmp_path: Path) -> None:
    viewer = Run(path)
    with RunWriter(path) as writer:
        writer.write([steps(1)], Status(state="stopped", step=1))
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "run.db").write_bytes((path / "run.db").read_bytes())
    assert Run(copy).history.steps == [steps(1)]
    viewer.close()


def test_a_removed_run_is_told_as_stopped(path: Path) -> None:
    run = Run(path)
    with TrainerLock(path):
        with RunWriter(path) as writer:
            writer.write(status=Status(state="training", step=3, heartbeat=time.time()))
        run.refresh()
        assert run.live
        directory.remove(path)
    assert run.refresh()
    assert (run.status.state, run.status.step) == ("stopped", 3)
    assert "gone" in run.status.message


@pytest.mark.parametrize("content", [b"", b"not a database at all, whatever its name says" * 50])
def test_a_damaged_store_is_refused_with_its_name(path: Path, content: bytes) -> None:
    (path / "run.db").write_bytes(content)
    with pytest.raises(RunError, match=r"run\.db: it is damaged or no run of nntui"):
        Run(path)
    with pytest.raises(RunError, match="damaged"):
        RunWriter(path)


def test_a_missing_store_is_refused_with_its_name(path: Path) -> None:
    (path / "run.db").unlink()
    with pytest.raises(RunError, match=r"run\.db: it is missing"):
        Run(path)
    with pytest.raises(RunError, match="there is no run at"):
        Run(path / "nowhere")


def test_a_damaged_record_is_a_run_error(path: Path) -> None:
    with RunWriter(path) as writer:
        writer.write([steps(1)])
        writer._connection.execute("UPDATE records SET body = x'c1'")
    with pytest.raises(RunError, match="damaged"):
        Run(path)


def test_a_run_of_a_newer_version_says_what_to_do(path: Path) -> None:
    with RunWriter(path) as writer:
        writer._connection.execute("PRAGMA user_version = 3")
    for reading in (Run, RunWriter):
        with pytest.raises(RunError, match=r"newer nntui \(format 3, this one reads up to 1\): upgrade"):
            reading(path)


def test_a_full_disk_is_told_and_leaves_the_run_as_it_was(path: Path) -> None:
    with RunWriter(path) as writer:
        writer.write([steps(1)])
        writer._connection.execute("PRAGMA max_page_count = 1")  # what SQLite makes of a disk without room
        with pytest.raises(RunError, match="the disk is full"):
            writer.write([measurement(n) for n in range(500)], Status(state="training", step=9))
        assert (writer.cursor, writer.results.step) == (1, 1)
        writer._connection.execute("PRAGMA max_page_count = 100000")
        writer.write([steps(2)])
    assert [window.last for window in Run(path).history.steps] == [1, 2]


def test_a_locked_store_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.runs.store.PATIENCE", 0.01)
    with RunWriter(path) as other, RunWriter(path) as writer:
        other._connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(RunError, match="another program has kept it locked"):
            writer.write([steps(1)])
        other._connection.execute("ROLLBACK")
        writer.write([steps(1)])
    assert len(Run(path).history.steps) == 1


def test_a_run_of_a_million_values_opens_in_half_a_second(path: Path) -> None:
    one = measurement(0)
    layers = tuple(msgspec.structs.replace(one.layers[0], path=f"{index}.dense") for index in range(16))
    with RunWriter(path) as writer:
        writer.write([steps(number) for number in range(1, 15_000)])
        for start in range(0, 2000, 200):
            writer.write([msgspec.structs.replace(one, step=start + number, layers=layers) for number in range(200)])
    before = time.process_time()
    run = Run(path)
    spent = time.process_time() - before
    assert 12 * len(run.history.steps) + 31 * 16 * len(run.history.measurements) > 1_000_000
    assert spent < 1.0, f"{spent:.2f} s of computing; alone on a core it is about 0.3"
