"""The space behind a layer: every example a point, coloured by what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.inspection.labels import kinds
from nntui.inspection.projection import Projection, project

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject

POINTS = 600
"""Examples, or positions of examples, that are drawn."""

WIDEST = 4096
"""Numbers per point from which on every so manieth is taken: a singular value decomposition has its price."""


@dataclass(frozen=True, eq=False)
class Hidden:
    """What a layer makes of examples, in two dimensions."""

    layer: str
    projection: Projection
    labels: Array
    """(n,) index into classes; -1: nobody knows."""
    classes: tuple[str, ...]
    width: int
    """Numbers per point before the projection."""
    positions: bool
    """Whether points are positions of sequences or images instead of whole examples."""


def hidden(subject: Subject, request: Request) -> Hidden:
    """The output of the layer for the first examples of a part.

    Where every position has an answer of its own and the layer keeps the positions, each position is a point.
    """
    part, shape = subject.first(request.split, POINTS, request.layer), subject.target.shape
    Y = subject.outputs(part.X, request.layer)
    labels, classes = kinds(subject, request.split, len(part))
    positions = bool(shape) and Y.shape[1 : 1 + len(shape)] == shape and Y.ndim > 1 + len(shape)
    if positions:
        Y, labels = Y.reshape(-1, Y.shape[-1]), labels.reshape(-1)
        every = max(len(Y) // POINTS, 1)
        Y, labels = Y[::every][:POINTS], labels[::every][:POINTS]
    elif labels.ndim > 1:
        labels = np.full(len(Y), -1)
    rows = Y.reshape(len(Y), -1)
    taken = rows[:, :: max(rows.shape[1] // WIDEST, 1)]
    return Hidden(request.layer, project(taken), labels, classes, rows.shape[1], positions)
