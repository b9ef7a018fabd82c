"""What is measured inside the network while it trains, and when: seldom enough to cost at most 3 % of the time.

A measurement reads what a step has left in its places; it changes no number and draws none.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from nntui.measurements import Histogram, LayerMeasurement, Measurement
from nntui.nn.recurrent import Recurrent
from nntui.training.windows import width

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.nn.layer import Layer, Place

BUDGET = 0.03
"""Share of the training time that measuring may take."""
INTERVAL = 0.1
"""Seconds between two measurements: nobody sees more."""
DENSE = 200
"""Measurements whose steps are chosen freely; later ones lie at least 1/100 of the steps so far apart."""
AHEAD, SPACED = 0.1, 1.3
"""Share of all steps in which measurements are made on credit, and how many times the step of the last one they then lie apart."""
FIRST = 4
"""Steps until it is known how long one takes."""
CREDIT = 0.001
"""Seconds of measuring that are on credit at most."""
SAMPLE = 4096
"""Values of an activation or a weight that are looked at: enough for a share of 1 % to be known to a fifth."""
BINS = 40
MOMENTS = 32
"""Steps of a sequence for which the gradient of a recurrent layer's state is told."""


class Clock:
    """Decides when the next measurement is due, by what the last ones cost.

    total: steps of the whole training, if it should be looked at more often in the beginning, where problems show: on credit,
    against the time that all of training will take.
    """

    def __init__(self, interval: float = INTERVAL, total: int = 0) -> None:
        self.interval, self._total = interval, total
        self.spent = 0.0
        """Seconds spent measuring."""
        self._last_time = -math.inf
        self._last_step = self._next_step = 0
        self._cost = 0.0

    def due(self, step: int, seconds: float) -> bool:
        """Whether to measure at this step, after so many seconds of training."""
        if step < self._next_step:
            return False
        if seconds - self._last_time >= self.interval and self.spent <= BUDGET * seconds:
            return True
        begun = FIRST < step <= AHEAD * self._total and step + 1 >= SPACED * self._last_step
        # First steps are slow, and training may stop early: half of what all of it would pay for is lent at most.
        whole = (seconds - self.spent) / step * self._total
        return begun and self.spent + self._cost <= min(0.5 * BUDGET * whole, CREDIT + BUDGET * seconds)

    def done(self, step: int, seconds: float, cost: float) -> None:
        """Count a measurement that took `cost` seconds."""
        self.spent += cost
        self._cost = cost
        self._last_time, self._last_step = seconds, step
        self._next_step = step + width(step, DENSE)


class Probe:
    """Measures the layers of a bound network around one optimizer step."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[Layer, Place]] = {}
        self._before: dict[str, Array] = {}
        self._norms: dict[str, float] = {}
        self.preparing = 0.0
        """Seconds that the last `before_update` took."""

    def before_update(self, places: dict[str, tuple[Layer, Place]]) -> None:
        """Look at these places from now on; remember their gradients' norms, before clipping and decay change them, and a
        sample of their weights, to see how far the step moves them.
        """
        started = time.perf_counter()
        self._places = places
        weights = {path: (at, W) for path, (_, at) in places.items() if (W := _weights(at)) is not None}
        learned = {path: dW.reshape(-1) for path, (at, _) in weights.items() if at.learns and (dW := _weights(at, "dW")) is not None}
        self._before, self._norms = {}, {}
        if weights:
            ops = next(iter(weights.values()))[0].ops
            taken = ops.to_hosts([_sample(W) for _, W in weights.values()])
            self._before = {path: np.array(sample) for path, sample in zip(weights, taken, strict=True)}
            self._norms = dict(zip(learned, map(math.sqrt, ops.squared_norms(list(learned.values()))), strict=True))
        self.preparing = time.perf_counter() - started

    def measure(self, step: int, epoch: float) -> Measurement:
        """Every layer as the step has left it."""
        started = time.perf_counter()
        layers = tuple(self._layer(*seen) for seen in self._look())
        return Measurement(step=step, epoch=epoch, layers=layers, seconds=self.preparing + time.perf_counter() - started)

    def _look(self) -> Iterator[tuple[str, Layer, Place, dict[str, Array], float]]:
        """Every layer with what is looked at of its arrays, on the host, and its weights' norm: each in one transfer."""
        if not self._places:
            return
        ops = next(iter(self._places.values()))[1].ops
        asked = {path: _asked(at) for path, (_, at) in self._places.items()}
        hosts = iter(ops.to_hosts([array for arrays in asked.values() for array in arrays.values()]))
        weighted = {path: W.reshape(-1) for path, (_, at) in self._places.items() if (W := _weights(at)) is not None}
        norms = dict(zip(weighted, map(math.sqrt, ops.squared_norms(list(weighted.values()))), strict=True))
        for path, (layer, at) in self._places.items():
            yield path, layer, at, {name: next(hosts) for name in asked[path]}, norms.get(path, math.nan)

    def _layer(self, path: str, layer: Layer, at: Place, seen: dict[str, Array], weight_norm: float) -> LayerMeasurement:
        Y = seen["Y"]
        finite = Y[np.isfinite(Y)] if not np.isfinite(Y).all() else Y
        mean, std = (float(Y.mean(dtype=np.float64)), float(Y.std(dtype=np.float64))) if len(finite) == len(Y) else (math.nan, math.nan)
        ratio, before = math.nan, self._before.get(path)
        if before is not None and "W" in seen:
            scale = float(np.linalg.norm(before))
            ratio = float(np.linalg.norm(seen["W"] - before)) / scale if scale > 0.0 else math.nan
        return LayerMeasurement(
            path=path, mean=mean, std=std, zero=float(np.mean(Y == 0.0)), saturated=_saturated(layer.tag, Y),
            dead=float(np.mean(~seen["units"].any(axis=0))), histogram=histogram(finite),
            delta=float(seen["dY"].std(dtype=np.float64)) if "dY" in seen else math.nan,
            gradient_norm=self._norms.get(path, math.nan), weight_norm=weight_norm, update_ratio=ratio,
            alike=_alike(seen["rows"]) if "rows" in seen else math.nan,
            through_time=_through_time(layer, at),
        )  # fmt: skip


