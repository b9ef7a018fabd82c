"""Calibration: whether a network knows how sure it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.inspection.answers import EXAMPLES, answered, asked_classes

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject

BINS = 10


@dataclass(frozen=True, eq=False)
class Calibration:
    """Whether a network that is p sure is right in a share p of the cases."""

    split: str
    counts: Array
    """(BINS,) answers whose confidence lies in each of BINS equal parts of [0, 1]."""
    confidence: Array
    """(BINS,) their mean confidence; NaN where there are none."""
    accuracy: Array
    """(BINS,) the share of them that is right."""

    @property
    def ece(self) -> float:
        """Expected calibration error: sum_b n_b / n |accuracy_b - confidence_b| (Naeini et al. 2015; Guo et al. 2017)."""
        there = self.counts > 0
        gaps = np.abs(self.accuracy[there] - self.confidence[there])
        total = self.counts.sum()
        return float((self.counts[there] * gaps).sum() / total) if total else float("nan")

    @property
    def surplus(self) -> float:
        """Mean confidence minus accuracy: positive for a network that is surer than it should be."""
        there = self.counts > 0
        total = self.counts.sum()
        return float((self.counts[there] * (self.confidence[there] - self.accuracy[there])).sum() / total) if total else float("nan")


def calibration(subject: Subject, request: Request) -> Calibration:
    """The confidence of the answers to a part, beside how often they are right."""
    asked_classes(subject)
    part = subject.first(request.split, EXAMPLES)
    _, truth, said, sure = answered(subject, subject.outputs(part.X), part.y)
    bins = np.clip((sure * BINS).astype(np.int64), 0, BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    right = (truth == said).astype(np.float64)
    with np.errstate(all="ignore"):
        confidence = np.bincount(bins, sure, BINS) / counts
        accuracy = np.bincount(bins, right, BINS) / counts
    return Calibration(request.split, counts, confidence, accuracy)
