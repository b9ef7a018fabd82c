"""Our layers as PyTorch modules, so that both engines train the same network. Imported only where PyTorch is there."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from nntui.errors import BackendError
from nntui.nn.activations import GELU, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from nntui.nn.dense import Dense
from nntui.nn.layer import Layer, Shape
from nntui.nn.normalization import BatchNorm
from nntui.nn.plan import Site, plan
from nntui.nn.regularization import Dropout
from nntui.nn.shaping import Flatten, Reshape
from nntui.nn.skip import Skip

Make = Callable[[Any, Any, Site], Any]
"""(torch.nn, layer, its site in the plan) -> module."""


def sequential(layers: tuple[Layer, ...], x: Shape) -> Any:
    """The same network as a torch.nn.Sequential, with PyTorch's own initial weights.

    A layer's index is its module's name: what we call 3.skip.0.dense.W is 3.0.weight there, transposed.
    Raises BackendError for a layer that has no counterpart here.
    """
    nn = import_module("torch.nn")
    return _sequence(nn, plan(layers, x).checked().sites)


def _sequence(nn: Any, sites: tuple[Site, ...]) -> Any:
    return nn.Sequential(*(_module(nn, site) for site in sites))


def _module(nn: Any, site: Site) -> Any:
    make = MODULES.get(type(site.layer))
    if make is None or (isinstance(site.layer, Skip) and site.parameters):  # a skip that projects
        raise BackendError(f"layer {site.path}: has no counterpart in PyTorch here, so it can't be compared")
    return make(nn, site.layer, site)


def _batch_norm(nn: Any, layer: BatchNorm, site: Site) -> Any:
    def forward(self: Any, X: Any) -> Any:
        if X.ndim == 2:
            return nn.BatchNorm1d.forward(self, X)
        return nn.BatchNorm1d.forward(self, X.reshape(-1, X.shape[-1])).reshape(X.shape)  # features come last with us

    return type("BatchNorm", (nn.BatchNorm1d,), {"forward": forward})(site.x[-1], eps=layer.epsilon, momentum=layer.momentum)


def _skip(nn: Any, layer: Skip, site: Site) -> Any:
    torch = import_module("torch")

    def forward(self: Any, X: Any) -> Any:
        Y = nn.Sequential.forward(self, X)
        return Y + X if layer.join == "add" else torch.cat([Y, X], dim=-1)

    return type("Skip", (nn.Sequential,), {"forward": forward})(*(_module(nn, inner) for inner in site.inside))


MODULES: dict[type[Layer], Make] = {
    Dense: lambda nn, layer, site: nn.Linear(site.x[-1], layer.units, bias=layer.bias),
    ReLU: lambda nn, layer, site: nn.ReLU(),
    LeakyReLU: lambda nn, layer, site: nn.LeakyReLU(layer.slope),
    Tanh: lambda nn, layer, site: nn.Tanh(),
    Sigmoid: lambda nn, layer, site: nn.Sigmoid(),
    GELU: lambda nn, layer, site: nn.GELU(),
    Softmax: lambda nn, layer, site: nn.Softmax(dim=-1),
    Dropout: lambda nn, layer, site: nn.Dropout(layer.rate),
    BatchNorm: _batch_norm,
    Flatten: lambda nn, layer, site: nn.Flatten(),
    Reshape: lambda nn, layer, site: nn.Unflatten(1, site.y) if len(site.x) == 1 else nn.Sequential(nn.Flatten(), nn.Unflatten(1, site.y)),
    Skip: _skip,
}
