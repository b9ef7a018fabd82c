"""All rules, and what they say together: a pure function from an experiment and what was measured of it to findings."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from nntui.diagnosis import dataset, initial, learning, results, signal, static, steps, units
from nntui.diagnosis.case import Case
from nntui.diagnosis.finding import Finding, Rule

RULES: tuple[Rule, ...] = (
    *static.RULES, *dataset.RULES, *initial.RULES, *steps.RULES, *signal.RULES, *units.RULES, *learning.RULES, *results.RULES,
)  # fmt: skip
"""In the order in which causes come before effects: what stands in the description, how it starts, what steps do, what comes of it."""

FIXES: dict[str, tuple[str, ...]] = {name: fixes for rule in RULES for name, fixes in rule.fixes.items()}
"""By the name of a finding, the names of the edits that answer it."""

_ORDER = {name: index for index, name in enumerate(FIXES)}


def look(case: Case, rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """What the rules find at this moment, worst first, causes before effects; a rule speaks once about a layer."""
    found: dict[tuple[str, str | None], Finding] = {}
    for rule in rules:
        for finding in rule.find(case):
            known = found.get(finding.key)
            if known is None or finding.badness > known.badness:
                found[finding.key] = finding if finding.fixes else msgspec.structs.replace(finding, fixes=FIXES[finding.rule])
    return ranked(found.values())


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Worst first; of equally bad ones, causes before effects."""
    return tuple(sorted(findings, key=lambda finding: (-finding.badness, _ORDER[finding.rule])))
