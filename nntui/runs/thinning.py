"""Keeps a run's stored history bounded, however long it trains.

Windows of steps, evaluations and events are never dropped (their number is bounded by whoever measures). Of measurements
and surfaces there may be many. Once there are more than a limit, the steps so far are divided into buckets, and a
bucket keeps its first record and its loudest one (the longest gradient). Always kept besides: the first records of the
run, the newest, and every measurement in which something stops or starts being a number. So the whole run stays evenly
covered, and neither a spike nor the moment of a NaN is ever lost.
"""

from __future__ import annotations

import math
import sqlite3
from typing import NamedTuple

from nntui.measurements import AnyRecord, Measurement, Surface


class Bound(NamedTuple):
    """How many of a kind there may be."""

    most: int
    """Beyond this many they are thinned, to about half."""
    dense: int
    """This many at the beginning of the run are all kept."""


BOUNDS = {"measurement": Bound(2_000, 200), "surface": Bound(300, 30)}

Broken = frozenset[tuple[str, str]]
"""Which values of which layers aren't numbers: (path, field)."""

_WATCHED = ("mean", "std", "delta", "gradient_norm", "weight_norm", "update_ratio")


def broken(measurement: Measurement) -> Broken:
    """The values that aren't finite. Some never are: a layer without weights has no weight norm."""
    return frozenset(
        (layer.path, name) for layer in measurement.layers for name in _WATCHED if not math.isfinite(getattr(layer, name))
    )


def loudness(record: AnyRecord, before: Broken | None) -> float | None:
    """How much a record deserves to outlive its neighbours; None: it is kept for ever.

    `before`: what was broken in the previous measurement, None if there was none.
    """
    match record:
        case Measurement():
            if before != broken(record):
                return None
            return math.sqrt(sum(g * g for layer in record.layers if math.isfinite(g := layer.gradient_norm)))
        case Surface():
            return 0.0
    return None


def thin(connection: sqlite3.Connection, kind: str) -> bool:
    """Drop what exceeds the bound of a kind; true if something was dropped. To be called inside a transaction."""
    bound = BOUNDS[kind]
    rows = "FROM records WHERE kind = :kind AND peak IS NOT NULL"
    count, first, last, newest = connection.execute(
        f"SELECT count(*), min(step), max(step), max(id) {rows}", {"kind": kind}
    ).fetchone()
    if count <= bound.most:
        return False
    (dense,) = connection.execute(
        f"SELECT max(id) FROM (SELECT id {rows} ORDER BY id LIMIT :dense)", {"kind": kind, "dense": bound.dense}
    ).fetchone()
    # A quarter as many buckets as records are allowed, two records in each; powers of two nest, so a later thinning
    # finds the survivors of an earlier one still first and loudest.
    width = 1 << max(0, math.ceil(math.log2(max(1, (last - first + 1) / (bound.most / 4)))))
    dropped = connection.execute(
        f"""DELETE {rows} AND id > :dense AND id < :newest
        AND id NOT IN (SELECT min(id) {rows} GROUP BY step / :width)
        AND id NOT IN (SELECT id FROM (SELECT id, max(peak) {rows} GROUP BY step / :width))""",
        {"kind": kind, "dense": dense, "newest": newest, "width": width},
    ).rowcount
    return dropped > 0
