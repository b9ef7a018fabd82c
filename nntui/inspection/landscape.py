"""The loss around the weights, along two random directions that are scaled filter by filter.

L(theta + a d + b e). Random directions alone would make networks with large weights look flat; so every filter of d and e
is given the length of the same filter of theta: d_ij <- d_ij / ||d_ij|| ||theta_ij||, biases and normalizations stay
(Li, Xu, Taylor, Studer & Goldstein 2018, "Visualizing the Loss Landscape of Neural Nets", section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import NntuiError
from nntui.nn.ids import TakesIds
from nntui.randomness import stream
from nntui.training.objective import Objective

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Progress, Request
    from nntui.inspection.subject import Subject

POINTS = 21
"""Along each direction: odd, so that the weights themselves are the one in the middle."""

REACH = 1.0
"""How far it goes in each direction, in lengths of the weights."""

EXAMPLES = 128


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss on a grid around the weights."""

    losses: Array
    """(POINTS, POINTS): rows from b = +reach on top to -reach, columns from a = -reach to +reach."""
    reach: float
    centre: float
    """The loss at the weights themselves."""
    examples: int
    draw: int


def landscape(subject: Subject, request: Request, progress: Progress) -> Landscape:
    """The training loss around the weights of a step, over the first examples; the weights are put back afterwards."""
    if not subject.asks:
        raise NntuiError("a generator isn't asked for answers: its loss depends on its opponent, there is no fixed landscape")
    network, part = subject.network, subject.data.train
    many = min(EXAMPLES, subject.batch, len(part))
    d, e = (direction(subject, f"{request.draw}.{which}") for which in "de")
    T = subject.loss.encode(part.y[:many], network.output_shape, subject.target)
    T = T if T.dtype.kind == "i" else T.astype(network.dtype)
    objective = Objective(network, subject.loss, many, T, gradients=False)
    np.copyto(objective.X, network.inputs(part.X[:many]))
    np.copyto(objective.T, T)
    steps = np.linspace(-REACH, REACH, POINTS)
    losses = np.empty((POINTS, POINTS))
    theta = network.flat.copy()
    try:
        with np.errstate(all="ignore"):
            for row, b in enumerate(steps[::-1]):
                for column, a in enumerate(steps):
                    np.add(theta, np.float32(a) * d + np.float32(b) * e, network.flat)
                    objective.forward()
                    losses[row, column] = objective.value
                    progress((row * POINTS + column + 1) / losses.size)
    finally:
        np.copyto(network.flat, theta)
    middle = POINTS // 2
    return Landscape(losses, REACH, float(losses[middle, middle]), many, request.draw)


def direction(subject: Subject, name: str) -> Array:
    """A random direction with the shape of all parameters, every filter as long as the weights' own."""
    network = subject.network
    found = np.zeros_like(network.flat)
    for path, (parameter, site, piece) in network.entries.items():
        if len(parameter.shape) < 2 or not parameter.decays:
            continue
        theta = network.flat[piece].reshape(parameter.shape).astype(np.float64)
        random = stream(subject.experiment.seed, "landscape", name, path).standard_normal(parameter.shape)
        # A filter is what makes one output: all axes but the last; of a table of vectors, a row.
        axes = (-1,) if isinstance(site.layer, TakesIds) else tuple(range(theta.ndim - 1))
        lengths = np.sqrt(np.square(random).sum(axes, keepdims=True))
        random *= np.sqrt(np.square(theta).sum(axes, keepdims=True)) / np.maximum(lengths, 1e-30)
        found[piece] = random.ravel()
    return found
