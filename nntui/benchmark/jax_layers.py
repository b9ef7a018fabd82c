"""Our layers as functions of JAX, for a training step that is compiled as a whole.

A function takes the arrays of its layer by our names and in our layouts (XLA chooses its own inside), and X.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from nntui.errors import BackendError
from nntui.nn.activations import GELU, ReLU, Tanh
from nntui.nn.attention import Attention
from nntui.nn.convolution import Conv2D
from nntui.nn.dense import Dense
from nntui.nn.embedding import Embedding, PositionalEmbedding
from nntui.nn.layer import Layer
from nntui.nn.lstm import LSTM
from nntui.nn.normalization import BatchNorm, LayerNorm
from nntui.nn.plan import Site
from nntui.nn.pooling import GlobalAvgPool, MaxPool2D
from nntui.nn.shaping import Flatten
from nntui.nn.skip import Skip

Arrays = dict[str, Any]
Apply = Callable[[Arrays, Any], Any]
"""(all parameters by name, X) -> Y in training."""


def applied(sites: tuple[Site, ...]) -> Apply:
    """A sequence of layers. Raises BackendError for a layer that has no counterpart here."""
    steps = [_step(site) for site in sites]

    def apply(params: Arrays, X: Any) -> Any:
        for step in steps:
            X = step(params, X)
        return X

    return apply


def _step(site: Site) -> Apply:
    make = LAYERS.get(type(site.layer))
    apply = make(site.layer, site) if make is not None else None
    if apply is None:
        raise BackendError(f"layer {site.path}: has no counterpart in JAX here, so it can't be compared")
    return apply


def _own(site: Site, params: Arrays) -> list[Any]:
    """The layer's parameters in the order of its declaration."""
    return [params[f"{site.path}.{p.name}"] for p in site.parameters]


def _with(site: Site, function: Callable[..., Any]) -> Apply:
    return lambda params, X: function(X, *_own(site, params))


def _dense(layer: Dense, site: Site) -> Apply:
    return _with(site, lambda X, W, b=0.0: X @ W + b)


def _conv2d(layer: Conv2D, site: Site) -> Apply:
    lax, window = import_module("jax.lax"), layer.window(site.x)
    options = {
        "window_strides": [axis.stride for axis in window],
        "padding": [(axis.before, axis.after) for axis in window],
        "rhs_dilation": [axis.dilation for axis in window],
        "feature_group_count": layer.groups,
        "dimension_numbers": ("NHWC", "HWIO", "NHWC"),
    }
    return _with(site, lambda X, W, b=0.0: lax.conv_general_dilated(X, W, **options) + b)


def _max_pool(layer: MaxPool2D, site: Site) -> Apply:
    lax, window = import_module("jax.lax"), layer.window(site.x)
    kernel, stride = ((1, *(getattr(axis, name) for axis in window), 1) for name in ("kernel", "stride"))
    sides = [(0, 0), *((axis.before, axis.after) for axis in window), (0, 0)]
    return lambda params, X: lax.reduce_window(X, -float("inf"), lax.max, kernel, stride, sides)


def _moments(site: Site, axes: tuple[int, ...], epsilon: float) -> Apply:
    jnp, lax = import_module("jax.numpy"), import_module("jax.lax")

    def normalized(X: Any, gamma: Any = 1.0, beta: Any = 0.0) -> Any:
        centred = X - X.mean(axes, keepdims=True)
        return centred * lax.rsqrt(jnp.square(centred).mean(axes, keepdims=True) + epsilon) * gamma + beta

    return _with(site, normalized)


def _batch_norm(layer: BatchNorm, site: Site) -> Apply:
    """Without the running averages, which don't take part in training."""
    return _moments(site, tuple(range(len(site.x))), layer.epsilon)


def _layer_norm(layer: LayerNorm, site: Site) -> Apply | None:
    return _moments(site, (-1,), layer.epsilon) if layer.over == "features" else None


def _skip(layer: Skip, site: Site) -> Apply:
    jnp, body = import_module("jax.numpy"), applied(site.inside)
    every = (slice(None), *(slice(None, None, -(-n // m)) for n, m in zip(site.x[:-1], site.y[:-1], strict=False)))

    def around(params: Arrays, X: Any) -> Any:
        Y = body(params, X)
        if site.parameters:
            return Y + X[every] @ _own(site, params)[0]
        return Y + X if layer.join == "add" else jnp.concatenate([Y, X], -1)

    return around


def _attention(layer: Attention, site: Site) -> Apply:
    jnp, nn = import_module("jax.numpy"), import_module("jax.nn")
    (T, D), later = site.x, jnp.triu(jnp.full((site.x[0], site.x[0]), -jnp.inf), 1)

    def attention(X: Any, W: Any, W_out: Any, b: Any = 0.0, b_out: Any = 0.0) -> Any:
        Q, K, V = jnp.moveaxis((X @ W + b).reshape(-1, T, 3, layer.heads, D // layer.heads), (2, 3), (0, 2))
        scores = Q @ K.swapaxes(-1, -2) * (D // layer.heads) ** -0.5
        A = nn.softmax(scores + later if layer.causal else scores) @ V
        return A.swapaxes(1, 2).reshape(-1, T, D) @ W_out + b_out

    return _with(site, attention)


def _embedding(layer: Embedding, site: Site) -> Apply | None:
    return _with(site, lambda X, W: W[X]) if len(layer.sizes) == 1 else None


def _positional(layer: PositionalEmbedding, site: Site) -> Apply | None:
    return _with(site, lambda X, W: X + W) if layer.kind == "learned" else None


def _lstm(layer: LSTM, site: Site) -> Apply | None:
    """The products with the inputs of all steps at once, then a scan."""
    if layer.layers > 1 or layer.bidirectional:
        return None
    jnp, lax, nn = (import_module(f"jax.{name}") for name in ("numpy", "lax", "nn"))

    def lstm(X: Any, W: Any, U: Any, b: Any) -> Any:
        def cell(state: Any, Z: Any) -> Any:
            h, c = state
            o, i, f, g = jnp.split(Z + h @ U, 4, axis=-1)
            c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(g)
            h = nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        start = jnp.zeros((X.shape[0], layer.units), X.dtype)
        (h, _), states = lax.scan(cell, (start, start), jnp.swapaxes(X @ W + b, 0, 1))
        return h if layer.returns == "last" else jnp.swapaxes(states, 0, 1)

    return _with(site, lstm)


def _elementwise(name: str, **options: Any) -> Callable[[Any, Site], Apply]:
    def make(layer: Any, site: Site) -> Apply:
        function = getattr(import_module("jax.nn"), name)
        return lambda params, X: function(X, **options)

    return make


LAYERS: dict[type[Layer], Callable[[Any, Site], Apply | None]] = {
    Dense: _dense,
    ReLU: _elementwise("relu"),
    Tanh: _elementwise("tanh"),
    GELU: lambda layer, site: _elementwise("gelu", approximate=layer.approximate)(layer, site),
    Conv2D: _conv2d,
    MaxPool2D: _max_pool,
    GlobalAvgPool: lambda layer, site: lambda params, X: X.mean(tuple(range(1, len(site.x)))),
    Flatten: lambda layer, site: lambda params, X: X.reshape(X.shape[0], -1),
    BatchNorm: _batch_norm,
    LayerNorm: _layer_norm,
    Skip: _skip,
    LSTM: _lstm,
    Attention: _attention,
    Embedding: _embedding,
    PositionalEmbedding: _positional,
}
