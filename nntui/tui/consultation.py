"""The findings on the bench: looked for away from the paint path, one selected, and the change that was tried last."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nntui.diagnosis.diagnosis import Diagnosis
from nntui.experiment import Experiment
from nntui.measurements import DataSummary, Evaluation, Event, Measurement, Status, Steps
from nntui.runs.history import History
from nntui.tui.remedies import Remedy, remedies, rewinds

if TYPE_CHECKING:
    from nntui.diagnosis.comparison import Comparison
    from nntui.diagnosis.finding import Finding
    from nntui.diagnosis.following import Follower
    from nntui.nn.plan import Plan
    from nntui.tui.draft import Draft
    from nntui.tui.watched import Watched


LEARNED = 0.98
"""Share of the loss at the start below which something had been learned."""

OVERFLOWN = frozenset({"not_finite", "learning_rate_too_high", "exploding_signal"})
"""Findings of a run that diverged which a step back may mend."""


@dataclass(frozen=True)
class Trial:
    """A remedy that was applied, and the run that it is to be better than."""

    finding: Finding
    remedy: Remedy
    before: Experiment
    name: str = ""
    """Of the run before."""
    path: Path | None = None
    history: History | None = None
    """What that run had told; None: there was none."""


@dataclass(frozen=True)
class Findings:
    """What is shown of all this."""

    diagnosis: Diagnosis = Diagnosis()
    selected: int = 0
    """Which of the open ones."""
    remedies: tuple[Remedy, ...] = ()
    """Of the selected one, the likeliest first, those that were tried already last."""
    trial: Trial | None = None
    """Of which the run on the bench, or the one about to start, came."""
    comparison: Comparison | None = None
    looking: bool = False
    """Whether the newest isn't looked at yet."""

    @property
    def finding(self) -> Finding | None:
        """The selected one."""
        return self.diagnosis.open[self.selected] if self.diagnosis.open else None


