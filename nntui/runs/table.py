"""The table of runs as values: what each run has by name, which of them a filter means, and in what order."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nntui.errors import NntuiError
from nntui.runs.conditions import Condition, ConditionError, Value, is_condition
from nntui.runs.facts import Fact
from nntui.runs.summary import RunSummary, run_name
from nntui.schema import suggestion

Values: TypeAlias = dict[str, Value]

PARTS = ("optimizer", "schedule", "data", "program")
"""Parts of an experiment that may stand for their kind: optimizer == "adam"."""


def values(run: RunSummary) -> Values:
    """Everything that a run can be filtered and sorted by, by name.

    The last word of a dotted name will do where only one has it: learning_rate for optimizer.learning_rate.
    """
    status, results = run.status, run.results
    found: Values = dict(_short(run.facts))
    found |= run.facts
    for part in PARTS:
        kind = run.facts.get(f"{part}.kind", run.facts.get(f"{part}.source"))
        if kind is not None:
            found[part] = kind
    metrics = {**results.metrics, **{f"val_{name}": value for name, value in results.val_metrics.items()}}
    return {
        **found,
        **metrics,
        "name": run.called,
        "run": run.name,
        "title": run.title,
        "tags": run.labels.tags,
        "note": run.labels.note,
        "pinned": run.labels.pinned,
        "when": run.created,
        "state": "unreadable" if status is None else status.state,
        "step": None if status is None else status.step,
        "steps": None if status is None else status.total_steps,
        "epoch": None if status is None else status.epoch,
        "epochs": None if status is None else status.epochs,
        "seconds": None if status is None else status.seconds,
        "backend": None if status is None else status.backend,
        "parameters": run.parameters,
        "loss": results.loss,
        "val_loss": results.val_loss,
        "best": None if results.best is None else results.best.value,
    }


def _short(facts: dict[str, Fact]) -> dict[str, Fact]:
    ending: dict[str, list[str]] = {}
    for name in facts:
        if "." in name:
            ending.setdefault(name.rpartition(".")[2], []).append(name)
    return {last: facts[full[0]] for last, full in ending.items() if len(full) == 1 and last not in ("kind", "source")}


@dataclass(frozen=True, eq=False)
class Row:
    """A run with its values, worked out once."""

    run: RunSummary
    values: Values


def rows(runs: Iterable[RunSummary]) -> list[Row]:
    """The rows of these runs, in their order."""
    return [Row(run, values(run)) for run in runs]


def names(found: Iterable[Row]) -> list[str]:
    """What at least one of them has, sorted."""
    return sorted({name for row in found for name in row.values})


class Filter:
    """What somebody types to narrow the table: a condition, or words that are all found in a run's line, each a regular expression.

    Raises ConditionError if it can't be read.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.condition = Condition(self.text) if is_condition(self.text) else None
        try:
            self._words = [] if self.condition else [re.compile(word, re.IGNORECASE) for word in self.text.split()]
        except re.error as error:
            raise ConditionError(f"{self.text}: is no regular expression: {error.msg}") from None

    def keep(self, found: Sequence[Row]) -> list[Row]:
        """Those that it means. Raises ConditionError for a name that none of them has."""
        if self.condition is None:
            return [row for row in found if self._meant(row.run)] if self._words else list(found)
        if found:
            self.condition.require(names(found))
        return [row for row in found if self.condition.holds(row.values.get)]

    def calls(self, run: RunSummary) -> bool:
        """Whether it is the name that it looks for."""
        return all(word.search(f"{run.called} {run.name}") for word in self._words)

    def _meant(self, run: RunSummary) -> bool:
        about = f"{run.called} {run.name} {run.title} {' '.join(run.labels.tags)} {run.status.state if run.status else 'unreadable'}"
        return all(word.search(about) for word in self._words)


def ordered(found: Sequence[Row], key: str = "when", descending: bool | None = None) -> list[Row]:
    """The rows by one of their values, pinned ones first; those that don't have it come last.

    descending: by default for times, accuracies and r2. Raises NntuiError for a name that no run has.
    """
    if found and not any(key in row.values for row in found):
        raise NntuiError(f"the runs can't be sorted by {key}: {suggestion(key, names(found))}")
    down = falls(key) if descending is None else descending
    there = [row for row in found if not _missing(row.values.get(key))]
    gone = [row for row in found if _missing(row.values.get(key))]
    there.sort(key=lambda row: _comparable(row.values[key]), reverse=down)
    return sorted([*there, *gone], key=lambda row: not row.run.labels.pinned)


def falls(key: str) -> bool:
    """Whether people want the largest first."""
    return key in ("when", "pinned") or key.removeprefix("val_") in ("accuracy", "r2", "mean_iou")


def _missing(value: Value) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or value == "" or value == ()


def _comparable(value: Value) -> tuple[int, float, str]:
    """Numbers before text."""
    if isinstance(value, bool | int | float):
        return 0, float(value), ""
    return 1, 0.0, (" ".join(value) if isinstance(value, tuple) else str(value)).lower()


def differing(runs: Iterable[RunSummary]) -> dict[str, dict[str, Fact]]:
    """By run: the hyper-parameters in which runs of the same name aren't all alike, with the run's values."""
    families: dict[str, list[RunSummary]] = {}
    for run in runs:
        families.setdefault(_family(run), []).append(run)
    found: dict[str, dict[str, Fact]] = {}
    for family in families.values():
        known = dict.fromkeys(name for run in family for name in run.facts)
        unlike = [name for name in known if len({(type(run.facts.get(name)), run.facts.get(name)) for run in family}) > 1]
        for run in family:
            found[run.name] = {name: run.facts[name] for name in unlike if name in run.facts}
    return found


def told(value: Fact) -> str:
    """A value in a table, short."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else "-" if value is None else str(value)


def _family(run: RunSummary) -> str:
    return run_name(run.path)