def _asked(at: Place) -> dict[str, Array]:
    """What is looked at of a layer's arrays, on its device: few enough numbers to be sent."""
    units = at.Y[:256]
    arrays = {"Y": _sample(at.Y), "units": units.reshape(-1, units.shape[-1]) if units.ndim > 1 else units.reshape(-1, 1)}
    if at.dY is not None:
        arrays["dY"] = _sample(at.dY)
    W = _weights(at)
    if W is not None:
        rows = W.reshape(-1, W.shape[-1]) if W.ndim > 1 else W.reshape(1, -1)
        arrays |= {"W": _sample(W), "rows": rows[:: -(-len(rows) // 16)]}
    return arrays


def _through_time(layer: Layer, at: Place) -> tuple[float, ...]:
    if not isinstance(layer, Recurrent) or at.dY is None:
        return ()
    return tuple(layer.state_gradient_norms(at, most=MOMENTS).tolist())


def _weights(at: Place, name: str = "W") -> Array | None:
    """The weights that a layer learns (or their gradient, "dW"), if it has any: its own where it computes with others."""
    own: Array | None = at.__dict__.get(f"own_{name}", at.__dict__.get(name))
    return own


def histogram(values: Array) -> Histogram:
    """Counts of finite values in equal bins over their range."""
    if not len(values):
        return Histogram(0.0, 0.0, (0,) * BINS)
    low, high = float(values.min()), float(values.max())
    span = high - low
    if not math.isfinite(span) or span <= 1e-12 * max(abs(low), abs(high)) or BINS / span == math.inf:
        widened = max(0.5, 1e-9 * max(abs(low), abs(high)))  # one value, or none that bins could tell apart
        low, high = low - widened, high + widened
        span = high - low
    # An affine map to bin numbers and a count: much cheaper than np.histogram's search for edges.
    numbers = ((values.astype(np.float64) - low) * (BINS / span)).astype(np.int32)
    np.clip(numbers, 0, BINS - 1, out=numbers)
    return Histogram(low, high, tuple(np.bincount(numbers, minlength=BINS).tolist()))


def _sample(A: Array) -> Array:
    """At most SAMPLE values of an array, evenly taken; a view."""
    flat = A.reshape(-1)
    stride = -(-flat.size // SAMPLE)
    if stride > 1 and A.ndim > 1 and math.gcd(stride, A.shape[-1]) > 1:
        stride += 1  # a stride that shares a factor with the row length would see only some of the units
        while math.gcd(stride, A.shape[-1]) > 1:
            stride += 1
    return flat[::stride] if stride > 1 else flat


def _saturated(tag: str, Y: Array) -> float:
    if tag in ("tanh", "hard_tanh", "softsign"):
        return float(np.mean(np.abs(Y) > 0.97))
    if tag == "sigmoid":
        return float(np.mean(np.abs(Y - 0.5) > 0.47))
    return math.nan


def _alike(rows: Array) -> float:
    """Share of units (columns) with the same weights as another unit, seen in some of their inputs (rows)."""
    # One number per unit, by coefficients that no two rows share: units that differ have different ones.
    codes = np.sort(np.cos(np.arange(1.0, len(rows) + 1.0)) @ rows.astype(np.float64))
    same = np.diff(codes) <= 1e-8 * np.abs(codes[1:])
    return float(np.count_nonzero(same)) / len(codes)
