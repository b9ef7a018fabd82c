"""A look at the training part before it is learned from: scales, rare classes, constants, examples that were held out and weren't."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nntui.measurements import DataQuality

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.source import Data, Split

SAMPLE = 4096
"""Training examples whose scale is looked at: they are shuffled, so the first ones are a fair choice."""
TRAIN_SAMPLE = 512
"""Training examples evaluated after an epoch, to compare with validation; at the end it is all of them."""
COMPARED = 1 << 25
"""Bytes of inputs at most that are compared between the two parts."""


def quality(data: Data) -> DataQuality:
    """Scales of up to `SAMPLE` training examples; classes, targets and leaks of (nearly) all."""
    X = data.train.X[:SAMPLE].reshape(min(len(data.train), SAMPLE), -1).astype(np.float64)
    mean, std = X.mean(0), X.std(0)
    varying = std > 1e-12 * np.maximum(np.abs(mean), 1e-300)
    if data.facts.vocabulary is not None:
        mean, std, varying = np.full_like(mean, math.nan), np.full_like(std, math.nan), np.ones_like(varying)  # names have no scale
    targets = _targets(data.train) if data.facts.target.classes is None else (math.nan,) * 4
    classes = data.facts.target.classes
    counts = np.bincount(data.train.y[data.train.y >= 0], minlength=classes).tolist() if classes is not None else ()
    return DataQuality(
        largest_std=float(std.max()), largest_offset=float(np.abs(mean[varying]).max(initial=0.0)),
        constant=int((~varying).sum()), inputs=len(std), class_counts=tuple(counts),
        first_variance=_first_variance(data.train) if classes is None else math.nan,
        target_low=targets[0], target_high=targets[1], target_mean=targets[2], target_std=targets[3],
        leaked=_leaked(data.train, data.validation) if data.validation is not None else 0.0,
        contradicted=_contradicted(data.train) if classes is not None and data.train.y.ndim == 1 else 0.0,
    )  # fmt: skip


def _targets(split: Split) -> tuple[float, float, float, float]:
    y = split.y.astype(np.float64)
    return float(y.min()), float(y.max()), float(y.mean()), float(y.std())


def _first_variance(split: Split) -> float:
    y = split.y.astype(np.float64)
    return float(np.square(y[:TRAIN_SAMPLE] - y.mean()).mean())


def _leaked(train: Split, held: Split) -> float:
    most = max(COMPARED // max(held.X[:1].nbytes, 1), 1)
    seen = {row.tobytes() for row in _rows(train.X[:most])}
    compared = _rows(held.X[:most])
    return sum(row.tobytes() in seen for row in compared) / len(compared) if len(compared) else 0.0


def _contradicted(split: Split) -> float:
    most = max(COMPARED // max(split.X[:1].nbytes, 1), 1)
    names: dict[bytes, set[int]] = {}
    rows = [row.tobytes() for row in _rows(split.X[:most])]
    for row, label in zip(rows, split.y[:most].tolist(), strict=True):
        names.setdefault(row, set()).add(label)
    return sum(len(names[row]) > 1 for row in rows) / len(rows) if rows else 0.0


def _rows(X: Array) -> Array:
    return np.ascontiguousarray(X)
