"""One example on its way through the network and back, with every number: the chain rule, step by step.

Computed in double precision and in evaluation mode (dropout passes everything, batch norm uses its running statistics), by
the engine that trains; what it says is held against the sums of products that it should come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from nntui.errors import NntuiError
from nntui.inspection.products import Affine, Sum, Term, indexed
from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError
from nntui.nn.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject
    from nntui.nn.layer import Layer, Place
    from nntui.nn.plan import Site

STEP = 1e-6
"""Width of the difference by which slopes of activations are measured."""

MIXING = frozenset({"softmax", "log_softmax", "maxout"})
"""Activations whose outputs depend on several inputs."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One stop of the walk: a layer on the way forward, the loss, or a layer on the way back."""

    way: Literal["forward", "loss", "backward"]
    path: str
    formula: str
    """What is computed, in a sentence."""
    x_shape: tuple[int, ...]
    y_shape: tuple[int, ...]
    x: Array
    """Flat: what comes in (of the loss: the network's outputs)."""
    y: Array
    """Flat: what goes out (of the loss: probabilities, or the outputs again)."""
    delta: Array | None
    """Flat: dL/dy, for the way back."""
    dx: Array | None
    """Flat: dL/dx; None if nobody asks for it."""
    slopes: Array | None = None
    """Of an activation: f'(x), measured by a central difference."""
    affine: Affine | None = None


@dataclass(frozen=True, eq=False)
class Walk:
    """The stages in order: forward through every layer, the loss, backward through every layer."""

    example: int
    stages: tuple[Stage, ...]
    loss: float
    targets: Array
    """As the loss reads them, flat."""
    loss_terms: tuple[Sum, ...]
    """dL/dz of every output as a sum, where the loss is a plain one; else empty."""
    rate: float
    """The experiment's learning rate, for what a step of plain gradient descent on this example would do."""


def walk(subject: Subject, request: Request) -> Walk:
    """Walk one example of a part forward and backward."""
    if not subject.asks:
        raise NntuiError("a generator isn't asked for answers: without a loss there is no way back to walk")
    part = subject.part(request.split)
    at = request.example % len(part)
    network = Network(subject.experiment.network, subject.facts.input_shape, "numpy", "float64", subject.experiment.seed)
    np.copyto(network.flat, subject.network.flat)
    for name, statistic in network.statistics.items():
        np.copyto(statistic, subject.network.statistics[name])
    objective = subject.gradients(part.X[at : at + 1], part.y[at : at + 1], network)
    places = objective.bound.places
    sites = [site for top in network.plan.sites for site in _inner_first(top)]
    stages = [_stage("forward", site, places[site.path][1], network) for site in sites]
    Z, T = np.array(objective.Z[0]), np.array(objective.T[0])
    said, dZ = subject.loss.probabilities(np.array(objective.Z))[0], np.array(objective.bound.dY[0])
    formula = _formula(subject.loss)
    ending = Stage("loss", subject.loss.tag, formula, Z.shape, said.shape, Z.ravel(), np.array(said).ravel(), None, dZ.ravel())
    back = [_stage("backward", site, places[site.path][1], network) for site in reversed(sites)]
    terms = _loss_terms(subject, Z, np.array(said), T, dZ)
    return Walk(at, (*stages, ending, *back), objective.value, T.ravel(), terms, subject.experiment.optimizer.learning_rate)


def _inner_first(site: Site) -> Iterator[Site]:
    """A container after what is in it, as its output needs theirs."""
    for inside in site.inside:
        yield from _inner_first(inside)
    yield site


def _formula(described: object) -> str:
    """The first sentence of a layer's or loss's own documentation."""
    text = " ".join((type(described).__doc__ or "").split())
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


def _stage(way: Literal["forward", "backward"], site: Site, at: Place, network: Network) -> Stage:
    dY, dX = at.__dict__.get("dY"), at.dX
    return Stage(
        way, site.path, _formula(site.layer), site.x, site.y, np.array(at.X[0]).ravel(), np.array(at.Y[0]).ravel(),
        np.array(dY[0]).ravel() if dY is not None else None, np.array(dX[0]).ravel() if dX is not None else None,
        _slopes(site, at, network) if way == "backward" else None, Affine.of(site, at),
    )  # fmt: skip


def _slopes(site: Site, at: Place, network: Network) -> Array | None:
    """(f(x + h) - f(x - h)) / 2h of every input, if the layer treats each number by itself."""
    layer: Layer = site.layer
    if layer.family != "activation" or layer.tag in MIXING or site.x != site.y:
        return None
    alone = Network((layer,), site.x, "numpy", "float64")
    alone.load({f"0.{layer.tag}.{p.name}": np.array(getattr(at, p.name)) for p in site.parameters})
    X = np.array(at.X)
    slopes: Array = (alone.forward(X + STEP) - alone.forward(X - STEP))[0].ravel() / (2.0 * STEP)
    return slopes


def _loss_terms(subject: Subject, Z: Array, said: Array, T: Array, dZ: Array) -> tuple[Sum, ...]:
    """dL/dz by hand: (p - t) / n for cross-entropies, 2 (z - t) / n for squares."""
    loss = subject.loss
    if isinstance(loss, CrossEntropy) and not loss.label_smoothing and loss.class_weights is None:
        asked = np.asarray(T).ravel()
        n = max(int((asked >= 0).sum()), 1)
        wanted = (np.arange(Z.shape[-1]) == asked[:, None]).reshape(Z.shape)
        used = np.broadcast_to((asked >= 0)[:, None], (len(asked), Z.shape[-1])).reshape(Z.shape)
        left, right, factor, names = np.where(used, said, 0.0), np.where(used, wanted, 0.0), 1.0 / n, ("p", "t")
    elif isinstance(loss, BinaryCrossEntropy) and loss.class_weights is None:
        left, right, factor, names = said, T.astype(np.float64), 1.0 / Z.size, ("p", "t")
    elif isinstance(loss, MeanSquaredError):
        left, right, factor, names = Z, T.astype(np.float64), 2.0 / Z.size, ("z", "t")
    else:
        return ()
    by = "1" if factor == 1.0 else "2" if factor == 2.0 else f"{round(factor * Z.size) if names[0] == 'z' else 1}/n"
    found = []
    for flat in range(Z.size):
        index = tuple(int(i) for i in np.unravel_index(flat, Z.shape))
        a, b = float(left[index]), float(right[index])
        terms = (Term(indexed(names[0], index), a, by, factor), Term("-" + indexed(names[1], index), -b, by, factor))
        found.append(Sum(f"dL/d{indexed('z', index)}", terms, (), float(dZ[index])))
    return tuple(found)


def passing(stage: Stage, flat: int) -> Sum | None:
    """dL/dx of an activation at a flat index: its slope times what comes from above."""
    if stage.slopes is None or stage.delta is None or stage.dx is None:
        return None
    index = tuple(int(i) for i in np.unravel_index(flat, stage.x_shape))
    term = Term(f"f'({indexed('x', index)})", float(stage.slopes[flat]), indexed("δ", index), float(stage.delta[flat]))
    return Sum(f"dL/d{indexed('x', index)}", (term,), (), float(stage.dx[flat]))


__all__ = ["STEP", "Stage", "Walk", "passing", "walk"]
