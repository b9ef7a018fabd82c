"""One array of a layer as a matrix, with what can be said of its numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import NntuiError
from nntui.nn.entries import Entry

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject

BINS = 32


@dataclass(frozen=True, eq=False)
class Weights:
    """A parameter or running statistic of a layer."""

    layer: str
    names: tuple[str, ...]
    """All arrays of the layer, learned ones first."""
    name: str
    learned: bool
    shape: tuple[int, ...]
    matrix: Array
    """(all axes but the last together, last axis); a vector is one row."""
    mean: float
    std: float
    low: float
    high: float
    norm: float
    """||W||_2."""
    zeros: float
    """Share of numbers that are exactly 0."""
    bad: int
    """How many numbers are NaN or infinite; the statistics leave them out."""
    counts: Array
    """Histogram of the finite numbers, equal bins from low to high."""

    def entry(self, row: int, column: int) -> Entry:
        """The name of one number of the matrix."""
        flat = row * self.matrix.shape[1] + column
        return Entry(f"{self.layer}.{self.name}", tuple(int(i) for i in np.unravel_index(flat, self.shape)))


def names(subject: Subject, layer: str) -> tuple[str, ...]:
    """The arrays that a layer has of its own. Raises NntuiError if it has none."""
    site = subject.sites[layer]
    found = (*(p.name for p in site.parameters), *(s.name for s in site.layer.statistics(site.x)))
    if not found:
        raise NntuiError(f"layer {layer} has no weights: {site.layer.tag} learns nothing")
    return found


def weights(subject: Subject, request: Request) -> Weights:
    """The array `tensor` of the layer."""
    found = names(subject, request.layer)
    name = found[request.tensor % len(found)]
    full = f"{request.layer}.{name}"
    learned = full in subject.network.entries
    values = (subject.network.params[full] if learned else subject.network.statistics[full]).copy()
    flat = values.ravel().astype(np.float64)
    finite = flat[np.isfinite(flat)]
    if not len(finite):
        mean = std = low = high = norm = zeros = math.nan
        counts = np.zeros(BINS, np.int64)
    else:
        mean, std, low, high = (float(f(finite)) for f in (np.mean, np.std, np.min, np.max))
        norm, zeros = float(np.linalg.norm(finite)), float(np.mean(finite == 0.0))
        counts = np.histogram(finite, BINS, (low, high) if high > low else (low - 0.5, low + 0.5))[0]
    matrix = values.reshape(-1, values.shape[-1])
    return Weights(
        request.layer, found, name, learned, values.shape, matrix, mean, std, low, high, norm, zeros, len(flat) - len(finite), counts
    )  # fmt: skip
