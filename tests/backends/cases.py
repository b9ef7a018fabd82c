"""Every operation with arguments for it, so that two backends can be compared on all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Arguments = dict[str, Any]

SIZES = [(1, 1), (5, 3), (64, 10), (37, 33), (7, 1000), (3000, 9)]
"""Rows and columns: a single number, odd ones, long rows, and more rows and numbers than one block takes."""


class Numbers:
    """Random arguments of one size. Scratch and outputs are NaN at first: who reads them before writing is found out."""

    def __init__(self, N: int, D: int) -> None:
        self.N, self.D = N, D
        self.rng = np.random.default_rng([N, D])

    def any(self, *shape: int) -> np.ndarray:
        return self.rng.normal(0.0, 2.0, shape or (self.N, self.D))

    def positive(self, *shape: int) -> np.ndarray:
        return self.rng.uniform(0.1, 3.0, shape or (self.N, self.D))

    def share(self, *shape: int) -> np.ndarray:
        return self.rng.uniform(0.0, 1.0, shape or (self.N, self.D))

    def rows_of_shares(self) -> np.ndarray:
        P = self.positive()
        return P / P.sum(1, keepdims=True)

    def out(self, *shape: int) -> np.ndarray:
        return np.full(shape or (self.N, self.D), np.nan)

    def label_index(self) -> np.ndarray:
        return np.arange(self.N) * self.D + self.rng.integers(0, self.D, self.N)


@dataclass(frozen=True)
class Case:
    """How to make an operation's arguments, and which of them are its result (the others may be scratch)."""

    arguments: Callable[[Numbers], Arguments]
    results: tuple[str, ...] = ("out",)
    gradient: bool = False
    """Whether it is held to the looser tolerance of gradients."""


def _unary(**extra: float) -> Case:
    return Case(lambda n: {"X": n.any(), **extra, "out": n.out()})


def _from_output(values: Callable[[Numbers], np.ndarray]) -> Case:
    return Case(lambda n: {"Y": values(n), "dY": n.any(), "out": n.out()}, gradient=True)


