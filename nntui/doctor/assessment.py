"""What came of an examination: findings, and how well the network answers, comparable between repairs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nntui.diagnosis.case import Case
from nntui.diagnosis.finding import Finding
from nntui.diagnosis.tracker import Tracker, follow
from nntui.doctor.examination import Examination
from nntui.experiment import Experiment
from nntui.measurements import Evaluation

LEARNS, THRIVES = 0.5, 0.9
"""Skill from which a network in which nothing is found needs no repair, and from which a repair is done."""
ALIKE = 0.02
"""Difference of skill that may be chance."""


@dataclass(frozen=True)
class Assessment:
    """An experiment, what was found, and how well it did."""

    experiment: Experiment
    examination: Examination
    tracker: Tracker
    skill: float
    """0: no better than not looking at the input, 1: perfect. Of validation where there is one."""
    loss: float
    """Of the same part; NaN if it was never evaluated."""
    name: str
    """Of the metric behind the skill, with its part: "validation accuracy"."""
    value: float
    """Of that metric."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What holds at the end, worst first."""
        return self.tracker.open

    @property
    def serious(self) -> tuple[Finding, ...]:
        """Warnings and errors."""
        return tuple(finding for finding in self.findings if finding.badness >= 2)

    @property
    def healthy(self) -> bool:
        """Whether it learns, and nothing serious was found."""
        return not self.serious and self.skill >= LEARNS

    @property
    def thriving(self) -> bool:
        """Whether a repair that has led here is done."""
        return not self.serious and self.skill >= THRIVES

    @property
    def burden(self) -> int:
        """How much is wrong: each rule once, errors twice as heavy as warnings."""
        return sum({finding.rule: finding.badness - 1 for finding in reversed(self.serious)}.values())

    def better_than(self, other: Assessment) -> bool:
        """Whether it answers better; or as well, with less that is wrong; or, both knowing nothing, with a clearly smaller loss."""
        if abs(self.skill - other.skill) > ALIKE:
            return self.skill > other.skill
        if self.burden != other.burden:
            return self.burden < other.burden
        same_loss = self.experiment.loss == other.experiment.loss
        return (same_loss and self.loss < 0.95 * other.loss) or (math.isnan(other.loss) and not math.isnan(self.loss))

    @property
    def sentence(self) -> str:
        """How it did, in a few words."""
        done = self.examination
        far = f"{done.steps:,} steps" if done.steps == done.total_steps else f"{done.steps:,} of {done.total_steps:,} steps"
        if done.outcome == "diverged":
            return f"diverged after {far}"
        return f"{self.name} {self.value:.3g} after {far}" if self.name else f"trained {far}"


def assess(examination: Examination) -> Assessment:
    """Follow what was told from the beginning, and see how good the end is."""
    experiment = examination.experiment
    case = Case.of(experiment, experiment.check(), examination.history)
    tracker = follow(case)
    evaluated = _decisive(case)
    name, value = _metric(evaluated)
    part = f"{evaluated.split} " if evaluated is not None and evaluated.split == "validation" else "training "
    diverged = examination.outcome == "diverged"
    skill = 0.0 if diverged else _skill(case, name, value)
    loss = evaluated.loss if evaluated is not None and not diverged else math.nan
    return Assessment(experiment, examination, tracker, skill, loss, f"{part}{name}" if name else "", value)


def _decisive(case: Case) -> Evaluation | None:
    """The last evaluation, of validation if there is one. With early stopping it is the best that counts, for its weights come back."""
    held = [one for one in case.evaluations if one.split == "validation"]
    known = held or list(case.evaluations)
    return known[-1] if known else None


def _metric(evaluated: Evaluation | None) -> tuple[str, float]:
    if evaluated is not None:
        for name in ("accuracy", "r2"):
            if name in evaluated.metrics:
                return name, evaluated.metrics[name]
    return "", math.nan


def _skill(case: Case, name: str, value: float) -> float:
    """Accuracy above that of always naming the commonest class, as a share of what there is above it; R^2 as it is."""
    quality = case.quality
    if math.isnan(value):
        return 0.0
    if name == "accuracy" and quality is not None and quality.class_counts:
        chance = max(quality.class_counts) / sum(quality.class_counts)
        value = (value - chance) / (1.0 - chance) if chance < 1.0 else 1.0
    return min(max(value, 0.0), 1.0)
