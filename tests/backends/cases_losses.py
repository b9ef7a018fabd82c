"""Arguments for the operations of losses."""

from __future__ import annotations

import numpy as np

from .case import STRANGE, Arguments, Case

CASES: dict[str, Case] = {
    "softmax_cross_entropy": Case(
        lambda n: {
            "Z": n.any(), "index": n.label_index(), "P": n.out(), "row": n.out(n.N, 1), "picked": n.out(n.N), "value": n.out(1),
        },
        ("P", "value"),
    ),
    "softmax_cross_entropy_backward": Case(
        lambda n: {"P": n.rows_of_shares(), "index": n.label_index(), "picked": n.out(n.N), "dZ": n.out()}, ("dZ",), gradient=True
    ),
    "label_index": Case(
        lambda n: {"labels": n.masked_labels(), "offsets": np.arange(n.N) * n.D, "out": np.full(n.N, -7)},
    ),
    "masked_mean": Case(
        lambda n: {"labels": n.masked_labels(), "losses": n.any(n.N), "weight": n.out(n.N), "value": n.out(1)}, ("weight", "value")
    ),
    "weighted_cross_entropy_backward": Case(
        lambda n: {
            "P": n.rows_of_shares(), "index": n.label_index(), "weight": n.share(n.N), "picked": n.out(n.N), "dZ": n.out(),
        },
        ("dZ",), gradient=True,
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
}  # fmt: skip

SPOILT_BY: dict[str, Arguments] = {
    "softmax_cross_entropy": {"Z": STRANGE},
    "sigmoid_cross_entropy": {"Z": STRANGE},
    "squared_error": {"Z": STRANGE},
    "absolute_error": {"Z": STRANGE},
    "sign": {"A": STRANGE},
}
