"""The examples that a network is most wrong about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import NntuiError
from nntui.inspection.answers import EXAMPLES, confidence_of, example_losses, said_of
from nntui.inspection.examples import Examples, described
from nntui.inspection.labels import class_names, classes_asked

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject

LISTED = 100


@dataclass(frozen=True, eq=False)
class Worst:
    """The examples with the highest losses."""

    split: str
    examples: Array
    """(n,) positions in the part, the worst first."""
    losses: Array
    truth: tuple[str, ...]
    """In words or numbers."""
    said: tuple[str, ...]
    confidence: Array
    """(n,) of the answer for one label per example; else NaN."""
    seen: Examples
    """What can be seen of them, in the same order."""
    mean: float
    """Over all examples that were asked."""
    share: float
    """Of the summed loss, that those listed make up."""


def worst(subject: Subject, request: Request) -> Worst:
    """The examples of a part on which the network is most wrong."""
    if not subject.asks:
        raise NntuiError("a generator isn't asked for answers: no example has a loss of its own")
    part = subject.first(request.split, EXAMPLES)
    X, y = part.X, part.y
    Z = subject.outputs(X)
    losses = example_losses(subject, Z, y)
    order = np.argsort(-np.nan_to_num(losses, nan=np.inf), kind="stable")[:LISTED]
    truth, said, confidence = _worded(subject, Z[order], y[order])
    total = float(np.nansum(losses))
    return Worst(
        request.split, order, losses[order], truth, said, confidence,
        described(subject, request.split, order),
        float(np.nanmean(losses)), float(np.nansum(losses[order])) / total if total else float("nan"),
    )  # fmt: skip


def _worded(subject: Subject, Z: Array, y: Array) -> tuple[tuple[str, ...], tuple[str, ...], Array]:
    """What is right and what was said for every example, in words."""
    names = class_names(subject)
    unknown = np.full(len(Z), np.nan)
    if names:
        labels = classes_asked(subject, y)
        said, P = said_of(subject, Z, y)
        if labels.ndim == 1:
            confidence = confidence_of(P.reshape(len(Z), -1), said)
            return tuple(names[int(k)] for k in labels), tuple(names[int(k)] for k in said), confidence
        asked = [max(int((row >= 0).sum()), 1) for row in labels]
        right = [int(((a == b) & (b >= 0)).sum()) for a, b in zip(said, labels, strict=True)]
        return tuple(f"{n} positions" for n in asked), tuple(f"{n} right" for n in right), unknown
    units = subject.data.target_units
    numbers = [units.original(v.reshape(len(v), -1)) if units is not None else v.reshape(len(v), -1) for v in (y, Z)]
    words = [tuple(", ".join(f"{n:.4g}" for n in row[:4]) + (" ..." if len(row) > 4 else "") for row in v) for v in numbers]
    return words[0], words[1], unknown
