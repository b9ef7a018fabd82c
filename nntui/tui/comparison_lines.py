"""What differs between two experiments, as lines of text: changed values, layers, and how the curves ended."""

from __future__ import annotations

from collections.abc import Sequence

from nntui.runs.comparison import Comparison
from nntui.runs.table import told
from nntui.tui.numbers import short


def sections(found: Comparison) -> list[list[str]]:
    """Those that there are. Layers of the first only begin with -, those of the second only with +."""
    changes = [(change.name, told(change.a), told(change.b)) for change in found.changes]
    ends = [
        (one.curve, *(_number(value) for value in (one.a, one.b, one.best_a, one.best_b, one.step_a, one.step_b)))
        for one in found.outcomes
    ]
    every = [
        _table([("value", "A", "B"), *changes]) if changes else [],
        [f"{line.mark} {line.layer}" for line in found.layers],
        _table([("curve", "A", "B", "best A", "best B", "at step A", "at step B"), *ends]) if ends else [],
    ]
    return [section for section in every if section]


def _number(value: float | None) -> str:
    return "-" if value is None else str(value) if isinstance(value, int) else short(value)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
