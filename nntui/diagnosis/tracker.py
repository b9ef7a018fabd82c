"""Findings that hold still: what is seen twice opens, what is gone for a while closes, and both are said once."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from nntui.diagnosis.case import Case
from nntui.diagnosis.catalogue import look, ranked
from nntui.diagnosis.causes import attributed
from nntui.diagnosis.finding import Finding

OPENS = 2
"""Looks in a row at which something has to be seen before it counts, unless it stands in the description."""
AT_ONCE = frozenset({"not_finite", "underfitting", "overtraining", "too_short"})
"""Rules that don't wait for a second look."""
CLOSES = 4
"""Looks in a row at which it has to be gone."""


@dataclass
class _Seen:
    finding: Finding
    seen: int = 0
    """Looks at which it was there, in a row."""
    gone: int = 0
    open: bool = False
    calmer: int = 0
    """Looks in a row at which it was less bad than it is said to be."""
    worse: int = 0
    """Looks in a row at which it was worse."""


@dataclass(frozen=True)
class Closed:
    """A finding whose cause is gone."""

    finding: Finding
    step: int

    @property
    def sentence(self) -> str:
        return f"gone since step {self.step:,}: {self.finding.sentence}"


class Tracker:
    """Follows one run: `observe` every time it is looked at, in order; `open` are the findings that hold."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str | None], _Seen] = {}
        self.closed: list[Closed] = []
        """In the order in which they closed."""

    @property
    def open(self) -> tuple[Finding, ...]:
        """Worst first; of equally bad ones, causes before effects; what follows from another is a note."""
        return ranked(attributed(one.finding for one in self._seen.values() if one.open))

    def observe(self, case: Case) -> tuple[Finding, ...]:
        """Take note of what the rules say now; returns the findings that have just opened or become worse."""
        now = {finding.key: finding for finding in look(case)}
        told: list[Finding] = []
        for key, finding in now.items():
            one = self._seen.setdefault(key, _Seen(finding))
            at_once = finding.rule in AT_ONCE or finding.step == 0 or case.ended == "diverged"
            worse = self._take(one, finding, at_once)
            opened = not one.open and (one.seen >= OPENS or at_once)
            one.open = one.open or opened
            if opened or (one.open and worse):
                told.append(one.finding)
        for key, one in list(self._seen.items()):
            if key in now:
                continue
            one.seen, one.gone = 0, one.gone + 1
            if not one.open or one.gone >= CLOSES:
                del self._seen[key]
                if one.open:
                    self.closed.append(Closed(one.finding, case.step))
        return tuple(told)

    @staticmethod
    def _take(one: _Seen, finding: Finding, at_once: bool) -> bool:
        """Bring what is known of a finding up to date, keeping since when and, for a while, how bad; whether it has become worse."""
        before = one.finding
        one.seen, one.gone = one.seen + 1, 0
        one.calmer = one.calmer + 1 if finding.badness < before.badness else 0
        one.worse = one.worse + 1 if finding.badness > before.badness else 0
        holds = 0 < one.calmer < CLOSES or (0 < one.worse < OPENS and not at_once)
        kept = before if holds else finding
        one.finding = msgspec.structs.replace(kept, step=min(before.step, finding.step))
        return one.finding.badness > before.badness


def follow(case: Case) -> Tracker:
    """A tracker that has looked at every step that was measured, and at how it ended."""
    tracker = Tracker()
    steps = [one.step for one in case.measurements]
    for step in steps[:-1] if steps and steps[-1] == case.step else steps:
        tracker.observe(case.until(step))
    tracker.observe(case)
    return tracker


def diagnose(case: Case) -> tuple[Finding, ...]:
    """The findings that hold at the end of all that is known, each with the step since which it does."""
    return follow(case).open
