"""A new run that goes on from a checkpoint of another, with everything that was measured until there."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec

from nntui.errors import RunError
from nntui.measurements import AnyRecord, Event, Status
from nntui.runs.directory import CHECKPOINTS, create, remove, run_name
from nntui.runs.results import Results
from nntui.runs.run import Run
from nntui.runs.store import decode_record, encode, explained, open_for_following, open_for_writing, transaction
from nntui.runs.writer import RunWriter
from nntui.training.checkpoint import Checkpoints, Saved


def saved_steps(run: Path) -> list[int]:
    """The steps that a run could be gone back to, in ascending order."""
    return Checkpoints(run / CHECKPOINTS).steps()


def fork(run: Path, step: int | None = None, home: Path | None = None) -> Path:
    """Make a run that begins at a checkpoint of another, and return its folder: the last one up to `step`, or the newest,
    after which there was something left to train.

    It is stopped there, and goes on as the other one did: optimizer, random numbers and the order of batches come along.
    The other run isn't changed. Raises RunError if it has no such checkpoint, or something can't be read or written.
    """
    saved = _before_the_end(run, step)
    with Run(run) as source:
        path = create(source.experiment, run_name(run), run.parent if home is None else home)
        before = source.status
    try:
        _copy_records(run, path, saved.cursor)
        text = f"forked from {run.name} at step {saved.step}"
        event = Event(step=saved.step, kind="forked", text=text)
        # Who goes on from a checkpoint takes back what was recorded after it, and records what it has noted instead.
        untold = [*msgspec.convert(saved.notes["untold"], list[AnyRecord]), event]
        notes = {**saved.notes, "untold": msgspec.to_builtins(untold)}
        Checkpoints(path / CHECKPOINTS).save(saved.step, saved.state, saved.cursor, math.nan, notes)
        share = saved.step / before.step if before.step else 0.0
        status = Status(
            state="stopped", step=saved.step, total_steps=before.total_steps, epoch=before.epoch * share, epochs=before.epochs,
            seconds=before.seconds * share, backend=before.backend, learning_rate=before.learning_rate, message=text,
        )  # fmt: skip
        with RunWriter(path) as writer:
            writer.write(untold, status)
    except BaseException:
        remove(path)
        raise
    return path


def _before_the_end(run: Path, step: int | None) -> Saved:
    """The newest checkpoint up to a step after which there was something left to train."""
    checkpoints = Checkpoints(run / CHECKPOINTS)
    steps = checkpoints.steps()
    for one in reversed(steps):
        if step is None or one <= step:
            saved = checkpoints.load(one)
            if saved.state.extra["outcome"] is None:
                return saved
    where = f"its checkpoints are of step {', '.join(map(str, steps))}" if steps else "it has none yet"
    asked = f"up to step {step}" if step is not None else "after which anything was trained"
    raise RunError(f"{run.name} has no checkpoint {asked}: {where}")


def _copy_records(source: Path, target: Path, cursor: int) -> None:
    """Everything up to a record's number, and what it amounts to; the numbers stay, because the checkpoint names one."""
    with explained(source):
        reading = open_for_following(source)
        try:
            rows = reading.execute("SELECT id, step, kind, peak, body FROM records WHERE id <= ? ORDER BY id", (cursor,)).fetchall()
        finally:
            reading.close()
    results = Results().after(decode_record(row[4]) for row in rows if row[2] in ("steps", "evaluation"))
    with explained(target, "write"):
        writing = open_for_writing(target)
        try:
            with transaction(writing, "IMMEDIATE"):
                writing.executemany("INSERT INTO records (id, step, kind, peak, body) VALUES (?, ?, ?, ?, ?)", rows)
                writing.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('results', ?)", (encode(results),))
        finally:
            writing.close()
