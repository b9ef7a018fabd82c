"""Optimizer steps on the CPU, in place on flat slices that fit a core's cache."""

from __future__ import annotations

import math

import numpy as np

from nntui.backends.operations import Array


def sgd(W: Array, dW: Array, rate: float, s: Array) -> None:
    np.multiply(dW, rate, s)
    np.subtract(W, s, W)


def momentum(W: Array, dW: Array, v: Array, rate: float, momentum: float, nesterov: bool, s: Array) -> None:
    np.multiply(v, momentum, v)
    np.add(v, dW, v)
    if nesterov:
        np.multiply(v, momentum, s)
        np.add(s, dW, s)
        np.multiply(s, rate, s)
    else:
        np.multiply(v, rate, s)
    np.subtract(W, s, W)


def adam(
    W: Array, dW: Array, m: Array, v: Array, rate: float, beta1: float, beta2: float, epsilon: float, t: int, s: Array
) -> None:
    np.multiply(m, beta1, m)
    np.multiply(dW, 1.0 - beta1, s)
    np.add(m, s, m)
    np.multiply(v, beta2, v)
    np.multiply(dW, dW, s)
    np.multiply(s, 1.0 - beta2, s)
    np.add(v, s, v)
    # Both bias corrections are folded into two numbers: m^ / (sqrt(v^) + e) = (r / c1) m / (sqrt(v) + e r), r = sqrt(c2).
    root = math.sqrt(1.0 - beta2**t)
    np.sqrt(v, s)
    np.add(s, epsilon * root, s)
    np.divide(m, s, s)
    np.multiply(s, rate * root / (1.0 - beta1**t), s)
    np.subtract(W, s, W)


def add_scaled(A: Array, B: Array, factor: float, s: Array) -> None:
    np.multiply(B, factor, s)
    np.add(A, s, A)


def moments(dW: Array, m: Array, v: Array, beta1: float, beta2: float, s: Array) -> None:
    np.multiply(m, beta1, m)
    np.multiply(dW, 1.0 - beta1, s)
    np.add(m, s, m)
    np.multiply(v, beta2, v)
    np.multiply(dW, dW, s)
    np.multiply(s, 1.0 - beta2, s)
    np.add(v, s, v)


def adam_direction(
    W: Array, m: Array, v: Array, beta1: float, beta2: float, epsilon: float, decay: float, t: int, out: Array, s: Array
) -> None:
    root = math.sqrt(1.0 - beta2**t)
    np.sqrt(v, out)
    np.add(out, epsilon * root, out)
    np.divide(m, out, out)
    np.multiply(out, root / (1.0 - beta1**t), out)
    if decay:
        np.multiply(W, decay, s)
        np.add(out, s, out)


def nadam(
    W: Array, dW: Array, m: Array, v: Array, of_gradient: float, of_momentum: float, beta1: float, beta2: float,
    epsilon: float, t: int, s: Array, r: Array,
) -> None:  # fmt: skip
    moments(dW, m, v, beta1, beta2, s)
    root = math.sqrt(1.0 - beta2**t)  # n / (sqrt(v^) + e) = n root / (sqrt(v) + e root)
    np.multiply(dW, of_gradient * root, r)
    np.multiply(m, of_momentum * root, s)
    np.add(r, s, r)
    np.sqrt(v, s)
    np.add(s, epsilon * root, s)
    np.divide(r, s, s)
    np.subtract(W, s, W)


def rmsprop(dW: Array, v: Array, rho: float, epsilon: float, out: Array) -> None:
    _mean_of_squares(dW, v, rho, out)
    np.sqrt(v, out)
    np.add(out, epsilon, out)
    np.divide(dW, out, out)


def rmsprop_centered(dW: Array, v: Array, mean: Array, rho: float, epsilon: float, out: Array) -> None:
    _mean_of_squares(dW, v, rho, out)
    np.multiply(mean, rho, mean)
    np.multiply(dW, 1.0 - rho, out)
    np.add(mean, out, mean)
    np.multiply(mean, mean, out)
    np.subtract(v, out, out)
    np.maximum(out, 0.0, out=out)  # rounding may leave a variance of nothing below 0
    np.sqrt(out, out)
    np.add(out, epsilon, out)
    np.divide(dW, out, out)


def adagrad(W: Array, dW: Array, v: Array, rate: float, epsilon: float, s: Array) -> None:
    np.multiply(dW, dW, s)
    np.add(v, s, v)
    np.sqrt(v, s)
    np.add(s, epsilon, s)
    np.divide(dW, s, s)
    np.multiply(s, rate, s)
    np.subtract(W, s, W)


def adadelta(W: Array, dW: Array, v: Array, u: Array, rate: float, rho: float, epsilon: float, s: Array, r: Array) -> None:
    _mean_of_squares(dW, v, rho, s)
    np.add(u, epsilon, s)
    np.add(v, epsilon, r)
    np.divide(s, r, s)
    np.sqrt(s, s)
    np.multiply(s, dW, s)
    np.multiply(s, rate, r)
    np.subtract(W, r, W)
    _mean_of_squares(s, u, rho, r)


def _mean_of_squares(A: Array, mean: Array, rho: float, s: Array) -> None:
    np.multiply(mean, rho, mean)
    np.multiply(A, A, s)
    np.multiply(s, 1.0 - rho, s)
    np.add(mean, s, mean)


def lion(W: Array, dW: Array, m: Array, rate: float, beta1: float, beta2: float, s: Array, r: Array) -> None:
    np.subtract(dW, m, s)
    np.multiply(s, 1.0 - beta1, s)
    np.add(s, m, s)
    np.sign(s, r)  # in place it would take 8 times as long
    np.multiply(r, rate, r)
    np.subtract(W, r, W)
    np.subtract(dW, m, s)
    np.multiply(s, 1.0 - beta2, s)
    np.add(m, s, m)


def penalize(W: Array, dW: Array, l1: float, l2: float, s: Array) -> float:
    value = 0.0
    if l1:
        np.sign(W, s)
        value += l1 * float(s.dot(W))  # sign(W) W = |W|
        np.multiply(s, l1, s)
        np.add(dW, s, dW)
    if l2:
        value += 0.5 * l2 * float(W.dot(W))
        np.multiply(W, l2, s)
        np.add(dW, s, dW)
    return value
