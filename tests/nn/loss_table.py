"""One row per loss configuration; the tests of losses hold every row to the contract, and to PyTorch.

A new loss is one class, and at least one row here with its formula in plain NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nntui import backends
from nntui.nn.layer import Place
from nntui.nn.losses import (
    BinaryCrossEntropy,
    Composite,
    CrossEntropy,
    Focal,
    Hebbian,
    Hinge,
    Huber,
    KLDivergence,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Part,
    Target,
)

NUMBER, NUMBERS, TWO, FIVE = Target(None), Target(None, 3), Target(2), Target(5)
Formula = Callable[[np.ndarray, np.ndarray], float]
"""The value for outputs Z and raw targets y."""


@dataclass(frozen=True)
class Row:
    name: str
    loss: Loss
    target: Target
    outputs: int
    y: np.ndarray
    """Raw targets, as data has them."""
    formula: Formula
    kinks: bool = False
    squares: bool = False
    """Whether it squares outputs: then the largest that it takes is smaller."""
    bottomless: bool = False
    """Whether there is no lowest value, reached where outputs and targets agree."""

    @property
    def fitted(self) -> Loss:
        return self.loss.fitted(self.y, self.target)

    def encoded(self) -> np.ndarray:
        self.loss.check((self.outputs,), self.target)
        return self.fitted.encode(self.y, (self.outputs,), self.target)


def log_softmax(Z: np.ndarray) -> np.ndarray:
    return Z - np.log(np.exp(Z).sum(-1, keepdims=True))


def one_hot(y: np.ndarray, classes: int) -> np.ndarray:
    return np.eye(classes)[y]


def cross_entropy(Z: np.ndarray, y: np.ndarray, smoothing: float = 0.0, weights: np.ndarray | None = None) -> float:
    C = Z.shape[-1]
    w = np.ones(C) if weights is None else np.asarray(weights)
    asked = (1.0 - smoothing) * w[y][:, None] * one_hot(y, C) + smoothing / C * w
    return float(-(asked * log_softmax(Z)).sum() / w[y].sum())


def binary(Z: np.ndarray, T: np.ndarray, weights: np.ndarray | None = None) -> float:
    P = 1.0 / (1.0 + np.exp(-Z))
    w = np.ones_like(Z) if weights is None else weights
    return float(-(w * (T * np.log(P) + (1.0 - T) * np.log(1.0 - P))).sum() / w.sum())


def focal(Z: np.ndarray, y: np.ndarray, gamma: float, weights: np.ndarray | None = None) -> float:
    log_p = log_softmax(Z)[np.arange(len(y)), y]
    w = 1.0 if weights is None else np.asarray(weights)[y]
    return float(np.mean(-w * (1.0 - np.exp(log_p)) ** gamma * log_p))


def hinge(Z: np.ndarray, y: np.ndarray, margin: float, power: int) -> float:
    missing = np.maximum(0.0, margin - Z[np.arange(len(y)), y][:, None] + Z) ** power
    return float((missing * (1.0 - one_hot(y, Z.shape[1]))).mean())


def huber(d: np.ndarray, delta: float) -> float:
    return float(np.where(np.abs(d) < delta, 0.5 * d**2, delta * (np.abs(d) - 0.5 * delta)).mean())


def balanced(y: np.ndarray, classes: int) -> np.ndarray:
    return len(y) / (classes * np.bincount(y, minlength=classes))


_rng = np.random.default_rng(0)
_labels2, _labels5 = _rng.integers(0, 2, 6), np.array([3, 1, 2, 0, 4, 1])
_numbers = _rng.standard_normal((6, 3)).astype(np.float32)
_shares = _rng.dirichlet([0.5, 1.0, 2.0], 6).astype(np.float32)
_shares[0] = [0.0, 1.0, 0.0]
_weights = (0.5, 2.0, 0.0, 1.0, 3.0)
_both = np.concatenate([_labels5[:, None], _numbers], 1).astype(np.float32)


def _signed(y: np.ndarray) -> np.ndarray:
    return 2.0 * y - 1.0


TABLE = (
    Row("cross entropy of two classes", CrossEntropy(), TWO, 2, _labels2, cross_entropy),
    Row("cross entropy of five classes", CrossEntropy(), FIVE, 5, _labels5, cross_entropy),
    Row("smoothed cross entropy", CrossEntropy(0.1), FIVE, 5, _labels5, lambda Z, y: cross_entropy(Z, y, 0.1)),
    Row("weighted cross entropy", CrossEntropy(class_weights=_weights), FIVE, 5, _labels5, lambda Z, y: cross_entropy(Z, y, 0.0, _weights)),
    Row(
        "balanced and smoothed cross entropy", CrossEntropy(0.2, "balanced"), FIVE, 5, _labels5,
        lambda Z, y: cross_entropy(Z, y, 0.2, balanced(y, 5)),
    ),
    Row("binary cross entropy of labels", BinaryCrossEntropy(), TWO, 1, _labels2, lambda Z, y: binary(Z, y[:, None])),
    Row("binary cross entropy of soft targets", BinaryCrossEntropy(), NUMBER, 1, _rng.random((6, 1)).astype(np.float32), binary),
    Row("binary cross entropy of many labels", BinaryCrossEntropy(), NUMBERS, 3, (_numbers > 0).astype(np.float32), binary),
    Row(
        "balanced binary cross entropy", BinaryCrossEntropy("balanced"), TWO, 1, _labels2,
        lambda Z, y: binary(Z, y[:, None], balanced(y, 2)[y][:, None]),
    ),
    Row("focal", Focal(), FIVE, 5, _labels5, lambda Z, y: focal(Z, y, 2.0)),
    Row("focal with little interest", Focal(gamma=0.5), TWO, 2, _labels2, lambda Z, y: focal(Z, y, 0.5)),
    Row("weighted focal", Focal(1.5, _weights), FIVE, 5, _labels5, lambda Z, y: focal(Z, y, 1.5, _weights)),
    Row("hinge", Hinge(), FIVE, 5, _labels5, lambda Z, y: hinge(Z, y, 1.0, 1), kinks=True),
    Row("squared hinge", Hinge(2.0, True), FIVE, 5, _labels5, lambda Z, y: hinge(Z, y, 2.0, 2), kinks=True, squares=True),
    Row(
        "kl of shares", KLDivergence(), NUMBERS, 3, _shares,
        lambda Z, y: float((y * (np.log(np.maximum(y, 1e-30)) - log_softmax(Z))).sum(-1).mean()),
    ),
    Row("mse of numbers", MeanSquaredError(), NUMBERS, 3, _numbers, lambda Z, y: np.mean((Z - y) ** 2), squares=True),
    Row("mse of two classes, one output", MeanSquaredError(), TWO, 1, _labels2, lambda Z, y: np.mean((Z - y[:, None]) ** 2), squares=True),
    Row(
        "mse of two classes, signed", MeanSquaredError(signed=True), TWO, 1, _labels2,
        lambda Z, y: np.mean((Z - _signed(y)[:, None]) ** 2), squares=True,
    ),
    Row(
        "mse of two classes, two outputs", MeanSquaredError(), TWO, 2, _labels2,
        lambda Z, y: np.mean((Z - one_hot(y, 2)) ** 2), squares=True,
    ),
    Row(
        "mse of five classes, signed", MeanSquaredError(signed=True), FIVE, 5, _labels5,
        lambda Z, y: np.mean((Z - _signed(one_hot(y, 5))) ** 2), squares=True,
    ),
    Row("mae of numbers", MeanAbsoluteError(), NUMBERS, 3, _numbers, lambda Z, y: np.mean(np.abs(Z - y)), kinks=True),
    Row("mae of two classes", MeanAbsoluteError(), TWO, 1, _labels2, lambda Z, y: np.mean(np.abs(Z - y[:, None])), kinks=True),
    Row("mae of five classes", MeanAbsoluteError(), FIVE, 5, _labels5, lambda Z, y: np.mean(np.abs(Z - one_hot(y, 5))), kinks=True),
    Row("huber of numbers", Huber(), NUMBERS, 3, _numbers, lambda Z, y: huber(Z - y, 1.0), kinks=True),
    Row("huber of small errors", Huber(delta=0.3), TWO, 1, _labels2, lambda Z, y: huber(Z - y[:, None], 0.3), kinks=True),
    Row("hebbian of two classes", Hebbian(), TWO, 1, _labels2, lambda Z, y: -np.mean(Z * _signed(y)[:, None]), bottomless=True),
    Row("hebbian of numbers", Hebbian(), NUMBERS, 3, _numbers, lambda Z, y: -np.mean(Z * y), bottomless=True),
    Row(
        "composite of a class and numbers",
        Composite((Part(CrossEntropy(), 5), Part(MeanSquaredError(), 3, 2.5))), Target.joined(FIVE, NUMBERS), 8, _both,
        lambda Z, y: cross_entropy(Z[:, :5], y[:, 0].astype(int)) + 2.5 * np.mean((Z[:, 5:] - y[:, 1:]) ** 2), squares=True,
    ),
    Row(
        "composite of three questions",
        Composite((Part(Huber(), 1), Part(CrossEntropy(0.1, "balanced"), 5, 0.5), Part(BinaryCrossEntropy(), 1))),
        Target.joined(NUMBER, FIVE, TWO), 7, np.stack([_numbers[:, 0], _labels5, _labels2], 1).astype(np.float32),
        lambda Z, y: huber(Z[:, :1] - y[:, :1], 1.0)
        + 0.5 * cross_entropy(Z[:, 1:6], y[:, 1].astype(int), 0.1, balanced(y[:, 1].astype(int), 5))
        + binary(Z[:, 6:], y[:, 2:]),
        kinks=True,
    ),
    Row("composite of one", Composite((Part(Focal(), 5),)), FIVE, 5, _labels5, lambda Z, y: focal(Z, y, 2.0)),
)  # fmt: skip


class Bound:
    """A loss in its place, on outputs Z (n, outputs) and encoded targets."""

    def __init__(self, loss: Loss, Z: np.ndarray, T: np.ndarray) -> None:
        self.loss, self.at = loss, Place()
        at = self.at
        at.ops, at.path, at.dtype, at.batch, at.training = backends.load("numpy"), "loss", Z.dtype.name, len(Z), True

        def array(name: str, shape: tuple[int, ...], dtype: str | None = None) -> np.ndarray:
            made = np.full(shape, np.nan if dtype is None else 0, dtype or at.dtype)  # who reads before writing is found out
            setattr(at, name, made)
            return made

        at.array = array  # type: ignore[method-assign]
        at.Z, at.dZ = Z, np.full_like(Z, np.nan)
        at.T = T if T.dtype.kind == "i" else T.astype(Z.dtype)
        at.value = np.zeros(1, Z.dtype)
        loss.bind(at)
        del at.array

    def forward(self) -> float:
        self.loss.forward(self.at)
        return float(self.at.value[0])

    def backward(self) -> np.ndarray:
        self.forward()
        self.loss.backward(self.at)
        return self.at.dZ


def outputs(row: Row, seed: int = 0, dtype: str = "float64") -> np.ndarray:
    """Random ones, away from anything special."""
    return (2.0 * np.random.default_rng(seed).standard_normal((len(row.y), row.outputs))).astype(dtype)
