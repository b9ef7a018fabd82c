"""Layers that normalize what comes in, or their own weights, as PyTorch modules that take features last."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nntui.benchmark.torch_weights import Piece
from nntui.nn.normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm
from nntui.nn.plan import Site


def _batch_norm(nn: Any, layer: BatchNorm, site: Site) -> Any:
    def forward(self: Any, X: Any) -> Any:
        if X.ndim == 2:
            return nn.BatchNorm1d.forward(self, X)
        return nn.BatchNorm1d.forward(self, X.reshape(-1, X.shape[-1])).reshape(X.shape)  # features come last with us

    return type("BatchNorm", (nn.BatchNorm1d,), {"forward": forward})(site.x[-1], eps=layer.epsilon, momentum=layer.momentum)


def _layer_norm(nn: Any, layer: LayerNorm, site: Site) -> Any:
    if layer.over == "features":
        return nn.LayerNorm(site.x[-1], eps=layer.epsilon, elementwise_affine=layer.affine)

    def forward(self: Any, X: Any) -> Any:
        gamma, beta = (A.expand(site.x) if layer.affine else None for A in (self.weight, self.bias))  # one each per channel
        return import_module("torch.nn.functional").layer_norm(X, site.x, gamma, beta, layer.epsilon)

    return _with_channels("LayerNorm", nn, layer, site, forward)


def _instance_norm(nn: Any, layer: InstanceNorm, site: Site) -> Any:
    def forward(self: Any, X: Any) -> Any:
        norm = import_module("torch.nn.functional").instance_norm
        return norm(X.movedim(-1, 1), weight=self.weight, bias=self.bias, eps=layer.epsilon).movedim(1, -1)

    return _with_channels("InstanceNorm", nn, layer, site, forward)


def _group_norm(nn: Any, layer: GroupNorm, site: Site) -> Any:
    def forward(self: Any, X: Any) -> Any:
        # Without the copy PyTorch 2.13 crashes in backward where nothing below learns: it writes to a dX that isn't there.
        return nn.GroupNorm.forward(self, X.movedim(-1, 1).contiguous()).movedim(1, -1)

    return type("GroupNorm", (nn.GroupNorm,), {"forward": forward})(layer.groups, site.x[-1], eps=layer.epsilon, affine=layer.affine)


def _with_channels(name: str, nn: Any, layer: LayerNorm | InstanceNorm, site: Site, forward: Any) -> Any:
    torch = import_module("torch")
    made = type(name, (nn.Module,), {"forward": forward})()
    made.weight = nn.Parameter(torch.ones(site.x[-1])) if layer.affine else None
    made.bias = nn.Parameter(torch.zeros(site.x[-1])) if layer.affine else None
    return made


def weight_norm(nn: Any, body: Any) -> Any:
    """Around a sequence of one module with weights."""
    normalized = import_module("torch.nn.utils.parametrizations").weight_norm
    made = type("WeightNorm", (nn.Module,), {"forward": lambda self, X: self.body(X)})()
    made.body = body
    normalized(body[0])
    made.pieces = {"g": [Piece("body.0.parametrizations.weight.original0", lambda A: A.reshape(-1))]}
    return made


NORMALIZATIONS: dict[type[Any], Any] = {
    BatchNorm: _batch_norm,
    LayerNorm: _layer_norm,
    InstanceNorm: _instance_norm,
    GroupNorm: _group_norm,
}
