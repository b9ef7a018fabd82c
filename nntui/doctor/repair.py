"""The repair loop: one change at a time, trained beside the old one; what helps is kept, what doesn't is undone."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nntui.diagnosis.finding import Finding
from nntui.diagnosis.fixes import Fix, fix_named
from nntui.doctor.assessment import ALIKE, Assessment
from nntui.experiment import Experiment

BUDGET = 8
"""Trials at most, unless somebody says otherwise."""
LAST_RESORTS = ("adam", "normalization", "initializer", "skip", "longer", "wider")
"""What is tried when nothing that was found has a fix left."""

Assess = Callable[[Experiment], Assessment]


@dataclass(frozen=True)
class Trial:
    """One change, why it was made, and what came of it."""

    fix: Fix
    because: Finding | None
    """The worst finding that it answers; None: nothing was left to answer."""
    before: Assessment
    after: Assessment
    kept: bool

    @property
    def sentence(self) -> str:
        """What was changed, why, and whether it helped."""
        why = f", because {self.because.sentence}" if self.because is not None else ""
        return f"{'kept' if self.kept else 'undone'}: {self.fix.sentence}{why}: {self.after.sentence}"


@dataclass(frozen=True)
class Repair:
    """All trials, and the experiment that is left."""

    first: Assessment
    last: Assessment
    trials: tuple[Trial, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was kept."""
        return any(trial.kept for trial in self.trials)

    @property
    def experiment(self) -> Experiment:
        """What is left, with the story of what was changed and why."""
        repaired = self.last.experiment
        told = [f"Before: {self.first.sentence}.", f"After:  {self.last.sentence}."]
        told += [f"- {trial.fix.sentence}{_why(trial)}." for trial in self.trials if trial.kept]
        told += [f"Tried and undone: {trial.fix.sentence}." for trial in self.trials if not trial.kept]
        lines = [line for text in told for line in textwrap.wrap(text, 120, subsequent_indent="  ")]
        title = f"{repaired.title or 'Experiment'} (repaired)"
        return repaired.replace(title=title, story="\n".join(["", *lines, ""]), pair=None, reference={})


def repair(experiment: Experiment, assess: Assess, budget: int = BUDGET, told: Callable[[Trial], None] | None = None) -> Repair:
    """Unless it is healthy, try fixes until nothing is wrong, nothing is left to try, or `budget` changes were tried.

    assess: examines an experiment. told: called after every trial.
    """
    first = best = assess(experiment)
    trials: list[Trial] = []
    tried = [experiment]
    while len(trials) < budget and not first.healthy and not best.thriving:
        choice = _next(best, tried)
        if choice is None:
            break
        fix, changed, because = choice
        tried.append(changed)
        after = assess(changed)
        kept = after.better_than(best) or _gone(because, best, after)
        trials.append(Trial(fix, because, best, after, kept))
        best = after if kept else best
        if told is not None:
            told(trials[-1])
    return Repair(first, best, tuple(trials))


def _next(best: Assessment, tried: list[Experiment]) -> tuple[Fix, Experiment, Finding | None] | None:
    """The change that most speaks for: every finding votes for its fixes, worse ones louder, its likeliest fix loudest."""
    considered: Iterable[Finding] = best.serious or best.findings
    votes: dict[str, float] = {}
    because: dict[str, Finding] = {}
    for finding in {finding.rule: finding for finding in reversed(list(considered))}.values():
        for place, name in enumerate(finding.fixes):
            votes[name] = votes.get(name, 0.0) + finding.badness / (1 + place)
            if name not in because or finding.badness >= because[name].badness:
                because[name] = finding
    for name in (*sorted(votes, key=lambda name: -votes[name]), *LAST_RESORTS):
        fix = fix_named(name, best.experiment)
        changed = fix.apply(best.experiment) if fix is not None else None
        if fix is not None and changed is not None and changed not in tried:
            return fix, changed, because.get(name)
    return None


def _gone(because: Finding | None, before: Assessment, after: Assessment) -> bool:
    """Whether a change did what it was for and no harm: one fault of several, so that the result doesn't show it yet."""
    if because is None or because.badness < 2 or after.skill < before.skill - ALIKE:
        return False
    return because.rule not in {finding.rule for finding in after.serious} and after.burden <= before.burden


def _why(trial: Trial) -> str:
    return f", because {trial.because.sentence}" if trial.because is not None else ""
