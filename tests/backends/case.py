"""How an operation's arguments are made, in any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Arguments = dict[str, Any]

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

    def masked_labels(self) -> np.ndarray:
        """Labels of which some are -1."""
        return self.rng.integers(-1, self.D, self.N)

    def label_index(self) -> np.ndarray:
        return np.arange(self.N) * self.D + self.rng.integers(0, self.D, self.N)


@dataclass(frozen=True)
class Case:
    """How to make an operation's arguments, and which of them are its result (the others may be scratch)."""

    arguments: Callable[[Numbers], Arguments]
    results: tuple[str, ...] = ("out",)
    gradient: bool = False
    """Whether it is held to the looser tolerance of gradients."""


# What a NaN or an infinity must still be on the other side of an operation, so that a spoilt training is seen.
STRANGE = np.array([[np.nan, 1.0, -2.0, 0.5], [np.inf, 1.0, 0.0, -1.0], [-np.inf, 2.0, -0.0, 3.0], [1e30, -1e30, 1e-30, -1e-30]])