CASES: dict[str, Case] = {
    "matmul": Case(lambda n: {"A": n.any(), "B": n.any(n.D, 4), "out": n.out(n.N, 4)}),
    "affine": Case(lambda n: {"X": n.any(), "W": n.any(n.D, 4), "b": n.any(4), "out": n.out(n.N, 4)}),
    "matmul_transposed_left": Case(lambda n: {"A": n.any(), "B": n.any(n.N, 4), "out": n.out(n.D, 4)}, gradient=True),
    "matmul_transposed_right": Case(lambda n: {"A": n.any(), "B": n.any(4, n.D), "out": n.out(n.N, 4)}, gradient=True),
    "sum_rows": Case(lambda n: {"A": n.any(), "out": n.out(n.D)}, gradient=True),
    "add": Case(lambda n: {"A": n.any(), "B": n.any(n.D), "out": n.out()}),
    "subtract": Case(lambda n: {"A": n.any(), "B": n.any(n.N, 1), "out": n.out()}),
    "multiply": Case(lambda n: {"A": n.any(), "B": n.any(n.D), "out": n.out()}),
    "scale": Case(lambda n: {"A": n.any(), "factor": -0.3, "out": n.out()}),
    "squared_norm": Case(lambda n: {"A": n.any(n.N * n.D)}, ()),
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
    "column_moments": Case(
        lambda n: {
            "X": n.any() + 3.0, "mean": n.out(n.D), "variance": n.out(n.D), "centered": n.out(), "scratch": n.out(),
        },
        ("mean", "variance", "centered"),
    ),
    "inverse_std": Case(lambda n: {"variance": n.positive(n.D), "epsilon": 1e-5, "out": n.out(n.D)}),
    "scale_shift": Case(lambda n: {"X": n.any(), "gamma": n.any(n.D), "beta": n.any(n.D), "out": n.out()}),
    "moving_average": Case(
        lambda n: {"average": n.any(n.D), "value": n.any(n.D), "rate": 0.1, "scratch": n.out(n.D)}, ("average",)
    ),
    "normalize_columns_backward": Case(
        lambda n: {
            "N": n.any(), "dN": n.any(), "inverse_std": n.positive(n.D), "out": n.out(), "row": n.out(n.D), "scratch": n.out(),
        },
        gradient=True,
    ),
    "normalize_groups": Case(
        lambda n: {
            "X": n.any(n.N, 3, 2, n.D) + 3.0, "epsilon": 1e-5, "N": n.out(n.N, 3, 2, n.D), "inverse_std": n.out(n.N, 2),
            "group": n.out(n.N, 2), "spread": n.out(n.N, 2, n.D), "scratch": n.out(n.N, 3, 2, n.D),
        },
        ("N", "inverse_std"),
    ),
    "normalize_groups_backward": Case(
        lambda n: {
            "N": n.any(n.N, 3, 2, n.D), "dN": n.any(n.N, 3, 2, n.D), "inverse_std": n.positive(n.N, 2), "out": n.out(n.N, 3, 2, n.D),
            "group": n.out(n.N, 2), "spread": n.out(n.N, 2, n.D), "scratch": n.out(n.N, 3, 2, n.D),
        },
        gradient=True,
    ),
    "softmax_cross_entropy": Case(
        lambda n: {
            "Z": n.any(), "index": n.label_index(), "P": n.out(), "row": n.out(n.N, 1), "picked": n.out(n.N), "value": n.out(1),
        },
        ("P", "value"),
    ),
    "softmax_cross_entropy_backward": Case(
        lambda n: {"P": n.rows_of_shares(), "index": n.label_index(), "picked": n.out(n.N), "dZ": n.out()}, ("dZ",), gradient=True
    ),
    "sigmoid_cross_entropy": Case(
        lambda n: {"Z": n.any(), "T": n.share(), "P": n.out(), "scratch": n.out(), "value": n.out(1)}, ("P", "value")
    ),
    "squared_error": Case(
        lambda n: {"Z": n.any(), "T": n.any(), "difference": n.out(), "value": n.out(1)}, ("difference", "value")
    ),
    "absolute_error": Case(
        lambda n: {"Z": n.any(), "T": n.any(), "difference": n.out(), "scratch": n.out(), "value": n.out(1)}, ("difference", "value")
    ),
    "sign": Case(lambda n: {"A": np.round(n.any()), "out": n.out()}),
    "sgd": Case(lambda n: {"W": n.any(n.N), "dW": n.any(n.N), "rate": 0.1, "s": n.out(n.N)}, ("W",)),
    "momentum": Case(
        lambda n: {
            "W": n.any(n.N), "dW": n.any(n.N), "v": n.any(n.N), "rate": 0.1, "momentum": 0.9, "nesterov": n.D % 2 == 0, "s": n.out(n.N),
        },
        ("W", "v"),
    ),
    "adam": Case(
        lambda n: {
            "W": n.any(n.N), "dW": n.any(n.N), "m": n.any(n.N), "v": n.positive(n.N), "rate": 0.1, "beta1": 0.9, "beta2": 0.999,
            "epsilon": 1e-8, "t": n.D, "s": n.out(n.N),
        },
        ("W", "m", "v"),
    ),
    "add_scaled": Case(lambda n: {"A": n.any(n.N), "B": n.any(n.N), "factor": 0.7, "s": n.out(n.N)}, ("A",)),
    "lstm_cell": Case(
        lambda n: {
            "Z": n.any(4 * n.N, n.D), "C_before": n.any(), "C": n.out(), "tanh_C": n.out(), "H": n.out(), "scratch": n.out(),
        },
        ("Z", "C", "tanh_C", "H"),
    ),
    "lstm_slopes": Case(
        lambda n: {
            "Z": n.share(3, 4 * n.N, n.D), "C_before": n.any(3, n.N, n.D), "tanh_C": n.share(3, n.N, n.D),
            "dZ": n.out(3, 4 * n.N, n.D), "slope_C": n.out(3, n.N, n.D),
        },
        ("dZ", "slope_C"), gradient=True,
    ),
    "lstm_cell_backward": Case(
        lambda n: {
            "dH": n.any(), "slope_C": n.any(), "Z": n.share(4 * n.N, n.D), "dC": n.any(), "dZ": n.any(4 * n.N, n.D), "scratch": n.out(),
        },
        ("dC", "dZ"), gradient=True,
    ),
    "gru_cell": Case(
        lambda n: {"Z": n.any(4 * n.N, n.D), "H_before": n.any(), "H": n.out(), "scratch": n.out()}, ("Z", "H")
    ),
    "gru_slopes": Case(
        lambda n: {"Z": n.share(3, 4 * n.N, n.D), "H_before": n.any(3, n.N, n.D), "dZ": n.out(3, 4 * n.N, n.D)}, ("dZ",), gradient=True
    ),
    "gru_cell_backward": Case(
        lambda n: {"dH": n.any(), "Z": n.share(4 * n.N, n.D), "dZ": n.any(4 * n.N, n.D), "carry": n.out()}, ("dZ", "carry"), gradient=True
    ),
}  # fmt: skip

OTHERS = frozenset(
    {
        "NAME", "empty", "zeros", "count", "from_host", "to_host", "copy", "fill", "gather", "rows", "synchronize",
        "dropout_mask", "normal",
    }
)  # fmt: skip
"""Operations on memory, and those whose numbers are a backend's own: they have tests of their own."""


# What a NaN or an infinity must still be on the other side of an operation, so that a spoilt training is seen.
STRANGE = np.array([[np.nan, 1.0, -2.0, 0.5], [np.inf, 1.0, 0.0, -1.0], [-np.inf, 2.0, -0.0, 3.0], [1e30, -1e30, 1e-30, -1e-30]])
SPOILT_BY: dict[str, Arguments] = {
    "relu": {"X": STRANGE},
    "leaky_relu": {"X": STRANGE},
    "tanh": {"X": STRANGE},
    "sigmoid": {"X": STRANGE},
    "gelu": {"X": STRANGE},
    "softmax": {"X": STRANGE},
    "sign": {"A": STRANGE},
    "scale": {"A": STRANGE},
    "squared_norm": {"A": STRANGE.reshape(-1)},
    "column_moments": {"X": STRANGE},
    "softmax_cross_entropy": {"Z": STRANGE},
    "sigmoid_cross_entropy": {"Z": STRANGE},
    "squared_error": {"Z": STRANGE},
    "absolute_error": {"Z": STRANGE},
    "sgd": {"dW": STRANGE[:, 0]},
    "adam": {"dW": STRANGE[:, 0]},
}  # fmt: skip
