"""Activations on the CPU that look at more than one number: softmax over rows, the largest of several pieces."""

from __future__ import annotations

import numpy as np

from nntui.backends.operations import Array


def softmax(X: Array, out: Array, row: Array) -> None:
    np.maximum.reduce(X, axis=-1, keepdims=True, out=row)
    np.subtract(X, row, out)
    np.exp(out, out)
    np.add.reduce(out, axis=-1, keepdims=True, out=row)
    np.divide(out, row, out)


def softmax_backward(Y: Array, dY: Array, out: Array, row: Array, scratch: Array) -> None:
    np.multiply(Y, dY, scratch)
    np.add.reduce(scratch, axis=-1, keepdims=True, out=row)
    np.subtract(dY, row, out)
    np.multiply(out, Y, out)


def log_softmax(X: Array, out: Array, row: Array, scratch: Array) -> None:
    np.maximum.reduce(X, axis=-1, keepdims=True, out=row)
    np.subtract(X, row, out)
    np.exp(out, scratch)
    np.add.reduce(scratch, axis=-1, keepdims=True, out=row)
    np.log(row, row)
    np.subtract(out, row, out)


def log_softmax_backward(Y: Array, dY: Array, out: Array, row: Array, scratch: Array) -> None:
    np.add.reduce(dY, axis=-1, keepdims=True, out=row)
    np.exp(Y, scratch)
    np.multiply(scratch, row, scratch)
    np.subtract(dY, scratch, out)


def maxout(Z: Array, out: Array) -> None:
    np.maximum(Z[:, 0], Z[:, -1], out=out)
    for piece in range(1, Z.shape[1] - 1):
        np.maximum(out, Z[:, piece], out=out)


def maxout_backward(Z: Array, Y: Array, dY: Array, dZ: Array, scratch: Array) -> None:
    np.copyto(scratch, dY)
    for piece in range(Z.shape[1]):
        part = dZ[:, piece]
        np.equal(Z[:, piece], Y, out=part)
        np.multiply(part, scratch, part)
        np.subtract(scratch, part, scratch)  # whoever comes first takes it all: equal pieces don't get it twice
