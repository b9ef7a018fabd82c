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
