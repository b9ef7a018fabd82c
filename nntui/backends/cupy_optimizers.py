"""Optimizer steps on a GPU: one kernel each; what depends on the step alone is computed on the host in double precision."""

from __future__ import annotations

import math

from nntui.backends.cupy_device import elementwise
from nntui.backends.operations import Array

_sgd = elementwise("sgd", "T dW, T rate", "T W", "W -= rate * dW")
_momentum = elementwise(
    "momentum", "T dW, T rate, T momentum, bool nesterov", "T W, T v",
    """
    v = momentum * v + dW;
    W -= rate * (nesterov ? dW + momentum * v : v);
    """,
)  # fmt: skip
_adam = elementwise(
    "adam", "T dW, T beta1, T rest1, T beta2, T rest2, T step, T epsilon", "T W, T m, T v",
    """
    m = beta1 * m + rest1 * dW;
    v = beta2 * v + rest2 * dW * dW;
    W -= step * m / (sqrt(v) + epsilon);
    """,
)  # fmt: skip
_add_scaled = elementwise("add_scaled", "T B, T factor", "T A", "A += factor * B")


def sgd(W: Array, dW: Array, rate: float, s: Array) -> None:
    _sgd(dW, rate, W)


def momentum(W: Array, dW: Array, v: Array, rate: float, momentum: float, nesterov: bool, s: Array) -> None:
    _momentum(dW, rate, momentum, nesterov, W, v)


def adam(
    W: Array, dW: Array, m: Array, v: Array, rate: float, beta1: float, beta2: float, epsilon: float, t: int, s: Array
) -> None:
    # m^ / (sqrt(v^) + e) = (r / c1) m / (sqrt(v) + e r), c1 = 1 - beta1^t and r = sqrt(1 - beta2^t).
    root = math.sqrt(1.0 - beta2**t)
    _adam(dW, beta1, 1.0 - beta1, beta2, 1.0 - beta2, rate * root / (1.0 - beta1**t), epsilon * root, W, m, v)


def add_scaled(A: Array, B: Array, factor: float, s: Array) -> None:
    _add_scaled(B, factor, A)
