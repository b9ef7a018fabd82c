"""Arguments for activations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .case import STRANGE, Arguments, Case, Numbers


def _unary(**extra: float) -> Case:
    return Case(lambda n: {"X": n.any(), **extra, "out": n.out()})


def _from_output(values: Callable[[Numbers], np.ndarray]) -> Case:
    return Case(lambda n: {"Y": values(n), "dY": n.any(), "out": n.out()}, gradient=True)


def _pieces(n: Numbers) -> Arguments:
    Z = np.round(n.any(n.N, 3, n.D))  # some of them equal
    return {"Z": Z, "Y": Z.max(1), "dY": n.any(), "dZ": n.out(n.N, 3, n.D), "scratch": n.out()}


CASES: dict[str, Case] = {
    "relu": _unary(),
    "relu_backward": _from_output(lambda n: np.maximum(n.any(), 0.0)),
    "leaky_relu": _unary(slope=0.1),
    "leaky_relu_backward": Case(lambda n: {"X": n.any(), "dY": n.any(), "slope": 0.1, "out": n.out()}, gradient=True),
    "tanh": _unary(),
    "tanh_backward": _from_output(lambda n: np.tanh(n.any())),
    "sigmoid": _unary(),
    "sigmoid_backward": _from_output(lambda n: n.share()),
    "gelu": Case(lambda n: {"X": n.any(), "out": n.out(), "cdf": n.out()}, ("out", "cdf")),
    "gelu_backward": Case(
        lambda n: {"X": n.any(), "dY": n.any(), "out": n.out(), "cdf": n.share(), "scratch": n.out()}, gradient=True
    ),
    "softmax": Case(lambda n: {"X": n.any(), "out": n.out(), "row": n.out(n.N, 1)}),
    "softmax_backward": Case(
        lambda n: {"Y": n.rows_of_shares(), "dY": n.any(), "out": n.out(), "row": n.out(n.N, 1), "scratch": n.out()}, gradient=True
    ),
    "elu": Case(lambda n: {"X": n.any(), "alpha": 0.7, "gain": 1.0, "out": n.out(), "scratch": n.out()}),
    "elu_backward": Case(
        lambda n: {"Y": np.maximum(n.any(), -1.9), "dY": n.any(), "alpha": 1.6, "gain": 1.2, "out": n.out(), "scratch": n.out()},
        gradient=True,
    ),
    "prelu": Case(
        lambda n: {"X": n.any(), "slope": n.any(n.D), "out": n.out(), "negative": n.out(), "scratch": n.out()}, ("out", "negative")
    ),
    "prelu_backward": Case(
        lambda n: {"X": n.any(), "dY": n.any(), "slope": n.any(1), "out": n.out(), "scratch": n.out()}, gradient=True
    ),
    "softplus": Case(lambda n: {"X": n.any(), "out": n.out(), "scratch": n.out()}),
    "softplus_backward": _from_output(lambda n: n.positive()),
    "softsign": _unary(),
    "softsign_backward": _from_output(lambda n: np.tanh(n.any())),
    "hard_tanh": _unary(),
    "hard_tanh_backward": _from_output(lambda n: np.clip(n.any(), -1.0, 1.0)),
    "step": _unary(),
    "silu": Case(lambda n: {"X": n.any(), "out": n.out(), "gate": n.out()}, ("out", "gate")),
    "silu_backward": Case(lambda n: {"Y": n.any(), "dY": n.any(), "out": n.out(), "gate": n.share()}, gradient=True),
    "mish": Case(lambda n: {"X": 8.0 * n.any(), "out": n.out(), "gate": n.out()}, ("out", "gate")),
    "mish_backward": Case(
        lambda n: {"X": n.any(), "dY": n.any(), "out": n.out(), "gate": n.share(), "scratch": n.out()}, gradient=True
    ),
    "gelu_tanh": Case(lambda n: {"X": n.any(), "out": n.out(), "cdf": n.out()}, ("out", "cdf")),
    "gelu_tanh_backward": Case(
        lambda n: {"X": n.any(), "dY": n.any(), "out": n.out(), "cdf": n.share(), "scratch": n.out()}, gradient=True
    ),
    "log_softmax": Case(lambda n: {"X": n.any(), "out": n.out(), "row": n.out(n.N, 1), "scratch": n.out()}),
    "log_softmax_backward": Case(
        lambda n: {"Y": np.log(n.rows_of_shares()), "dY": n.any(), "out": n.out(), "row": n.out(n.N, 1), "scratch": n.out()},
        gradient=True,
    ),
    "maxout": Case(lambda n: {"Z": n.any(n.N, 3, n.D), "out": n.out()}),
    "maxout_backward": Case(_pieces, ("dZ",), gradient=True),
}  # fmt: skip

SPOILT_BY: dict[str, Arguments] = {
    name: {"X": STRANGE}
    for name in (
        "relu", "leaky_relu", "tanh", "sigmoid", "gelu", "softmax", "elu", "prelu", "softplus", "softsign", "hard_tanh", "step", "silu",
        "mish", "gelu_tanh", "log_softmax",
    )
} | {"maxout": {"Z": STRANGE[:, None, :] * np.array([1.0, -1.0])[:, None]}}  # fmt: skip
