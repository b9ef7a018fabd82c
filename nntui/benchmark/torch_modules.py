"""Our layers as PyTorch modules, so that both engines train the same network. Imported only where PyTorch is there."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from nntui.benchmark.torch_convolutions import CONVOLUTIONS
from nntui.benchmark.torch_normalizations import NORMALIZATIONS, weight_norm
from nntui.benchmark.torch_sequences import SEQUENCES
from nntui.benchmark.torch_weights import Piece
from nntui.errors import BackendError
from nntui.nn.activations import (
    ELU,
    GELU,
    SELU,
    HardTanh,
    LeakyReLU,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
    Threshold,
)
from nntui.nn.dense import Dense
from nntui.nn.layer import Layer, Shape
from nntui.nn.maxout import Maxout
from nntui.nn.plan import Site, plan
from nntui.nn.regularization import Dropout, Noise
from nntui.nn.scale import Scale
from nntui.nn.shaping import Flatten, Reshape
from nntui.nn.skip import Skip
from nntui.nn.weight_norm import WeightNorm

Make = Callable[[Any, Any, Site], Any]
"""(torch.nn, layer, its site in the plan) -> module."""


def sequential(layers: tuple[Layer, ...], x: Shape) -> Any:
    """The same network as a torch.nn.Sequential, with PyTorch's own initial weights.

    A layer's index is its module's name; `torch_weights.held` tells which tensor is which parameter of ours. Raises
    BackendError for a layer that has no counterpart here.
    """
    nn = import_module("torch.nn")
    return _sequence(nn, plan(layers, x).checked().sites)


def _sequence(nn: Any, sites: tuple[Site, ...]) -> Any:
    return nn.Sequential(*(_module(nn, site) for site in sites))


def _module(nn: Any, site: Site) -> Any:
    make = MODULES.get(type(site.layer))
    if make is None:
        raise BackendError(f"layer {site.path}: has no counterpart in PyTorch here, so it can't be compared")
    return make(nn, site.layer, site)


def _skip(nn: Any, layer: Skip, site: Site) -> Any:
    torch = import_module("torch")
    projects = bool(site.parameters)
    every = (slice(None), *(slice(None, None, -(-n // m)) for n, m in zip(site.x[:-1], site.y[:-1], strict=False))) if projects else ()

    def forward(self: Any, X: Any) -> Any:
        Y = self.body(X)
        if projects:
            return Y + self.projection(X[every])
        return Y + X if layer.join == "add" else torch.cat([Y, X], dim=-1)

    made = type("Skip", (nn.Module,), {"forward": forward})()
    made.body = _sequence(nn, site.inside)
    if projects:
        made.projection = nn.Linear(site.x[-1], site.y[-1], bias=False)
        made.pieces = {"projection": [Piece("projection.weight")]}
    return made


def _prelu(nn: Any, layer: PReLU, site: Site) -> Any:
    F = import_module("torch.nn.functional")

    def forward(self: Any, X: Any) -> Any:
        return F.prelu(X.reshape(-1, X.shape[-1]), self.weight).reshape(X.shape)  # their channels come second

    return type("PReLU", (nn.PReLU,), {"forward": forward})(1 if layer.shared else site.x[-1], layer.start)


def _scale(nn: Any, layer: Scale, site: Site) -> Any:
    torch = import_module("torch")

    def forward(self: Any, X: Any) -> Any:
        return X * self.weight + self.bias if layer.bias else X * self.weight

    made = type("Scale", (nn.Module,), {"forward": forward})()
    made.weight = nn.Parameter(torch.full((site.x[-1],), layer.start))
    if layer.bias:
        made.bias = nn.Parameter(torch.zeros(site.x[-1]))
    return made


def _maxout(nn: Any, layer: Maxout, site: Site) -> Any:
    def forward(self: Any, X: Any) -> Any:
        return nn.Linear.forward(self, X).unflatten(-1, (layer.pieces, layer.units)).max(-2).values

    return type("Maxout", (nn.Linear,), {"forward": forward})(site.x[-1], layer.pieces * layer.units)


def _threshold(nn: Any, layer: Threshold, site: Site) -> Any:
    def forward(self: Any, X: Any) -> Any:
        return (X > 0).to(X.dtype) + (X - X.detach())  # the signal comes back through X

    return type("Threshold", (nn.Module,), {"forward": forward})()


def _noise(nn: Any, layer: Noise, site: Site) -> Any:
    torch = import_module("torch")

    def forward(self: Any, X: Any) -> Any:
        return X + layer.std * torch.randn_like(X) if self.training and layer.std else X

    return type("Noise", (nn.Module,), {"forward": forward})()


MODULES: dict[type[Layer], Make] = {
    Dense: lambda nn, layer, site: nn.Linear(site.x[-1], layer.units, bias=layer.bias),
    Maxout: _maxout,
    ReLU: lambda nn, layer, site: nn.ReLU(),
    LeakyReLU: lambda nn, layer, site: nn.LeakyReLU(layer.slope),
    PReLU: _prelu,
    ELU: lambda nn, layer, site: nn.ELU(layer.alpha),
    SELU: lambda nn, layer, site: nn.SELU(),
    Softplus: lambda nn, layer, site: nn.Softplus(),
    Tanh: lambda nn, layer, site: nn.Tanh(),
    HardTanh: lambda nn, layer, site: nn.Hardtanh(),
    Sigmoid: lambda nn, layer, site: nn.Sigmoid(),
    Softsign: lambda nn, layer, site: nn.Softsign(),
    GELU: lambda nn, layer, site: nn.GELU("tanh" if layer.approximate else "none"),
    SiLU: lambda nn, layer, site: nn.SiLU(),
    Mish: lambda nn, layer, site: nn.Mish(),
    Threshold: _threshold,
    Softmax: lambda nn, layer, site: nn.Softmax(dim=-1),
    LogSoftmax: lambda nn, layer, site: nn.LogSoftmax(dim=-1),
    Dropout: lambda nn, layer, site: nn.Dropout(layer.rate),
    Noise: _noise,
    Scale: _scale,
    Flatten: lambda nn, layer, site: nn.Flatten(),
    Reshape: lambda nn, layer, site: nn.Unflatten(1, site.y) if len(site.x) == 1 else nn.Sequential(nn.Flatten(), nn.Unflatten(1, site.y)),
    Skip: _skip,
    WeightNorm: lambda nn, layer, site: weight_norm(nn, _sequence(nn, site.inside)),
    **NORMALIZATIONS,
    **CONVOLUTIONS,
    **SEQUENCES,
}