@dataclass(frozen=True)
class Told:
    """What a run had told at a moment: the lists grow while a thread looks at them, so it gets its own."""

    data: DataSummary | None
    steps: tuple[Steps, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    events: tuple[Event, ...] = ()
    status: Status = Status(state="starting")

    @classmethod
    def of(cls, history: History | None, data: DataSummary | None) -> Told:
        """data: what is known of it before a run tells."""
        if history is None:
            return cls(data)
        lists = (tuple(history.steps), tuple(history.evaluations), tuple(history.measurements), tuple(history.events))
        return cls(history.data or data, *lists, history.status)


class Patient:
    """One experiment, or one run of it, that is looked at again and again. Nothing of the rules is loaded before the first look."""

    def __init__(self) -> None:
        self._follower: Follower | None = None

    def look(self, experiment: Experiment, plan: Plan, told: Told) -> Diagnosis:
        """Some milliseconds for every new measurement."""
        from nntui.diagnosis.case import Case
        from nntui.diagnosis.following import Follower

        self._follower = self._follower or Follower()
        return self._follower.look(Case.of(experiment, plan, told))


class Good(NamedTuple):
    """A checkpoint that could be gone back to."""

    run: Path
    step: int
    learned: bool
    """Whether its loss was clearly below that of the start: if not, the start itself is what is to be changed first."""


class Looked(NamedTuple):
    """What a look has found."""

    diagnosis: Diagnosis
    good: Good | None = None
    """Of a run that diverged."""


@dataclass(frozen=True)
class Inquiry:
    """A look to be taken; `take` may run in another thread, while no other look is taken."""

    key: tuple[object, ...]
    patient: Patient
    experiment: Experiment
    plan: Plan
    told: Told
    run: Path | None = None

    def take(self) -> Looked:
        """What is found."""
        return Looked(self.patient.look(self.experiment, self.plan, self.told), self._good())

    def _good(self) -> Good | None:
        if self.run is None or self.told.status.state != "diverged":
            return None
        from nntui.runs.directory import CHECKPOINTS
        from nntui.training.checkpoint import Checkpoints
        from nntui.training.rewinding import good, level

        step = good(Checkpoints(self.run / CHECKPOINTS).steps(), self.told.steps)
        if step is None:
            return None
        start = next((one.loss for one in self.told.evaluations if one.step == 0), math.inf)
        return Good(self.run, step, level(self.told.steps, step) < LEARNED * start)


@dataclass
class Consultation:
    """Findings of whatever is on the bench."""

    diagnosis: Diagnosis = Diagnosis()
    trial: Trial | None = None
    tried: list[Experiment] = field(default_factory=list)
    """What remedies have led to: they aren't offered first again."""
    good: Good | None = None
    _key: tuple[object, ...] = ()
    """What was looked at last."""
    _looking: bool = False
    _patient: Patient = field(default_factory=Patient)
    _subject: object = None
    _chosen: tuple[str, str | None] | None = None
    """The selected finding's key, if somebody has selected one."""
    _found: tuple[tuple[object, ...], tuple[Remedy, ...]] = ((), ())
    _compared: tuple[tuple[object, ...], Comparison | None] = ((), None)
    _shown: Findings = Findings()

    # Looking

    def inquiry(self, draft: Draft, watched: Watched | None, data: DataSummary | None) -> Inquiry | None:
        """The next look to be taken, if there is anything new and none is being taken. watched: None if the draft isn't its experiment."""
        if self._looking:
            return None
        if draft.verdict.problem is not None:  # what doesn't fit together has a problem of its own
            self.diagnosis, self._key = Diagnosis(), ()
            return None
        history = watched.run.history if watched is not None else None
        newest = history.measurement if history is not None else None
        known = history.data if history is not None and history.data is not None else data
        ended = history.status.state if history is not None and history.status.state in ("finished", "diverged") else ""
        key = (draft.experiment, watched, known, newest.step if newest is not None else -1, ended)
        if len(key) == len(self._key) and all(new is old or new == old for new, old in zip(key, self._key, strict=True)):
            return None
        subject = watched if watched is not None else draft.experiment
        if subject is not self._subject:
            self._patient, self._subject = Patient(), subject
        self._looking = True
        run = watched.run.path if watched is not None else None
        return Inquiry(key, self._patient, draft.experiment, draft.verdict.plan, Told.of(history, data), run)

    def take(self, inquiry: Inquiry, looked: Looked | None) -> None:
        """What a look has found; None: it went wrong."""
        self._looking = False
        self._key = inquiry.key
        if inquiry.patient is self._patient and looked is not None:
            self.diagnosis, self.good = looked

    # Choosing

    def shown(self, draft: Draft, watched: Watched | None) -> Findings:
        """What there is to see; the same object as long as it is the same."""
        selected = self._index
        finding = self.diagnosis.open[selected] if self.diagnosis.open else None
        trial = self.trial if self.trial is not None and self.trial.remedy.experiment == draft.experiment else None
        found = Findings(
            self.diagnosis, selected, self._remedies(finding, draft.experiment, watched), trial, self._comparison(trial, watched)
        )  # fmt: skip
        if found != self._shown:
            self._shown = found
        return self._shown

    @property
    def _index(self) -> int:
        keys = [finding.key for finding in self.diagnosis.open]
        return keys.index(self._chosen) if self._chosen in keys else 0

    def select(self, by: int) -> None:
        """Select the finding so many lines further down."""
        if self.diagnosis.open:
            index = min(max(self._index + by, 0), len(self.diagnosis.open) - 1)
            self._chosen = self.diagnosis.open[index].key

    def _remedies(self, finding: Finding | None, experiment: Experiment, watched: Watched | None) -> tuple[Remedy, ...]:
        if finding is None:
            return ()
        key = (finding.rule, finding.fixes, experiment, len(self.tried), self.good)
        if self._found[0] != key:
            back = self.good if watched is not None else None
            if back is not None and finding.rule not in OVERFLOWN and not (back.learned and finding is self.diagnosis.open[0]):
                back = None  # whatever is said to be the worst of a run that had learned and diverged, a step back answers it
            found = remedies(finding, experiment)
            if back is not None:
                again = rewinds(experiment, back.run, back.step)
                found = (*again, *found) if back.learned else (*found, *again)
            fresh = [one for one in found if one.experiment not in self.tried]
            self._found = (key, (*fresh, *(one for one in found if one not in fresh)))
        return self._found[1]

    def _comparison(self, trial: Trial | None, watched: Watched | None) -> Comparison | None:
        if trial is None or trial.history is None or watched is None or watched.run.path == trial.path:
            return None
        history = watched.run.history
        key = (trial, len(history.evaluations), history.status.state)
        if self._compared[0] != key:
            from nntui.diagnosis.comparison import compare

            same = trial.before.loss == trial.remedy.experiment.loss
            self._compared = (key, compare(trial.history, history, same))
        return self._compared[1]
