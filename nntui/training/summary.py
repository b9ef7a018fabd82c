"""What watchers are told about the data, so that they needn't load it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.measurements import DataSummary
from nntui.training.quality import quality

if TYPE_CHECKING:
    from nntui.data.source import Data

POINTS = 500
"""Examples of planar data that are told to watchers: more would hide the picture behind them."""


def summarize(data: Data, classes: tuple[str, ...] | None = None, label: float | None = None) -> DataSummary:
    """The facts, and for planar data the points: training part first, shared out in proportion.

    classes, label: what the examples are called instead, all of them alike, where their own labels don't matter.
    """
    points: list[tuple[float, float, float, bool]] = []
    if data.plane is not None:
        parts = [(data.plane.train, data.train, True)]
        if data.validation is not None and data.plane.validation is not None:
            parts.append((data.plane.validation, data.validation, False))
        total = sum(len(split) for _, split, _ in parts)
        for plane, split, training in parts:
            shown = min(len(split), round(POINTS * len(split) / total))
            y = split.y.reshape(len(split), -1)[:, 0]
            points += [
                (float(p[0]), float(p[1]), float(v) if label is None else label, training)
                for p, v in zip(plane[:shown], y[:shown], strict=True)
            ]
    return DataSummary(
        input_shape=data.facts.input_shape,
        classes=classes or data.facts.classes,
        features=data.facts.features,
        train_examples=len(data.train),
        validation_examples=len(data.validation) if data.validation is not None else 0,
        points=tuple(points),
        quality=quality(data),
    )
