"""Trains the grid, asks the rules and the repair loop, and keeps what came of it in grid.json.

`python -m tests.diagnosis.calibrate --train --causes --mend` does what isn't kept yet, and goes on where it was interrupted;
`--rules` asks the rules again, of trainings that are remembered; without options it prints the table of what is kept.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import msgspec

from nntui.diagnosis.case import Case
from nntui.diagnosis.tracker import Tracker
from nntui.doctor.assessment import Assessment, assess
from nntui.doctor.examination import Examination, examine
from nntui.doctor.repair import repair
from nntui.experiment import Experiment
from nntui.measurements import AnyRecord, Evaluation
from nntui.runs.history import History

from .counterfactual import built_in, causes
from .grid import Member, Part, everyone
from .grid_table import judged, table

FILE = Path(__file__).parent / "grid.json"
CACHE = Path(tempfile.gettempdir()) / "nntui-grid-trainings"
VERSION = b"2"
"""Of what an examination looks at: a new one has everything trained again."""
EARLY = 0.1
"""Share of the budget within which a failing network should be told."""
TRIALS = 8
MENDED: dict[Part, int] = {"choosing": 30, "judging": 40, "elsewhere": 20}
"""Of the networks that fail, the first so many of each part are repaired: each takes up to eight trainings."""


def trained(experiment: Experiment) -> Examination:
    """What an examination saw; remembered between calls of this script."""
    key = hashlib.sha256(VERSION + experiment.to_toml().encode()).hexdigest()[:24]
    path = CACHE / f"{key}.msgpack"
    if not path.exists():
        seen = examine(experiment)
        history = seen.history
        records = [history.data, *history.steps, *history.evaluations, *history.measurements, *history.events]
        CACHE.mkdir(exist_ok=True)
        path.write_bytes(msgspec.msgpack.encode([records, seen.steps, seen.total_steps, seen.outcome, seen.message]))
    records, *rest = msgspec.msgpack.decode(path.read_bytes(), type=tuple[list[AnyRecord], int, int, str | None, str])
    history = History()
    history.extend(records)
    return Examination(experiment, history, *rest)  # type: ignore[arg-type]


def skill(seen: Examination, split: str = "train") -> float:
    """Accuracy above the commonest class as a share of what there is, or R^2, of a whole split; 0 for one that diverged."""
    history = seen.history
    if seen.outcome == "diverged":
        return 0.0
    last: Evaluation = [one for one in history.evaluations if one.split == split][-1]
    if "r2" in last.metrics:
        return max(last.metrics["r2"], 0.0)
    assert history.data is not None and history.data.quality is not None
    counts = history.data.quality.class_counts
    chance = max(counts) / sum(counts)
    return max((last.metrics["accuracy"] - chance) / (1.0 - chance), 0.0)


def told(seen: Examination) -> dict[str, list[str]]:
    """Rules that are warnings or errors at the end of the first tenth; at the end; and of those the ones seen since the first tenth."""
    case = Case.of(seen.experiment, seen.experiment.check(), seen.history)
    tracker = Tracker()
    early: list[str] = []
    for step in sorted({*(one.step for one in case.measurements), case.step}):
        tracker.observe(case.until(step))
        serious = [finding.rule for finding in tracker.open if finding.badness >= 2]
        if step <= max(EARLY * seen.total_steps, 1.0):
            early = serious
    since = [finding.rule for finding in tracker.open if finding.badness >= 2 and finding.step <= EARLY * seen.total_steps]
    return {name: list(dict.fromkeys(rules)) for name, rules in (("early", early), ("since", since), ("end", serious))}


def row(member: Member) -> dict[str, Any]:
    """What came of one network."""
    experiment = member.experiment
    seen = trained(experiment)
    return {
        "name": member.name, "part": member.part, "data": member.data, "fault": member.fault,
        "built": built_in(member.tables) if not member.fault else [], "steps": seen.total_steps,
        "skill": round(skill(seen), 3), "validation": round(skill(seen, "validation"), 3), **told(seen),
    }  # fmt: skip


def mended(member: Member) -> dict[str, Any]:
    """What repairing it came to."""

    def look(experiment: Experiment) -> Assessment:
        return assess(trained(experiment))

    done = repair(member.experiment, look, TRIALS)
    kept = [one.fix.name for one in done.trials if one.kept]
    last = done.last.examination
    return {"trials": len(done.trials), "kept": kept, "skill": round(skill(last), 3), "validation": round(skill(last, "validation"), 3)}


def keep(rows: Iterable[dict[str, Any]]) -> None:
    FILE.write_text("[\n" + ",\n".join(json.dumps(one) for one in rows) + "\n]\n", encoding="utf-8")


def kept() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []
    return rows


def work(options: set[str], parts: list[Part]) -> None:
    """Do what is asked for and isn't kept yet."""
    rows = {one["name"]: one for one in kept()}
    everybody = everyone(get_args(Part))
    mine = [member for member in everybody if member.part in parts]

    def save() -> None:
        keep(rows[member.name] for member in everybody if member.name in rows)

    for number, member in enumerate(mine):
        if ("--train" in options and member.name not in rows) or ("--rules" in options and member.name in rows):
            rows[member.name] = {**rows.get(member.name, {}), **row(member)}
            if number % 20 == 0:
                save()
    save()
    failed = {one["name"]: one for one in judged(rows.values()) if one["kind"] == "fails"}
    for member in [member for member in mine if member.name in failed]:
        reference = failed[member.name]["reference"]
        if "--causes" in options and not member.fault and "causes" not in rows[member.name]:
            found = causes(member.tables, lambda tables: skill(trained(Experiment.from_tables(tables))) / reference)  # noqa: B023
            rows[member.name]["causes"] = found
            save()
    for part in parts:
        for member in [member for member in mine if member.name in failed and member.part == part][:: _every(part, failed)]:
            if "--remend" in options or ("--mend" in options and "repair" not in rows[member.name]):
                rows[member.name]["repair"] = mended(member)
                save()


def _every(part: Part, failed: dict[str, Any]) -> int:
    return max(sum(one["part"] == part for one in failed.values()) // MENDED[part], 1)


if __name__ == "__main__":
    chosen = [part for part in get_args(Part) if part in sys.argv] or list(get_args(Part))
    work(set(sys.argv), chosen)
    print(table(judged(kept())))
