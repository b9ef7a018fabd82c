"""A run in one row: what the runs table and the end of a training show, read without replaying the history."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import msgspec

from nntui.errors import NntuiError, RunError
from nntui.measurements import Status
from nntui.runs.facts import Facts
from nntui.runs.labels import Labels, decode_labels
from nntui.runs.liveness import judged
from nntui.runs.results import Results, decode_results
from nntui.runs.store import decode_status, explained, open_for_a_glance


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a run without opening its history."""

    path: Path
    title: str = ""
    created: float = 0.0
    """Unix time."""
    parameters: int | None = None
    """How many numbers the network learns."""
    status: Status | None = None
    """As judged now: a trainer that is gone makes it `killed`. None: unreadable."""
    results: Results = Results()
    labels: Labels = Labels()
    """What a person has written on it."""
    facts: Facts = {}
    """What was trained, by dotted names."""
    problem: str = ""
    """Why it can't be read, if it can't."""

    @property
    def name(self) -> str:
        """The run's own name, which is that of its folder."""
        return self.path.name

    @property
    def called(self) -> str:
        """What people call it: the name it was given, or its folder's without date and id."""
        return self.labels.name or run_name(self.path)


def run_name(path: Path) -> str:
    """What a run was called when it was made: its folder's name without date and id."""
    found = re.fullmatch(r"\d{4}-\d\d-\d\d-(.+)-[0-9a-f]{6}", path.name)
    return found[1] if found else path.name


def glance(path: Path) -> RunSummary:
    """The summary of the run in a folder; one that can't be read says why, and raises nothing."""
    try:
        for _ in range(2):
            summary = _read(path)
            # Who wrote its last word between our reading it and our asking for its life isn't dead, but done.
            if summary.status is None or summary.status.state != "killed":
                break
        return summary
    except RunError as error:
        return RunSummary(path=path, problem=str(error), created=_touched(path))


def _read(path: Path) -> RunSummary:
    with explained(path):
        connection = open_for_a_glance(path)
        try:
            meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
            row = connection.execute("SELECT host, body FROM status").fetchone()
        finally:
            connection.close()
        return RunSummary(
            path=path,
            title=meta.get("title", ""),
            created=meta.get("created", 0.0),
            parameters=meta.get("parameters"),
            status=judged(decode_status(row[1]), row[0], path) if row else None,
            results=decode_results(meta["results"]) if "results" in meta else Results(),
            labels=decode_labels(meta["labels"]) if "labels" in meta else Labels(),
            facts=_decode_facts(meta["facts"]) if "facts" in meta else _facts_of(path),
            problem="" if row else f"{path} holds no state",
        )


_decode_facts = msgspec.msgpack.Decoder(dict[str, str | int | float | bool | None]).decode


def _facts_of(path: Path) -> Facts:
    """Of a run from before they were kept; none if its description can't be read any more."""
    from nntui.experiment import Experiment
    from nntui.runs.facts import facts

    try:
        experiment = Experiment.from_file(path / "experiment.toml")
        return facts(experiment, experiment.check())
    except NntuiError:
        return {}


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def as_json(name: str, status: Status, results: Results) -> dict[str, Any]:
    """The object that `--json` prints: stable names, null for what the experiment doesn't have or what isn't a number."""
    values = {
        "loss": results.loss,
        "accuracy": results.metrics.get("accuracy"),
        "val_loss": results.val_loss,
        "val_accuracy": results.val_metrics.get("accuracy"),
    }
    for metric in sorted({*results.metrics, *results.val_metrics} - {"accuracy"}):
        values |= {metric: results.metrics.get(metric), f"val_{metric}": results.val_metrics.get(metric)}
    return {
        "run": name,
        "steps": status.step,
        "seconds": _number(status.seconds),
        "steps_per_second": _number(status.step / status.seconds) if status.seconds > 0.0 else 0.0,
        "backend": status.backend,
        **{key: _number(value) for key, value in values.items()},
        "state": status.state,
    }


def _number(value: float | None) -> float | None:
    """JSON knows no NaN and no infinity."""
    return value if value is not None and math.isfinite(value) else None
