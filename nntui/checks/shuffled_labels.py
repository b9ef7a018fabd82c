"""Does it learn from the answers? With answers that belong to other examples, validation has to fall to chance."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from nntui.backends.operations import Array
from nntui.checks.subject import Result, Subject, Watch
from nntui.data.source import Split
from nntui.randomness import stream

SPREADS = 3.0
"""Standard deviations of a guess that are allowed for."""
R2 = 0.1
"""Explained variance that is taken for chance."""


def shuffled_labels(subject: Subject, watch: Watch) -> Result:
    """Train on answers in another order for as many steps, and compare on the part held out, whose answers are right."""
    name = "shuffled_labels"
    data = subject.data
    if not subject.supervised:
        return subject.skipped(name, f"a program of kind {subject.experiment.program.tag} learns no answers")
    if data.validation is None:
        return subject.skipped(name, f"{len(data.train)} examples are too few to hold any out")
    usual = subject.usual(watch.part(0.0, 0.5))
    order = stream(subject.experiment.seed, "shuffled labels").permutation(len(data.train))
    shuffled = dataclasses.replace(data, train=Split(data.train.X, data.train.y[order]))
    guessing = subject.train(shuffled, watch.part(0.5, 1.0), usual.steps)
    metric = next((one for one in ("accuracy", "r2") if one in usual.validation), "")
    if not metric:
        return subject.skipped(name, f"there is no metric for {subject.experiment.loss.tag} that chance could be told from")
    right, wrong = usual.validation[metric], guessing.validation[metric]
    chance, spread = _chance(data.validation.y, data.facts.target.classes)
    numbers = {metric: right, f"{metric}_shuffled": wrong, "chance": chance, "steps": float(usual.steps)}
    said = (
        f"validation {metric} {right:.3g} with the right answers, {wrong:.3g} with shuffled ones, chance {chance:.3g} ({usual.length})"
    )
    far = SPREADS * spread if metric == "accuracy" else R2
    if wrong > chance + far:
        return Result(name, "fail", numbers, f"{said}: something is learned from answers that say nothing, so they leak through the inputs")
    if right > wrong + far:
        return Result(name, "pass", numbers, said)
    if not usual.telling:
        return Result(name, "note", numbers, said)
    return Result(name, "fail", numbers, f"{said}: nothing is learned that holds for other examples")


def _chance(y: Array, classes: int | None) -> tuple[float, float]:
    """Accuracy of always naming the commonest class, and how far a guess strays from it; 0 explained variance for numbers."""
    if classes is None:
        return 0.0, 0.0
    counts = np.bincount(y[y >= 0].reshape(-1), minlength=classes)
    share = float(counts.max() / counts.sum())
    return share, math.sqrt(share * (1.0 - share) / max(len(y), 1))
