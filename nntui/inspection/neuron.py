"""One unit: what it is connected to, what it answers to, and the examples that it answers to most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import NntuiError
from nntui.inspection.labels import grey, input_names, kinds, picture_shape

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject
    from nntui.nn.plan import Site

RESOLUTION = 48
"""Grid points along each axis of the plane."""

EXAMPLES = 1000
"""That are asked."""

TOP = 8


@dataclass(frozen=True, eq=False)
class Top:
    """An example and what the unit answered to it."""

    example: int
    response: float
    label: int
    picture: Array | None
    """(height, width), if examples are images."""


@dataclass(frozen=True, eq=False)
class Neuron:
    """One unit of a layer; of a layer with positions (sequence, image), its largest response at any of them."""

    layer: str
    unit: int
    units: int
    weights_of: str
    """The layer whose weights lead to it: its own, or the one before an activation; empty if there is none."""
    incoming: Array | None
    """Weights into it, as that layer has them: (inputs,), or a kernel (height, width, channels)."""
    bias: float | None
    inputs: tuple[str, ...]
    """Names of the weights' other ends."""
    incoming_picture: Array | None
    """The weights laid out as the image that they look at."""
    plane: Array | None
    """(rows, columns): its response over the plane of the data, first row on top."""
    low: tuple[float, float]
    high: tuple[float, float]
    """What of the plane is drawn."""
    mean: float
    std: float
    silent: float
    """Share of the examples to which it answers with exactly 0."""
    by_class: tuple[tuple[str, float, float, int], ...]
    """For every class: name, mean and standard deviation of its responses, examples."""
    top: tuple[Top, ...]
    classes: tuple[str, ...]
    positions: bool


def neuron(subject: Subject, request: Request) -> Neuron:
    """The unit `unit` (last axis) of the layer, over the first examples of a part."""
    site = subject.sites[request.layer]
    if not site.y:
        raise NntuiError(f"layer {request.layer} has no units: its output is a single number")
    units = site.y[-1]
    unit = request.unit % units
    X = subject.part(request.split).X[:EXAMPLES]
    responses = _responses(subject, X, request.layer, unit)
    labels, classes = kinds(subject, request.split, len(X))
    whole = labels.ndim == 1
    source, incoming, bias = _incoming(subject, site, unit)
    names, picture = _inputs(subject, source, incoming)
    order = np.argsort(-np.nan_to_num(responses, nan=-np.inf), kind="stable")[:TOP]
    shape = picture_shape(subject) if subject.asks else None
    top = tuple(
        Top(int(i), float(responses[i]), int(labels[i]) if whole else -1, grey(X[i], shape) if shape is not None else None)
        for i in order
    )
    by_class = tuple(
        (name, float(responses[labels == k].mean()), float(responses[labels == k].std()), int((labels == k).sum()))
        for k, name in enumerate(classes)
        if whole and (labels == k).any()
    )
    plane = subject.data.plane
    return Neuron(
        request.layer, unit, units, source, incoming, bias, names, picture, _plane(subject, request.layer, unit),
        plane.low if plane is not None else (0.0, 0.0), plane.high if plane is not None else (0.0, 0.0),
        float(responses.mean()), float(responses.std()), float(np.mean(responses == 0.0)), by_class, top, classes, len(site.y) > 1,
    )  # fmt: skip


def _responses(subject: Subject, X: Array, path: str, unit: int) -> Array:
    """(n,): the largest of the unit's outputs over positions."""
    found = np.empty(len(X), np.float64)
    for rows, bound in subject.passes(X):
        Y = bound.places[path][1].Y[..., unit]
        found[rows] = Y.reshape(len(Y), -1).max(1)
    return found


def _plane(subject: Subject, path: str, unit: int) -> Array | None:
    plane = subject.data.plane
    if plane is None or not subject.asks:
        return None
    x = np.linspace(plane.low[0], plane.high[0], RESOLUTION)
    y = np.linspace(plane.high[1], plane.low[1], RESOLUTION)
    grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    return _responses(subject, plane.inputs(grid), path, unit).reshape(RESOLUTION, RESOLUTION)


def _incoming(subject: Subject, site: Site, unit: int) -> tuple[str, Array | None, float | None]:
    """Where the weights into a unit are, the weights, and its bias."""
    source = _weighing(subject, site)
    if source is None:
        return "", None, None
    params = subject.network.params
    W, b = params[f"{source.path}.W"], params.get(f"{source.path}.b")
    return source.path, W[..., unit].copy(), float(b[unit]) if b is not None else None


def _weighing(subject: Subject, site: Site) -> Site | None:
    """The dense or convolutional layer that a unit is an output of: this one, or the one below activations and the like."""
    before = _up_to(subject.network.plan.sites, site)
    while before:
        found = before[-1]
        if found.layer.tag in ("dense", "conv1d", "conv2d"):
            return found if found.y[-1] == site.y[-1] else None
        if found.layer.family not in ("activation", "regularization") or found.x != found.y:
            return None
        before = before[:-1]
    return None


def _up_to(sites: tuple[Site, ...], wanted: Site) -> tuple[Site, ...]:
    """The layers of a sequence from its first to the wanted one, wherever in the network that sequence is."""
    for index, site in enumerate(sites):
        if site is wanted:
            return sites[: index + 1]
        if found := _up_to(site.inside, wanted):
            return found
    return ()


def _inputs(subject: Subject, source: str, incoming: Array | None) -> tuple[tuple[str, ...], Array | None]:
    """Names of what the weights come from, and the weights as an image if that is one."""
    if incoming is None:
        return (), None
    site = subject.sites[source]
    first = subject.network.plan.sites[0].path
    shape = picture_shape(subject)
    if incoming.ndim > 1:
        return (), None
    names = input_names(subject) if source == first else tuple(f"unit {i}" for i in range(len(incoming)))
    before = _image_before(subject, site)
    if before is not None:
        return tuple(f"unit {i}" for i in range(len(incoming))), incoming.reshape(before).mean(-1)
    if source == first and shape is not None and incoming.size == shape[0] * shape[1] * shape[2]:
        return names, grey(incoming, shape)
    return names if len(names) == len(incoming) else tuple(f"unit {i}" for i in range(len(incoming))), None


def _image_before(subject: Subject, site: Site) -> tuple[int, ...] | None:
    """The shape of the input image that a layer reads flattened, if nothing else lies between."""
    sites = subject.network.plan.sites
    direct = len(sites) > 1 and sites[0].layer.tag == "flatten" and sites[1].path == site.path
    return sites[0].x if direct and len(sites[0].x) == 3 else None
