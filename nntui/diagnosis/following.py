"""Findings of a run as it goes on: every measurement is looked at once, in order, so that a look costs only what is new."""

from __future__ import annotations

from nntui.diagnosis.case import Case
from nntui.diagnosis.diagnosis import Diagnosis
from nntui.diagnosis.tracker import Tracker


class Follower:
    """Follows one experiment and its run. Not for two threads at once."""

    def __init__(self) -> None:
        self._tracker = Tracker()
        self._looked = -1
        self._ended = ""

    def look(self, case: Case) -> Diagnosis:
        """Look at what is new in `case`, which is all that is known of the run by now; the findings that hold then.

        Steps that were looked at before aren't looked at again. Before the first measurement it is what stands in the
        description, and what is known of the data.
        """
        if case.step < self._looked:  # it has gone back to a checkpoint
            self._tracker, self._looked, self._ended = Tracker(), -1, ""
        points = [one.step for one in case.measurements if one.step > self._looked]
        if self._looked < 0 and not points and not case.ended:
            return self._told(Tracker(), case)  # the data may still become known: nothing is remembered of this look
        for step in points:
            self._tracker.observe(case.until(step))
            self._looked = step
        if case.ended and case.ended != self._ended:
            self._tracker.observe(case)
            self._ended, self._looked = case.ended, max(self._looked, case.step)
        return self._told(self._tracker, None)

    def _told(self, tracker: Tracker, case: Case | None) -> Diagnosis:
        if case is not None:
            tracker.observe(case)
        held = {finding.key for finding in tracker.open}
        newest = {one.finding.key: one for one in tracker.closed}
        closed = tuple(one for one in reversed(tracker.closed) if one.finding.key not in held and newest[one.finding.key] is one)
        return Diagnosis(tracker.open, closed, max(self._looked, 0))
