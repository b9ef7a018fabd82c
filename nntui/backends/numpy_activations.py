"""Activations on the CPU: forward into out, backward from what forward left."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nntui.backends.numpy_workers import MANY, side_by_side
from nntui.backends.operations import Array

_SMALL = 4096
"""Elements below which the number of passes over an array matters less than the number and kind of calls."""

_SLOPE = 2.0 * math.sqrt(2.0 / math.pi)
"""Twice the slope at 0 of what gelu_tanh takes the tanh of."""

_PHI = (1.75620729e-09, -1.32264537e-07, 3.96475803e-06, -5.53062602e-05, -3.25948355e-05, 3.63330845e-02, 7.97884941e-01)
"""P of `_normal_cdf`, highest power first: minimax for Phi, not for its own sake, up to |X| = 5.5."""

_FAR = 5.5**2
"""X^2 beyond which P isn't asked: Phi is 0 or 1 there, in single precision."""

_CHUNK = 1 << 15
"""Elements of three arrays that a core's level 2 cache holds with room to spare."""

_OPEN = 20.0
"""An input above which mish's gate is 1 to the last digit of a double, and below which exp(2 X) fits a float."""


def relu(X: Array, out: Array) -> None:
    if X.size < MANY:
        np.maximum(X, 0.0, out=out)
    else:
        side_by_side(_relu, X, out)


def _relu(X: Array, out: Array) -> None:
    np.maximum(X, 0.0, out=out)


def relu_backward(Y: Array, dY: Array, out: Array) -> None:
    if Y.size < _SMALL:
        np.sign(Y, out)  # Y >= 0, so this is 0 or 1, in Y's own type
        np.multiply(out, dY, out)
    elif Y.size < MANY:
        _relu_backward(Y, dY, out)
    else:
        side_by_side(_relu_backward, Y, dY, out, passes=3)


def _relu_backward(Y: Array, dY: Array, out: Array) -> None:
    np.greater(Y, 0.0, out=out)  # a buffered cast, but vectorized
    np.multiply(out, dY, out)


def leaky_relu(X: Array, slope: float, out: Array) -> None:
    np.multiply(X, slope, out)
    np.maximum(X, out, out=out)


def leaky_relu_backward(X: Array, dY: Array, slope: float, out: Array) -> None:
    np.greater(X, 0.0, out=out)
    np.multiply(out, 1.0 - slope, out)
    np.add(out, slope, out)
    np.multiply(out, dY, out)


def tanh(X: Array, out: Array) -> None:
    if X.size < MANY:
        np.tanh(X, out)
    else:
        side_by_side(np.tanh, X, out, passes=5)


def tanh_backward(Y: Array, dY: Array, out: Array) -> None:
    np.multiply(Y, Y, out)
    np.subtract(1.0, out, out)
    np.multiply(out, dY, out)


def sigmoid(X: Array, out: Array) -> None:
    np.multiply(X, 0.5, out)
    np.tanh(out, out)
    np.multiply(out, 0.5, out)
    np.add(out, 0.5, out)


def sigmoid_backward(Y: Array, dY: Array, out: Array) -> None:
    np.subtract(1.0, Y, out)
    np.multiply(out, Y, out)
    np.multiply(out, dY, out)


def gelu(X: Array, out: Array, cdf: Array) -> None:
    if X.size < MANY:
        _gelu(X, out, cdf)
    else:
        side_by_side(_gelu, X, out, cdf, passes=20)


def _gelu(X: Array, out: Array, cdf: Array) -> None:
    if X.dtype == np.float32:
        for part in _in_cache(X):
            _normal_cdf(X[part], cdf[part], out[part])
    else:
        from scipy.special import ndtr  # NumPy has no error function, and SciPy's takes ten times as long as all of the above

        ndtr(X, out=cdf)
    np.multiply(X, cdf, out)


