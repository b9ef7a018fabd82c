"""From raw examples to what is learned: features, split, scaling, in this order and the same for every source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nntui.backends.operations import Array
from nntui.data.features import expand
from nntui.data.scaling import Affine, fit
from nntui.data.source import Data, Facts, Origin, Plane, Source, Split, TargetUnits
from nntui.data.splitting import split
from nntui.errors import DataError
from nntui.randomness import stream

_MARGIN = 0.1
"""Of the points' extent, left free around them in a drawing."""


@dataclass(frozen=True)
class Raw:
    """Examples as they were generated or read. X (n, ...) numbers; y labels (n,) integers, or numbers (n, width).

    Examples that are two measured numbers each are points in a plane.
    """

    X: Array
    y: Array
    limits: tuple[float, float] | None = None
    """For points: what to draw, on both axes; None: what they need."""
    joint: bool = False
    """Whether all inputs share one unit, as pixels do, and are scaled together."""
    keep: Array | None = None
    """Marks the inputs (shape of one example) that are categories, 0 or 1, and are not scaled."""
    standardize_target: bool = False
    rows: Array | None = None
    """Where each example stands in its file, if that has rows with numbers."""

    @property
    def planar(self) -> bool:
        """Whether these are points in a plane."""
        return self.X.shape[1:] == (2,) and (self.keep is None or not self.keep.any())


@dataclass(frozen=True)
class PlanarInputs:
    """How points became inputs: features, then the scaling that was fitted on the training part."""

    features: tuple[str, ...]
    scaling: Affine | None

    def __call__(self, points: Array) -> Array:
        return _scaled(expand(points, self.features), self.scaling)


def prepare(source: Source, facts: Facts, raw: Raw, seed: int) -> Data:
    """Add features, split by the run's seed, scale by the training part. Raises DataError if the numbers are too large."""
    inputs = expand(raw.X, source.features) if source.features else raw.X
    classes = facts.target.classes is not None
    train, held = split(len(inputs), source.validation, raw.y if classes and raw.y.ndim == 1 else None, stream(seed, "split"))

    train = train[: source.limit]  # shuffled already, so this is a fair choice

    scaling = fit(inputs[train], source.scale, raw.joint, raw.keep)
    y, units = (raw.y.astype(np.int64), None) if classes else _numbers(raw, train)
    plane = None
    if raw.planar:
        low, high = _frame(raw)
        held_points = raw.X[held].astype(np.float64) if len(held) else None
        made = PlanarInputs(source.features or ("x", "y"), scaling)
        plane = Plane(low, high, raw.X[train].astype(np.float64), held_points, made)
    origin = Origin("row", raw.rows) if raw.rows is not None else Origin("number", np.arange(1, len(inputs) + 1))

    def numbered(part: Array) -> Callable[[int], str]:
        return lambda index: f"{origin.kind} {int(origin.numbers[part[index]])}"

    return Data(
        facts,
        Split(_scaled(inputs[train], scaling, numbered(train)), y[train]),
        Split(_scaled(inputs[held], scaling, numbered(held)), y[held]) if len(held) else None,
        plane,
        units,
        scaling,
        Origin(origin.kind, origin.numbers[train]),
    )


def _scaled(X: Array, scaling: Affine | None, named: Callable[[int], str] | None = None, what: str = "inputs") -> Array:
    """named: what people call an example of these."""
    with np.errstate(over="ignore"):
        scaled = np.ascontiguousarray(X, dtype=np.float32) if scaling is None else scaling(X)
    if not np.isfinite(scaled).all():
        bad = np.argwhere(~np.isfinite(scaled))
        where = f" (the first: {named(int(bad[0][0]))})" if named is not None else ""
        raise DataError(f"data: some {what} are too large for single precision (3.4e38){where}: use smaller units, or scale them")
    return scaled


def _numbers(raw: Raw, train: Array) -> tuple[Array, TargetUnits | None]:
    """Targets float32 (n, width), standardized by the training part if asked for."""
    scaling = fit(raw.y[train], "standardize" if raw.standardize_target else "none")
    units = TargetUnits(scaling.shift, scaling.divisor) if scaling is not None else None
    return _scaled(raw.y, scaling, what="targets"), units


def _frame(raw: Raw) -> tuple[tuple[float, float], tuple[float, float]]:
    if raw.limits is not None:
        low, high = raw.limits
        return (low, low), (high, high)
    least, most = raw.X.min(axis=0).astype(np.float64), raw.X.max(axis=0).astype(np.float64)
    margin = np.where(most > least, _MARGIN * (most - least), 1.0)
    (x0, y0), (x1, y1) = (least - margin).tolist(), (most + margin).tolist()
    return (x0, y0), (x1, y1)
