"""Every operation with arguments for it, so that two backends can be compared on all of them."""

from __future__ import annotations

from . import cases_activations as activations
from . import cases_convolution as convolution
from . import cases_losses as losses
from . import cases_optimizers as optimizers
from . import cases_sequences as sequences
from .case import STRANGE, Arguments, Case, Numbers

__all__ = ["CASES", "OTHERS", "SIZES", "SPOILT_BY", "Arguments", "Case", "Numbers"]

SIZES = [(1, 1), (5, 3), (64, 10), (37, 33), (7, 1000), (3000, 9)]
"""Rows and columns: a single number, odd ones, long rows, and more rows and numbers than one block takes."""

def _lstm_slopes(n: Numbers) -> Arguments:
    Z, tanh_C = n.share(3, 5 * n.N, n.D), n.share(3, n.N, n.D)
    return {"Z": Z, "tanh_C": tanh_C, "H": Z[:, : n.N] * tanh_C, "dZ": n.out(3, 4 * n.N, n.D), "slope_C": n.out(3, n.N, n.D)}


CASES: dict[str, Case] = {
    **activations.CASES, **convolution.CASES, **losses.CASES, **optimizers.CASES, **sequences.CASES,
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
    "column_moments": Case(
        lambda n: {
            "X": n.any() + 3.0, "mean": n.out(n.D), "variance": n.out(n.D), "scratch": n.out(),
        },
        ("mean", "variance"),
    ),
    "inverse_std": Case(lambda n: {"variance": n.positive(n.D), "epsilon": 1e-5, "out": n.out(n.D)}),
    "scale_shift": Case(lambda n: {"X": n.any(), "gamma": n.any(n.D), "beta": n.any(n.D), "out": n.out()}),
    "moving_average": Case(
        lambda n: {"average": n.any(n.D), "value": n.any(n.D), "rate": 0.1, "scratch": n.out(n.D)}, ("average",)
    ),
    "normalize_columns": Case(
        lambda n: {
            "X": n.any(), "mean": n.any(n.D), "inverse_std": n.positive(n.D), "gamma": n.any(n.D), "beta": n.any(n.D),
            "out": n.out(), "rows": n.out(2, n.D),
        }
    ),
    "normalize_columns_sums": Case(
        lambda n: {
            "X": n.any(), "dY": n.any(), "mean": n.any(n.D), "inverse_std": n.positive(n.D), "dgamma": n.out(n.D),
            "dbeta": n.out(n.D), "scratch": n.out(),
        },
        ("dgamma", "dbeta"), gradient=True,
    ),
    "normalize_columns_backward": Case(
        lambda n: {
            "X": n.any(), "dY": n.any(), "mean": n.any(n.D), "inverse_std": n.positive(n.D), "gamma": n.any(n.D),
            "dgamma": n.any(n.D), "dbeta": n.any(n.D), "out": n.out(), "rows": n.out(3, n.D),
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
    "lstm_cell": Case(
        lambda n: {
            "Z": n.any(5 * n.N, n.D), "C": n.out(), "tanh_C": n.out(), "H": n.out(), "scratch": n.out(2 * n.N, n.D),
        },
        ("Z", "C", "tanh_C", "H"),
    ),
    "lstm_slopes": Case(_lstm_slopes, ("dZ", "slope_C"), gradient=True),
    "lstm_cell_backward": Case(
        lambda n: {
            "dH": n.any(), "slope_C": n.any(), "Z": n.share(5 * n.N, n.D), "dC": n.any(), "dZ": n.any(4 * n.N, n.D),
            "scratch": n.out(2 * n.N, n.D),
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
        "NAME", "empty", "zeros", "count", "from_host", "to_host", "to_hosts", "squared_norms",
        "copy", "fill", "gather", "rows", "synchronize",
        "dropout_mask", "normal",
    }
)  # fmt: skip
"""Operations on memory, and those whose numbers are a backend's own: they have tests of their own."""


SPOILT_BY: dict[str, Arguments] = {
    **activations.SPOILT_BY, **convolution.SPOILT_BY, **losses.SPOILT_BY, **optimizers.SPOILT_BY, **sequences.SPOILT_BY,
    "scale": {"A": STRANGE},
    "squared_norm": {"A": STRANGE.reshape(-1)},
    "column_moments": {"X": STRANGE},
}  # fmt: skip
