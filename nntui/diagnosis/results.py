"""What the answers say: the same for everyone, or no better than chance."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nntui.diagnosis.case import Case
from nntui.diagnosis.finding import Finding, Rule
from nntui.diagnosis.thresholds import FINDINGS, LATE, Severity


def one_class_predicted(case: Case) -> Iterator[Finding]:
    """Nearly every example gets the same answer, though it is right for far fewer."""
    newest = next((one for one in reversed(case.evaluations) if one.split == "train" and one.answered), None)
    quality = case.quality
    if newest is None or quality is None or not quality.class_counts or newest.step == 0 or case.progress < 0.1:
        return
    total = sum(newest.answered)
    label = newest.answered.index(max(newest.answered))
    share, own = newest.answered[label] / total, quality.class_counts[label] / sum(quality.class_counts)
    if FINDINGS["one_class"].grade(share) == "healthy" or own > 0.8:
        return
    name = case.data.classes[label] if case.data is not None and case.data.classes else str(label)
    severity: Severity = "warning" if case.progress >= LATE else "note"
    text = f"nearly every answer is {name}: {100.0 * share:.0f} %, right for {100.0 * own:.0f} %"
    yield case.finding("one_class_predicted", severity, text, None, None, share=share, right=own)


def at_chance(case: Case) -> Iterator[Finding]:
    """Accuracy within two standard errors of always naming the commonest class."""
    newest = next((one for one in reversed(case.evaluations) if one.split == "train" and one.answered), None)
    quality = case.quality
    if newest is None or quality is None or not quality.class_counts or case.progress < 0.2 or newest.epoch < 1.0:
        return
    total = sum(newest.answered)
    chance = max(quality.class_counts) / sum(quality.class_counts)
    accuracy = sum(newest.right) / total
    if chance < 0.9 and accuracy < chance + 2.0 * math.sqrt(chance * (1.0 - chance) / total):
        text = f"accuracy {accuracy:.2f} is no better than always naming the commonest class, {chance:.2f}"
        yield case.finding("at_chance", "note", text, None, None, accuracy=accuracy, chance=chance)


RULES = (
    Rule(one_class_predicted, {"one_class_predicted": ("lower_rate", "initializer", "normalization")}),
    Rule(at_chance, {"at_chance": ()}),
)