def _in_cache(X: Array) -> Iterator[slice]:
    """A few rows at a time: many passes over them find them in the cache."""
    rows = max(_CHUNK * len(X) // max(X.size, 1), 1)
    return (slice(start, start + rows) for start in range(0, len(X), rows))


def _normal_cdf(X: Array, out: Array, scratch: Array) -> None:
    """Phi(X) = (1 + tanh(X P(X^2))) / 2, within 1e-7: as near as erf in single precision comes."""
    np.multiply(X, X, scratch)
    np.minimum(scratch, _FAR, out=scratch)
    np.multiply(scratch, _PHI[0], out)
    for coefficient in _PHI[1:-1]:
        np.add(out, coefficient, out)
        np.multiply(out, scratch, out)
    np.add(out, _PHI[-1], out)
    np.multiply(out, X, out)
    np.tanh(out, out)
    np.multiply(out, 0.5, out)
    np.add(out, 0.5, out)


def gelu_backward(X: Array, dY: Array, out: Array, cdf: Array, scratch: Array) -> None:
    if X.size < MANY:
        _gelu_backward(X, dY, out, cdf, scratch)
    else:
        side_by_side(_gelu_backward, X, dY, out, cdf, scratch, passes=10)


def _gelu_backward(X: Array, dY: Array, out: Array, cdf: Array, scratch: Array) -> None:
    for part in _in_cache(X):
        x, s = X[part], scratch[part]
        np.multiply(x, x, s)
        np.multiply(s, -0.5, s)
        np.exp(s, s)
        np.multiply(s, 1.0 / math.sqrt(2.0 * math.pi), s)
        np.multiply(s, x, s)
        np.add(s, cdf[part], s)
        np.multiply(s, dY[part], out[part])


def elu(X: Array, alpha: float, gain: float, out: Array, scratch: Array) -> None:
    np.minimum(X, 0.0, out=out)
    np.expm1(out, out)
    if alpha * gain != 1.0:
        np.multiply(out, alpha * gain, out)
    if gain == 1.0 and alpha <= 1.0:
        np.maximum(X, out, out=out)  # exp(X) - 1 >= X
        return
    np.maximum(X, 0.0, out=scratch)
    np.multiply(scratch, gain, scratch)
    np.add(out, scratch, out)


def elu_backward(Y: Array, dY: Array, alpha: float, gain: float, out: Array, scratch: Array) -> None:
    np.minimum(Y, 0.0, out=out)
    np.add(out, alpha * gain, out)  # gain alpha exp(X) where X < 0
    if alpha != 1.0:
        np.greater(Y, 0.0, out=scratch)
        np.multiply(scratch, gain - alpha * gain, scratch)
        np.add(out, scratch, out)
    np.multiply(out, dY, out)


def prelu(X: Array, slope: Array, out: Array, negative: Array, scratch: Array) -> None:
    np.minimum(X, 0.0, out=negative)
    np.multiply(negative, slope, out)
    np.maximum(X, 0.0, out=scratch)
    np.add(out, scratch, out)


def prelu_backward(X: Array, dY: Array, slope: Array, out: Array, scratch: Array) -> None:
    np.greater(X, 0.0, out=scratch)
    np.subtract(1.0, scratch, out)
    np.multiply(out, slope, out)
    np.add(out, scratch, out)
    np.multiply(out, dY, out)


def softplus(X: Array, out: Array, scratch: Array) -> None:
    np.absolute(X, scratch)
    np.negative(scratch, scratch)
    np.exp(scratch, scratch)
    np.log1p(scratch, scratch)
    np.maximum(X, 0.0, out=out)
    np.add(out, scratch, out)


def softplus_backward(Y: Array, dY: Array, out: Array) -> None:
    np.negative(Y, out)
    np.expm1(out, out)
    np.multiply(out, dY, out)
    np.negative(out, out)


def softsign(X: Array, out: Array) -> None:
    np.absolute(X, out)
    np.add(out, 1.0, out)
    np.divide(X, out, out)


def softsign_backward(Y: Array, dY: Array, out: Array) -> None:
    np.absolute(Y, out)
    np.subtract(1.0, out, out)
    np.multiply(out, out, out)
    np.multiply(out, dY, out)


def hard_tanh(X: Array, out: Array) -> None:
    np.maximum(X, -1.0, out=out)
    np.minimum(out, 1.0, out=out)


def hard_tanh_backward(Y: Array, dY: Array, out: Array) -> None:
    np.absolute(Y, out)
    np.less(out, 1.0, out=out)
    np.multiply(out, dY, out)


def step(X: Array, out: Array) -> None:
    np.maximum(X, 0.0, out=out)
    np.sign(out, out)  # in X's own type, and NaN stays NaN


def silu(X: Array, out: Array, gate: Array) -> None:
    np.multiply(X, 0.5, gate)
    np.tanh(gate, gate)
    np.multiply(gate, 0.5, gate)
    np.add(gate, 0.5, gate)
    np.multiply(X, gate, out)


def silu_backward(Y: Array, dY: Array, out: Array, gate: Array) -> None:
    np.subtract(1.0, gate, out)
    np.multiply(out, Y, out)
    np.add(out, gate, out)
    np.multiply(out, dY, out)


def mish(X: Array, out: Array, gate: Array) -> None:
    # tanh(log(1 + e)) = n / (n + 2) with e = exp(X), n = e (e + 2).
    np.minimum(X, _OPEN, out=gate)
    np.exp(gate, gate)
    np.add(gate, 2.0, out)
    np.multiply(gate, out, gate)
    np.add(gate, 2.0, out)
    np.divide(gate, out, gate)
    np.multiply(X, gate, out)


def mish_backward(X: Array, dY: Array, out: Array, gate: Array, scratch: Array) -> None:
    np.multiply(X, 0.5, out)
    np.tanh(out, out)
    np.multiply(out, 0.5, out)
    np.add(out, 0.5, out)  # the derivative of log(1 + exp(X))
    np.multiply(out, X, out)
    np.multiply(gate, gate, scratch)
    np.subtract(1.0, scratch, scratch)
    np.multiply(out, scratch, out)
    np.add(out, gate, out)
    np.multiply(out, dY, out)


def gelu_tanh(X: Array, out: Array, cdf: Array) -> None:
    np.multiply(X, X, out)
    np.multiply(out, 0.044715 * 0.5 * _SLOPE, out)
    np.add(out, 0.5 * _SLOPE, out)
    np.multiply(out, X, out)
    np.tanh(out, cdf)
    np.multiply(cdf, 0.5, cdf)
    np.add(cdf, 0.5, cdf)
    np.multiply(X, cdf, out)


def gelu_tanh_backward(X: Array, dY: Array, out: Array, cdf: Array, scratch: Array) -> None:
    np.multiply(X, X, scratch)
    np.multiply(scratch, 3.0 * 0.044715 * _SLOPE, scratch)
    np.add(scratch, _SLOPE, scratch)
    np.multiply(scratch, X, scratch)
    np.subtract(1.0, cdf, out)
    np.multiply(out, cdf, out)
    np.multiply(out, scratch, out)
    np.add(out, cdf, out)
    np.multiply(out, dY, out)
