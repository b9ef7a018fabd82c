"""Is the gradient right? Back-propagation against central differences in double precision, parameter by parameter."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nntui.checks.slopes import WIDTH, KinkError, slope, unit
from nntui.checks.subject import Result, Subject, Watch
from nntui.errors import NntuiError
from nntui.nn.network import Network
from nntui.randomness import stream
from nntui.training.objective import Objective

if TYPE_CHECKING:
    from nntui.backends.operations import Array

EXAMPLES = 8
"""Fewer kinks lie on the way for few examples (CS231n, gradient checks)."""
TOLERANCE = 1e-5
"""Relative error beyond which a gradient is wrong. Double precision gives about 1e-9 (CS231n: 1e-7 and less is right)."""
FINE = 1e-7
"""Relative error at which there is no need for another look."""
TRIES = 5
"""Directions, each with a smaller step."""


def gradients(subject: Subject, watch: Watch) -> Result:
    """dL/d(parameter) and dL/dX of up to 8 examples, in training mode; random layers draw the same numbers every time."""
    name = "gradients"
    if subject.experiment.program.tag == "gan":
        return subject.skipped(name, "a GAN's two losses pull against each other: check its networks as experiments of their own")
    measured = _measured(subject, watch)
    if not measured:
        return subject.skipped(name, "nothing in it has a gradient that could be checked")
    known = {what: error for what, error in measured.items() if math.isfinite(error)}
    kinks = len(measured) - len(known)
    if not known:
        return subject.skipped(name, f"all {kinks} gradients lie at kinks, where there is no derivative: try another seed")
    worst = max(known, key=lambda what: known[what])
    aside = f"; {kinks} at kinks couldn't be told" if kinks else ""
    numbers = {"worst": known[worst], "checked": float(len(known)), "kinks": float(kinks)}
    if known[worst] > TOLERANCE:
        wrong = [what for what, error in known.items() if error > TOLERANCE]
        text = f"{len(wrong)} of {len(known)} gradients are wrong, worst d{worst}: off by {known[worst]:.1e} of itself{aside}"
        return Result(name, "fail", numbers, text)
    text = f"{len(known)} gradients agree with differences in double precision, worst to {known[worst]:.0e} (d{worst}){aside}"
    return Result(name, "pass", numbers, text)


def _measured(subject: Subject, watch: Watch) -> dict[str, float]:
    """By name, the relative error of each gradient; NaN where there is a kink in every direction."""
    experiment, data = subject.experiment, subject.data
    target = experiment.program.facts(data.facts).target
    reads = experiment.program.facts(data.facts).input_shape
    network = Network(experiment.network, reads, "numpy", "float64", experiment.seed)
    if subject.state is not None:
        network.flat[...] = subject.state.arrays["parameters"]
    X, y = data.train.X[:EXAMPLES], data.train.y[:EXAMPLES]
    if experiment.program.tag == "autoencoder":
        y = X.reshape(len(X), -1)
    loss = experiment.loss.fitted(y, target)
    T = loss.encode(y, network.output_shape, target)
    T = T if T.dtype.kind == "i" else T.astype(np.float64)
    bound = Objective(network, loss, len(X), T, input_gradient=True)
    bound.X[...] = network.inputs(X)
    bound.T[...] = T
    states = {path: generator.bit_generator.state for path, generator in network.streams.items()}

    def value() -> float:
        for path, state in states.items():
            network.streams[path].bit_generator.state = state
        bound.forward()
        return bound.value

    with np.errstate(all="ignore"):
        if not math.isfinite(value()):
            raise NntuiError("the loss isn't a number for these weights: nntui doctor says why")
        bound.backward()
    arrays = {
        entry: (network.params[entry], network.grads[entry].copy())
        for entry, (_, site, _) in network.entries.items()
        if not site.layer.treatment[0] and (subject.layer is None or site.path == subject.layer)
    }
    if subject.layer is None and bound.bound.dX is not None:
        arrays["X"] = (bound.X, bound.bound.dX.copy())
    if subject.layer is not None and not arrays:
        paths = ", ".join(dict.fromkeys(site.path for _, site, _ in network.entries.values()))
        raise NntuiError(f"there is no layer {subject.layer!r} with weights to be learned; there are {paths}")
    rng = stream(experiment.seed, "gradient check")
    found = {}
    for index, (entry, (array, gradient)) in enumerate(arrays.items()):
        watch.at(index / len(arrays))
        with np.errstate(all="ignore"):
            found[entry] = _error(value, array, gradient, rng)
    return found


def _error(value: Callable[[], float], array: Array, gradient: Array, rng: np.random.Generator) -> float:
    """|g.d - slope| over the larger of the slope and what a direction usually has of the gradient, at the first step that fits.

    Where many units have kinks, one may lie so close that the differences don't notice: smaller steps find fewer, and what is
    wrong stays wrong at every step.
    """
    best = math.nan
    # Along an unlucky direction the slope is nearly nothing: then the gradient's usual component is the measure.
    usual = math.sqrt(float((gradient * gradient).sum()) / max(gradient.size, 1))
    for attempt in range(TRIES):
        direction = unit([array], rng)
        try:
            expected = slope(value, [array], direction, WIDTH / 8.0**attempt)
        except KinkError:
            continue
        error = abs(float((gradient * direction[0]).sum()) - expected) / max(abs(expected), usual, 1e-6)
        best = error if math.isnan(best) else min(best, error)
        if best <= FINE:
            break
    return best
