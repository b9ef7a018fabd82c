"""Has validation been learned? Examples that are in both parts are asked for what was told."""

from __future__ import annotations

import numpy as np

from nntui.backends.operations import Array
from nntui.checks.subject import Result, Subject, Watch
from nntui.data.source import Split

SOME = 0.01
"""Share of the validation part from which on it tells something else than it says."""
STRIDE = 4096
"""Examples between two looks."""


def leak(subject: Subject, watch: Watch) -> Result:
    """Inputs of the validation part that are in the training part, too, number by number as the network reads them."""
    name = "leak"
    experiment, data = subject.experiment, subject.data
    if data.validation is None or not experiment.data.validation:
        return subject.skipped(name, "nothing is held out: data.validation is 0")
    first = _rows(data.train, watch.part(0.0, 0.5))
    found = [(index, first[row]) for index, row in enumerate(_bytes(data.validation, watch.part(0.5, 1.0))) if row in first]
    share = len(found) / len(data.validation)
    again = len(data.train) - len(first)
    numbers = {"share": share, "leaked": float(len(found)), "validation": float(len(data.validation)), "repeated_in_training": float(again)}
    if not found:
        return Result(name, "pass", numbers, f"none of the {len(data.validation):,} validation examples is in the training part")
    otherwise = sum(not np.array_equal(data.validation.y[i], data.train.y[j]) for i, j in found)
    i, j = found[0]
    text = f"{len(found):,} of {len(data.validation):,} validation examples ({100 * share:.2g} %) are in the training part, too"
    text += f": number {i + 1} there is number {j + 1} here" + (f"; {otherwise:,} have another answer there" if otherwise else "")
    return Result(name, "fail" if share > SOME else "note", numbers, text)


def _rows(split: Split, watch: Watch) -> dict[bytes, int]:
    """Every input as bytes, with where it is first."""
    found: dict[bytes, int] = {}
    for index, row in enumerate(_bytes(split, watch)):
        found.setdefault(row, index)
    return found


def _bytes(split: Split, watch: Watch) -> list[bytes]:
    X: Array = np.ascontiguousarray(split.X)
    rows = []
    for start in range(0, len(X), STRIDE):
        watch.at(start / len(X))
        rows += [row.tobytes() for row in X[start : start + STRIDE]]
    return rows
