"""What the doctor says, as lines for people and as one JSON object."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nntui.diagnosis.finding import Finding
from nntui.diagnosis.fixes import fixes
from nntui.doctor.assessment import Assessment
from nntui.doctor.repair import Repair, Trial

WIDTH = 100


def findings(seen: Assessment, explain: bool = False) -> Iterator[str]:
    """How it did, what was found, worst first, and what can be done; with explanations if wanted."""
    if not seen.findings:
        yield "nothing found"
    said: set[str] = set()
    for finding in seen.findings:
        if finding.follows or finding.rule in said:
            continue
        said.add(finding.rule)
        yield from _finding(finding, seen)
        for other in seen.findings:
            if other.rule == finding.rule and other.key != finding.key and not other.follows:
                yield from _wrapped(f"           and: {other.sentence}", 16)
        for effect in seen.findings:
            if effect.follows == finding.rule:
                yield from _wrapped(f"           so: {effect.sentence}", 15)
        if explain:
            yield from ("    " + line for line in ["", *finding.card.splitlines(), ""])
    for closed in seen.tracker.closed:
        if closed.finding.badness >= 2:
            yield from _wrapped(f"  closed   {closed.sentence}", 11)


def trial(number: int, one: Trial) -> Iterator[str]:
    """One trial of a repair."""
    yield from _wrapped(f"trial {number}  {one.sentence}", 9)


def as_json(seen: Assessment, repaired: Repair | None = None, file: Path | None = None) -> dict[str, Any]:
    """The object that `--json` prints: the findings that hold, and what repairing came to."""
    told: dict[str, Any] = {"findings": [finding.as_json() for finding in seen.findings]}
    if repaired is not None:
        told["repair"] = {
            "before": _result(repaired.first),
            "after": _result(repaired.last),
            "trials": [
                {
                    "fix": one.fix.name, "sentence": one.fix.sentence, "because": one.because.rule if one.because is not None else None,
                    "kept": one.kept, **_result(one.after),
                }
                for one in repaired.trials
            ],
            "file": str(file) if file is not None else None,
        }  # fmt: skip
    return told


def _result(seen: Assessment) -> dict[str, Any]:
    known = seen.value == seen.value
    return {
        "metric": seen.name or None, "value": seen.value if known else None, "state": seen.examination.outcome or "stopped",
        "findings": [finding.rule for finding in seen.serious],
    }  # fmt: skip


def _finding(finding: Finding, seen: Assessment) -> Iterator[str]:
    since = f" (since step {finding.step:,})" if finding.step else ""
    yield from _wrapped(f"  {finding.severity:<8} {finding.sentence}{since}", 11)
    if finding.badness >= 2:
        ways = [fix.sentence for fix in fixes(finding, seen.experiment)[:3]]
        if ways:
            yield from _wrapped(f"           try: {'; or '.join(ways)}", 16)


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=" " * indent, drop_whitespace=True, break_long_words=False)
