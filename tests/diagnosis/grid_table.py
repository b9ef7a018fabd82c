"""What the grid comes to: recall, false alarms and repairs per part, and per rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, get_args

from .counterfactual import named
from .grid import Part

FAILS, TRAINS = 0.5, 0.9
"""Shares of the best validation skill on its data: below the one a network has failed to train, from the other on it is healthy,
unless a fault was built in that does no harm on this data."""
HOPELESS = 0.25
"""Best skill below which data is left out: nobody can say who has failed on it."""

Row = dict[str, Any]

FAULTS: dict[str, frozenset[str]] = {
    "learning_rate_too_high": frozenset({"learning_rate_too_high", "not_finite", "dead_units", "saturated_units"}),
    "linear_stack": frozenset({"linear_stack", "missing_activation", "too_simple"}),
    "output_mismatch": frozenset({"output_mismatch"}),
    "tiny_batch_norm": frozenset({"tiny_batch_norm"}),
}
"""Names by which a fault that was built in may be called, if there are others than its own."""


def judged(rows: Iterable[Row]) -> list[Row]:
    """The rows with their share of the best validation skill on their data, what that makes them, and the names of their causes."""
    rows = list(rows)
    best: dict[tuple[str, str], float] = {}
    for one in rows:
        key = (one["part"], one["data"])
        best[key] = max(best.get(key, 0.0), one["validation"])
    return [_judged(one, best[one["part"], one["data"]]) for one in rows if best[one["part"], one["data"]] >= HOPELESS]


def _judged(one: Row, reference: float) -> Row:
    share = one["skill"] / reference
    held = one["validation"] / reference
    kind = "fails" if share < FAILS else "trains" if min(share, held) >= TRAINS and not one["fault"] else "between"
    names = FAULTS.get(one["fault"], frozenset({one["fault"]})) if one["fault"] else named([*one.get("causes", []), *one["built"]])
    after = one["repair"]["skill"] / reference if "repair" in one else None
    return {**one, "reference": reference, "share": share, "kind": kind, "names": names, "repaired": after}


def right(one: Row, when: str = "early") -> bool:
    """Whether a warning names a true cause. Where nothing helped, nobody knows it: any warning is as good."""
    return bool(set(one[when]) & one["names"]) if one["names"] else bool(one[when])


def table(rows: list[Row]) -> str:
    """Recall, false alarms and repairs per part, then findings per rule."""
    lines = ["part       fails  told early      true cause      (unknown)  trains  false early     at the end     repaired"]
    for part in get_args(Part):
        of = [one for one in rows if one["part"] == part]
        fails, trains = [one for one in of if one["kind"] == "fails"], [one for one in of if one["kind"] == "trains"]
        hits, named_right = sum(bool(one["early"]) for one in fails), sum(right(one) for one in fails)
        unknown = sum(not one["names"] for one in fails)
        false, end = (sum(bool(one[when]) for one in trains) for when in ("early", "end"))
        tried = [one for one in fails if one["repaired"] is not None]
        good = sum(one["repaired"] >= TRAINS for one in tried)
        lines.append(
            f"{part:<10} {len(fails):5}  {hits:4} {_percent(hits, len(fails))}  {named_right:4} {_percent(named_right, len(fails))}"
            f"  {unknown:6}   {len(trains):6}  {false:4} {_percent(false, len(trains))}  {end:4} {_percent(end, len(trains))}"
            f"  {good:4} of {len(tried)} {_percent(good, len(tried))}"
        )
    lines += ["", f"{'rule (first tenth)':<28} {'fails':>6} {'rightly':>8} {'between':>8} {'trains':>7}"]
    counts: dict[str, Counter[str]] = {}
    for one in rows:
        for rule in one["early"]:
            counts.setdefault(rule, Counter())[one["kind"]] += 1
            counts[rule]["rightly"] += one["kind"] == "fails" and (rule in one["names"] or not one["names"])
    for rule, counter in sorted(counts.items(), key=lambda item: -item[1]["fails"]):
        lines.append(f"{rule:<28} {counter['fails']:6} {counter['rightly']:8} {counter['between']:8} {counter['trains']:7}")
    return "\n".join(lines)


def _percent(part: int, whole: int) -> str:
    return f"({100.0 * part / whole:5.1f} %)" if whole else "(      -)"
