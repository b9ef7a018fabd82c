"""Arguments for the operations of ids and attention."""

from __future__ import annotations

import numpy as np

from .case import STRANGE, Arguments, Case, Numbers


def _scatter(n: Numbers) -> Arguments:
    """Half of the rows belong to one id, as padding does; some ids have none."""
    rows = n.N // 2 + 2
    ids = n.rng.integers(0, rows, n.N) * n.rng.integers(0, 2, n.N)
    return {
        "ids": ids, "A": n.any(), "out": n.out(rows, n.D), "positions": np.arange(n.N), "order": np.full(n.N, -7),
        "gathered": n.out(), "sums": n.out(min(n.N, rows), n.D),
    }  # fmt: skip


def _heads(n: Numbers) -> tuple[int, int, int, int]:
    """B, heads, T, d, from a single place with a single number on."""
    return 3, 2, min(n.N, 37), min(n.D, 33)


def _attention(n: Numbers) -> Arguments:
    shape = B, heads, T, _ = _heads(n)
    return {
        "Q": n.any(*shape), "K": n.any(*shape), "V": n.any(*shape), "causal": n.N % 2 == 1, "P": n.out(B, heads, T, T),
        "out": n.out(*shape),
    }  # fmt: skip


def _attention_backward(n: Numbers) -> Arguments:
    shape = B, heads, T, _ = _heads(n)
    P = n.positive(B, heads, T, T)
    return {
        "Q": n.any(*shape), "K": n.any(*shape), "V": n.any(*shape), "P": P / P.sum(2, keepdims=True), "Y": n.any(*shape),
        "dY": n.any(*shape), "dQ": n.out(*shape), "dK": n.out(*shape), "dV": n.out(*shape),
    }  # fmt: skip


CASES: dict[str, Case] = {
    "scatter": Case(_scatter, gradient=True),
    "attention": Case(_attention, ("P", "out")),
    "attention_backward": Case(_attention_backward, ("dQ", "dK", "dV"), gradient=True),
}

SPOILT_BY: dict[str, Arguments] = {
    "scatter": {"A": STRANGE},
    "attention": {"Q": np.broadcast_to(STRANGE, (3, 2, 4, 4))},
}
