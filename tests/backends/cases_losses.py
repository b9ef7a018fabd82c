"""Arguments for the operations of losses."""

from __future__ import annotations

import numpy as np

from .case import STRANGE, Arguments, Case, Numbers


def _missing(n: Numbers) -> Arguments:
    missing, index = np.maximum(n.any(), 0.0), n.label_index()
    missing.flat[index] = 0.0
    return {"missing": missing, "index": index, "squared": n.D % 2 == 0, "picked": n.out(n.N), "dZ": n.out()}


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
    "soft_cross_entropy": Case(
        lambda n: {
            "Z": n.any(), "T": n.share(), "P": n.out(), "row": n.out(n.N, 1), "scratch": n.out(), "sums": n.out(n.N), "losses": n.out(n.N),
        },
        ("P", "sums", "losses"),
    ),
    "soft_cross_entropy_backward": Case(
        lambda n: {"P": n.rows_of_shares(), "T": n.share(), "sums": n.positive(n.N), "total": n.positive(1), "dZ": n.out()},
        ("dZ",), gradient=True,
    ),
    "ratio_of_sums": Case(
        lambda n: {"A": n.positive(n.N), "B": n.positive(n.N), "total": n.out(1), "value": n.out(1)}, ("total", "value")
    ),
    "entropy": Case(lambda n: {"T": np.maximum(n.rows_of_shares() - 0.1, 0.0), "scratch": n.out(), "out": n.out(n.N)}),
    "weighted_sigmoid_cross_entropy": Case(
        lambda n: {
            "Z": n.any(), "T": np.round(n.share()), "no": 0.5, "yes": 3.0, "P": n.out(), "weight": n.out(), "scratch": n.out(),
            "total": n.out(1), "value": n.out(1),
        },
        ("P", "weight", "value"),
    ),
    "focal": Case(
        lambda n: {
            "losses": n.positive(n.N), "gamma": 1.5, "weight": n.positive(n.N) / n.N, "q": n.out(n.N), "scratch": n.out(n.N),
            "value": n.out(1),
        },
        ("weight", "value"), gradient=True,
    ),
    "hinge": Case(
        lambda n: {
            "Z": n.any(), "index": n.label_index(), "margin": 1.0, "squared": n.D % 2 == 0, "missing": n.out(), "picked": n.out(n.N),
            "value": n.out(1),
        },
        ("missing", "value"),
    ),
    "hinge_backward": Case(_missing, ("dZ",), gradient=True),
    "huber": Case(
        lambda n: {"Z": n.any(), "T": n.any(), "delta": 1.3, "cut": n.out(), "scratch": n.out(), "value": n.out(1)}, ("cut", "value")
    ),
    "hebbian": Case(lambda n: {"Z": n.any(), "T": n.any(), "scratch": n.out(), "value": n.out(1)}, ("value",)),
    "as_labels": Case(lambda n: {"source": np.round(n.positive(n.N)), "out": np.full(n.N, -7)}),
}  # fmt: skip

SPOILT_BY: dict[str, Arguments] = {
    "softmax_cross_entropy": {"Z": STRANGE},
    "sigmoid_cross_entropy": {"Z": STRANGE},
    "squared_error": {"Z": STRANGE},
    "absolute_error": {"Z": STRANGE},
    "sign": {"A": STRANGE},
    "soft_cross_entropy": {"Z": STRANGE},
    "weighted_sigmoid_cross_entropy": {"Z": STRANGE},
    "hinge": {"Z": STRANGE},
    "huber": {"Z": STRANGE},
    "hebbian": {"Z": STRANGE},
}
