"""Optimizer steps on a GPU: one kernel each; what depends on the step alone is computed on the host in double precision."""

from __future__ import annotations

import math

from nntui.backends.cupy_device import buffer, changing, elementwise, total
from nntui.backends.operations import Array

_sgd = changing("sgd", "T dW, T rate", "T W", "W -= rate * dW")
_momentum = changing(
    "momentum", "T dW, T rate, T momentum, bool nesterov", "T W, T v",
    """
    v = momentum * v + dW;
    W -= rate * (nesterov ? dW + momentum * v : v);
    """,
)  # fmt: skip
_adam = changing(
    "adam", "T dW, T beta1, T rest1, T beta2, T rest2, T step, T epsilon", "T W, T m, T v",
    """
    m = beta1 * m + rest1 * dW;
    v = beta2 * v + rest2 * dW * dW;
    W -= step * m / (sqrt(v) + epsilon);
    """,
)  # fmt: skip
_add_scaled = changing("add_scaled", "T B, T factor", "T A", "A += factor * B")


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


_nadam = changing(
    "nadam", "T dW, T of_gradient, T of_momentum, T beta1, T rest1, T beta2, T rest2, T epsilon", "T W, T m, T v",
    """
    m = beta1 * m + rest1 * dW;
    v = beta2 * v + rest2 * dW * dW;
    W -= (of_gradient * dW + of_momentum * m) / (sqrt(v) + epsilon);
    """,
)  # fmt: skip
_rmsprop = changing(
    "rmsprop", "T dW, T rho, T rest, T epsilon", "T v, T step",
    "v = rho * v + rest * dW * dW; step = dW / (sqrt(v) + epsilon)",
)  # fmt: skip
_rmsprop_centered = changing(
    "rmsprop_centered", "T dW, T rho, T rest, T epsilon", "T v, T mean, T step",
    """
    v = rho * v + rest * dW * dW;
    mean = rho * mean + rest * dW;
    T variance = v - mean * mean;
    step = dW / (sqrt(variance < T(0) ? T(0) : variance) + epsilon);
    """,
)  # fmt: skip
_adagrad = changing(
    "adagrad", "T dW, T rate, T epsilon", "T W, T v", "v += dW * dW; W -= rate * dW / (sqrt(v) + epsilon)"
)  # fmt: skip
_adadelta = changing(
    "adadelta", "T dW, T rate, T rho, T rest, T epsilon", "T W, T v, T u",
    """
    v = rho * v + rest * dW * dW;
    T step = sqrt((u + epsilon) / (v + epsilon)) * dW;
    u = rho * u + rest * step * step;
    W -= rate * step;
    """,
)  # fmt: skip
_lion = changing(
    "lion", "T dW, T rate, T rest1, T rest2", "T W, T m",
    """
    T c = m + rest1 * (dW - m);
    W -= rate * (c > T(0) ? T(1) : c < T(0) ? T(-1) : c);
    m += rest2 * (dW - m);
    """,
)  # fmt: skip
_moments = elementwise(
    "moments", "T dW, T beta1, T rest1, T beta2, T rest2", "T m, T v", "m = beta1 * m + rest1 * dW; v = beta2 * v + rest2 * dW * dW"
)  # fmt: skip
_adam_direction = elementwise(
    "adam_direction", "T W, T m, T v, T correction, T epsilon, T decay", "T u", "u = correction * m / (sqrt(v) + epsilon) + decay * W"
)  # fmt: skip
_penalize = elementwise(
    "penalize", "T W, T l1, T l2", "T dW, T share",
    """
    T sign = W > T(0) ? T(1) : W < T(0) ? T(-1) : W;
    dW += l1 * sign + l2 * W;
    share = (l1 * sign + T(0.5) * l2 * W) * W;
    """,
)  # fmt: skip


def nadam(
    W: Array, dW: Array, m: Array, v: Array, of_gradient: float, of_momentum: float, beta1: float, beta2: float,
    epsilon: float, t: int, s: Array, r: Array,
) -> None:  # fmt: skip
    root = math.sqrt(1.0 - beta2**t)
    _nadam(dW, of_gradient * root, of_momentum * root, beta1, 1.0 - beta1, beta2, 1.0 - beta2, epsilon * root, W, m, v)


def rmsprop(dW: Array, v: Array, rho: float, epsilon: float, out: Array) -> None:
    _rmsprop(dW, rho, 1.0 - rho, epsilon, v, out)


def rmsprop_centered(dW: Array, v: Array, mean: Array, rho: float, epsilon: float, out: Array) -> None:
    _rmsprop_centered(dW, rho, 1.0 - rho, epsilon, v, mean, out)


def adagrad(W: Array, dW: Array, v: Array, rate: float, epsilon: float, s: Array) -> None:
    _adagrad(dW, rate, epsilon, W, v)


def adadelta(W: Array, dW: Array, v: Array, u: Array, rate: float, rho: float, epsilon: float, s: Array, r: Array) -> None:
    _adadelta(dW, rate, rho, 1.0 - rho, epsilon, W, v, u)


def lion(W: Array, dW: Array, m: Array, rate: float, beta1: float, beta2: float, s: Array, r: Array) -> None:
    _lion(dW, rate, 1.0 - beta1, 1.0 - beta2, W, m)


def moments(dW: Array, m: Array, v: Array, beta1: float, beta2: float, s: Array) -> None:
    _moments(dW, beta1, 1.0 - beta1, beta2, 1.0 - beta2, m, v)


def adam_direction(
    W: Array, m: Array, v: Array, beta1: float, beta2: float, epsilon: float, decay: float, t: int, out: Array, s: Array
) -> None:
    root = math.sqrt(1.0 - beta2**t)
    _adam_direction(W, m, v, root / (1.0 - beta1**t), epsilon * root, decay, out)


def penalize(W: Array, dW: Array, l1: float, l2: float, s: Array) -> float:
    _penalize(W, l1, l2, dW, s)
    value = buffer("penalty", 1, W.dtype)
    total("sum", s.size, 1.0, value, s)
    return float(value.item())
