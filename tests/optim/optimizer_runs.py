"""Fifty parameters in three arrays, the first two of which decay, moved by given gradients."""

from __future__ import annotations

import numpy as np

from nntui import backends
from nntui.nn.groups import Group
from nntui.optim.optimizers import LAMB, SGD, Adadelta, Adagrad, Adam, AdamW, Lion, NAdam, Optimizer, RMSprop
from nntui.optim.penalty import Penalty
from nntui.optim.updater import Updater
from optim.formulas import Formula

OPS = backends.load("numpy")
SIZE, DECAYING, CUT = 50, 30, 12

CASES = (
    SGD(learning_rate=0.1),
    SGD(learning_rate=0.1, weight_decay=0.02),
    SGD(learning_rate=0.1, momentum=0.9, weight_decay=0.02),
    SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
    Adam(learning_rate=0.01),
    Adam(learning_rate=0.01, weight_decay=0.02, beta1=0.8, beta2=0.9, epsilon=1e-4),
    AdamW(learning_rate=0.01, weight_decay=0.1),
    NAdam(learning_rate=0.01),
    NAdam(learning_rate=0.01, weight_decay=0.02, beta1=0.8, momentum_decay=0.3),
    RMSprop(),
    RMSprop(rho=0.8, momentum=0.9, weight_decay=0.02),
    RMSprop(centered=True, epsilon=1e-3),
    RMSprop(rho=0.7, centered=True, momentum=0.5, epsilon=1e-3),
    Adagrad(),
    Adagrad(learning_rate=0.1, weight_decay=0.02, epsilon=1e-3),
    Adadelta(),
    Adadelta(learning_rate=0.5, rho=0.7, epsilon=1e-3, weight_decay=0.02),
    Lion(learning_rate=0.01),
    Lion(learning_rate=0.01, beta1=0.5, beta2=0.8, weight_decay=0.1),
    LAMB(learning_rate=0.01),
    LAMB(learning_rate=0.1, weight_decay=0.0, beta1=0.5),
)


def gradients(steps: int, seed: int = 0, size: int = SIZE) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((steps, size))


def weights(size: int = SIZE) -> np.ndarray:
    return np.linspace(-1.0, 1.0, size)


class Run:
    """Parameters that start at fixed numbers, moved by given gradients."""

    def __init__(
        self,
        optimizer: Optimizer,
        groups: tuple[Group, ...] | None = None,
        clip_norm: float | None = None,
        dtype: str = "float64",
        size: int = SIZE,
        penalty: Penalty | None = None,
    ) -> None:
        self.W = weights(size).astype(dtype)
        self.dW = np.zeros(size, dtype)
        groups = groups or (Group(slice(0, DECAYING), True, cuts=(CUT,)), Group(slice(DECAYING, size), False))
        self.updater = Updater(optimizer, OPS, self.W, self.dW, groups, clip_norm, penalty)
        self.rate = optimizer.learning_rate

    def go(self, gradients: np.ndarray, momentum: float | None = None) -> list[tuple[float, bool]]:
        told = []
        for g in gradients:
            self.dW[:] = g
            told.append(self.updater.step(self.rate, momentum))
        return told


def formula(optimizer: Optimizer, gradients: np.ndarray) -> np.ndarray:
    """Where the papers' formula leads."""
    told = Formula(optimizer, weights(), DECAYING, [slice(0, CUT), slice(CUT, DECAYING), slice(DECAYING, SIZE)])
    for g in gradients:
        told.step(g)
    return told.W
