"""What a network sees, as pictures: the kernels of a convolution, and what layers make of an image or a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import NntuiError
from nntui.inspection.labels import answers_of, class_names

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject
    from nntui.nn.plan import Site


@dataclass(frozen=True, eq=False)
class Kernels:
    """The filters of a convolution."""

    layer: str
    pictures: Array
    """(filters, height, width): of one input channel; of a conv1d (filters, channels, steps)."""
    channel: int
    channels: int
    """Of the input, that can be chosen; 1 where all are in the picture."""
    largest: float
    """max |W| over all filters and channels: what the strongest colour stands for."""


def has_kernels(site: Site) -> bool:
    """Whether a layer's weights slide over its input."""
    return site.layer.tag in ("conv2d", "conv1d", "conv2d_transpose")


def kernels(subject: Subject, request: Request) -> Kernels:
    """The kernels of the layer; `unit` chooses the input channel (within its group)."""
    site = subject.sites[request.layer]
    if not has_kernels(site):
        raise NntuiError(f"layer {request.layer} has no kernels: conv1d, conv2d and conv2d_transpose have")
    W = subject.network.params[f"{request.layer}.W"]
    if site.layer.tag == "conv2d_transpose":
        W = W.swapaxes(2, 3)  # as of the convolution that maps back: its outputs are this layer's inputs
    largest = float(np.max(np.abs(W), initial=0.0))
    if W.ndim == 3:
        return Kernels(request.layer, W.transpose(2, 1, 0).copy(), 0, 1, largest)
    channel = request.unit % W.shape[2]
    return Kernels(request.layer, W[:, :, channel].transpose(2, 0, 1).copy(), channel, W.shape[2], largest)


@dataclass(frozen=True, eq=False)
class Maps:
    """What a layer makes of one example."""

    layer: str
    example: int
    input: Array | None
    """(height, width): the example itself, its channels averaged; a sequence as (features, steps)."""
    maps: Array
    """(channels, height, width); of a sequence (1, features, steps)."""
    truth: str
    said: str


def has_maps(site: Site) -> bool:
    """Whether a layer's output is a picture: an image's channels, or features over time."""
    return len(site.y) in (2, 3)


def maps(subject: Subject, request: Request) -> Maps:
    """The output of the layer for the example."""
    site = subject.sites[request.layer]
    if not has_maps(site):
        raise NntuiError(f"layer {request.layer} gives {len(site.y)} axes: pictures need an image or a sequence, see hidden or neuron")
    part = subject.part(request.split)
    at = request.example % len(part)
    ((_, bound),) = subject.passes(part.X[at : at + 1])
    Y = np.array(bound.places[request.layer][1].Y[0])
    truth, said = _words(subject, part.y[at : at + 1], np.array(bound.Y))
    drawn = Y.transpose(2, 0, 1) if Y.ndim == 3 else Y.T[None]
    return Maps(request.layer, at, _as_image(part.X[at]), drawn, truth, said)


def _as_image(X: Array) -> Array | None:
    if X.dtype.kind == "i" or X.ndim < 2:
        return None
    return np.array(X.mean(-1) if X.ndim == 3 else X.T)


def _words(subject: Subject, y: Array, Z: Array) -> tuple[str, str]:
    """What the example is and what the network says, where each is one class."""
    labels, _ = answers_of(subject, y)
    names = class_names(subject)
    if not names or labels.ndim != 1 or subject.target.parts:
        return "", ""
    return names[int(labels[0])], names[int(subject.loss.labels(Z)[0])]
