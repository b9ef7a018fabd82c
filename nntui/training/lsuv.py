"""Weights scaled to the data: what comes out of every layer has variance 1 before training begins."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nntui.measurements import AnyRecord, Event
from nntui.nn.initializers import LSUV
from nntui.nn.network import Network, Pass

if TYPE_CHECKING:
    from nntui.backends.operations import Array

EXAMPLES = 256
"""How many are looked at."""
TOLERANCE = 0.1
"""How far a variance may be from 1 (Mishkin & Matas 2016)."""
TRIALS = 10
"""For a layer whose output isn't proportional to its weights."""


def wanted(network: Network) -> list[str]:
    """Paths of the layers that are to start so, in the order of the forward pass."""
    return [
        site.path
        for site in network.plan.walk()
        if site.layer.family == "affine" and any(isinstance(p.init, LSUV) for p in site.parameters)
    ]


def scale_to_unit_variance(network: Network, sample: Callable[[], Array]) -> list[AnyRecord]:
    """Scale the weights of those layers, first to last, if there are any; what to tell of it.

    sample gives inputs (n, *input_shape) of the backend. The network runs in evaluation mode: no random numbers are drawn,
    no running statistics moved.
    """
    paths = wanted(network)
    if not paths:
        return []
    ops, X = network.ops, sample()
    bound = Pass(network, len(X), gradients=False)
    ops.copy(X, bound.X)
    with np.errstate(all="ignore"):
        for path in paths:
            layer, at = bound.places[path]
            names = [p.name for p in layer.parameters(at.x) if isinstance(p.init, LSUV) or p.init == "lsuv"]
            before = math.nan
            for _ in range(TRIALS):
                bound.forward()
                variance = float(ops.to_host(at.Y).var(dtype=np.float64))
                if not 0.0 < variance < math.inf or variance == before or abs(variance - 1.0) < TOLERANCE:
                    break
                before = variance
                for name in names:
                    W = getattr(at, name)
                    ops.scale(W, 1.0 / math.sqrt(variance), W)
    plural = "s" if len(paths) > 1 else ""
    return [Event(step=0, kind="start", text=f"lsuv: scaled {', '.join(paths)} to output{plural} of variance 1 on {len(X)} examples")]
