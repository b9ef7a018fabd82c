"""Pooling and resampling on the CPU, axis by axis where that gives the same: rows first, whole rows of memory at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np

from nntui.backends.numpy_workers import Worker, parts, team
from nntui.backends.operations import Array
from nntui.backends.windows import Axis, Window

BLOCK = 1024 * 1024
"""Bytes of the larger side that are worked on at once."""
ITEM = 128
"""Bytes of a cell's channels up to which moving them as one item is faster than what it saves."""
PASSES = 1.0
"""Nanoseconds per number of the larger side, about."""


def max_pool(X: Array, out: Array, window: Window) -> None:
    rows, columns = window

    def job(worker: Worker, images: slice) -> None:
        x, y = X[images], out[images]
        between = x if rows == Axis(rows.size) else worker.array("between", (len(x), y.shape[1], *x.shape[2:]), x.dtype)
        if between is not x:
            _reduce(np.maximum, -math.inf, x, between, rows, 1)
        _reduce(np.maximum, -math.inf, between, y, columns, 2)

    _in_blocks(job, X, out)


def max_pool_backward(X: Array, Y: Array, dY: Array, out: Array, window: Window) -> None:
    rows, columns = window
    apart = rows.stride >= rows.span and columns.stride >= columns.span  # every input is in one window at most
    tiled = all(axis == Axis(axis.output * axis.kernel, axis.kernel, axis.kernel) for axis in window)  # in exactly one
    narrow = tiled and X.shape[3] * X.itemsize <= ITEM

    def job(worker: Worker, images: slice) -> None:
        x, y, dy, dx = X[images], Y[images], dY[images], out[images]
        open_, hit = worker.array("open", y.shape, np.dtype(bool)), worker.array("hit", y.shape, np.dtype(bool))
        open_[...] = True  # windows whose maximum hasn't been met yet
        part = worker.array("part", y.shape, y.dtype) if narrow or not apart else y
        if narrow:
            for _, inputs in _taps(window):
                _items(part)[...] = _items(x)[inputs]
                _meet(part, y, hit, open_)
                np.multiply(dy, hit, out=part)
                _items(dx)[inputs] = _items(part)
            return
        dx[...] = 0.0
        for outputs, inputs in _taps(window):
            _meet(x[inputs], y[outputs], hit[outputs], open_[outputs])
            if apart:
                np.multiply(dy[outputs], hit[outputs], out=dx[inputs])
            else:
                target, some = dx[inputs], part[outputs]
                np.multiply(dy[outputs], hit[outputs], out=some)
                np.add(target, some, out=target)

    _in_blocks(job, X, Y)


def _meet(x: Array, y: Array, hit: Array, open_: Array) -> None:
    """Where a maximum y is met that hasn't been met before."""
    np.equal(x, y, out=hit)
    np.logical_and(hit, open_, out=hit)
    np.greater(open_, hit, out=open_)


def average_pool(X: Array, out: Array, window: Window) -> None:
    rows, columns = window
    shares = _shares(window, X.dtype)

    def job(worker: Worker, images: slice) -> None:
        x, y = X[images], out[images]
        between = x if rows == Axis(rows.size) else worker.array("between", (len(x), y.shape[1], *x.shape[2:]), x.dtype)
        if between is not x:
            _reduce(np.add, 0.0, x, between, rows, 1)
        _reduce(np.add, 0.0, between, y, columns, 2)
        np.multiply(y, shares, out=y)

    _in_blocks(job, X, out)


def average_pool_backward(dY: Array, out: Array, window: Window) -> None:
    rows, columns = window
    shares = _shares(window, dY.dtype)

    def job(worker: Worker, images: slice) -> None:
        dx = out[images]
        share = worker.array("share", dY[images].shape, dY.dtype)
        np.multiply(dY[images], shares, out=share)
        if rows == Axis(rows.size):
            _scatter(share, dx, columns, 2)
            return
        between = worker.array("between", (*share.shape[:2], *dx.shape[2:]), dY.dtype)
        _scatter(share, between, columns, 2)
        _scatter(between, dx, rows, 1)

    _in_blocks(job, out, dY)


def upsample(X: Array, out: Array, rows: int, columns: int, smooth: bool) -> None:
    def job(worker: Worker, images: slice) -> None:
        x, y = X[images], out[images]
        n, height, width, C = x.shape
        if not smooth:
            y.reshape(n, height, rows, width, columns, C)[...] = x[:, :, None, :, None]
            return
        between = worker.array("between", (n, height * rows, width, C), x.dtype)
        np.matmul(_blend(height, rows, x.dtype), x.reshape(n, height, -1), out=between.reshape(n, height * rows, -1))
        np.matmul(_blend(width, columns, x.dtype), between.reshape(-1, width, C), out=y.reshape(-1, width * columns, C))

    _in_blocks(job, out, X)


def upsample_backward(dY: Array, out: Array, rows: int, columns: int, smooth: bool) -> None:
    def job(worker: Worker, images: slice) -> None:
        dy, dx = dY[images], out[images]
        n, height, width, C = dx.shape
        if smooth:
            between = worker.array("between", (n, height * rows, width, C), dy.dtype)
            np.matmul(_blend(width, columns, dy.dtype).T, dy.reshape(-1, width * columns, C), out=between.reshape(-1, width, C))
            np.matmul(_blend(height, rows, dy.dtype).T, between.reshape(n, height * rows, -1), out=dx.reshape(n, height, -1))
            return
        between = worker.array("between", (n, height, width * columns, C), dy.dtype)
        _reduce(np.add, 0.0, dy, between, Axis(height * rows, rows, rows), 1)
        _reduce(np.add, 0.0, between, dx, Axis(width * columns, columns, columns), 2)

    _in_blocks(job, dY, out)


def _items(A: Array) -> Array:
    """(B, H, W, C) as (B, H, W) items of C numbers each, a view."""
    items: Array = A.view(_item(A.itemsize * A.shape[3]))[..., 0]
    return items


@cache
def _item(size: int) -> np.dtype[np.void]:
    return np.dtype(f"V{size}")


# -- how ---------------------------------------------------------------------------------------------------------------------


def _in_blocks(job: Callable[[Worker, slice], None], large: Array, small: Array) -> None:
    """Do job(worker, images) for all images, side by side, a few at a time."""
    batch = len(large)
    portions = parts(batch, PASSES * (large.size + small.size))
    step = max(1, BLOCK * batch // large.nbytes)

    def portion(worker: Worker, index: int) -> None:
        first, last = portions[index]
        for start in range(first, last, step):
            job(worker, slice(start, min(start + step, last)))

    with team() as ours:
        ours.share(portion, len(portions))


@lru_cache(maxsize=256)
def _taps(window: Window) -> list[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """For every cell of the kernel, row by row: the outputs for which it isn't padding, and the inputs it lies on."""
    rows, columns = window
    covers = [(rows.covered(i), columns.covered(j)) for i in range(rows.kernel) for j in range(columns.kernel)]
    return [((slice(None), down, across), (slice(None), below, beside)) for (down, below), (across, beside) in covers]


@lru_cache(maxsize=256)
def _covers(along: Axis, axis: int) -> list[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """The same for a kernel along one axis; first, if there are any, those that need no padding."""
    before = (slice(None),) * axis
    covers = [((*before, outputs), (*before, inputs)) for outputs, inputs in map(along.covered, range(along.kernel))]
    return sorted(covers, key=lambda cover: cover[0][axis] != slice(0, along.output))


def _reduce(operation: np.ufunc, nothing: float, X: Array, Y: Array, along: Axis, axis: int) -> None:
    """Y = what `operation` makes of the inputs under each window along one axis; `nothing` is what padding counts."""
    covers, everywhere = _covers(along, axis), slice(0, along.output)
    unpadded = [inputs for outputs, inputs in covers[:2] if outputs[axis] == everywhere]
    if len(unpadded) == 2:  # nothing has to be written first
        operation(X[unpadded[0]], X[unpadded[1]], out=Y)
    else:
        Y[...] = X[unpadded[0]] if unpadded else nothing
    for outputs, inputs in covers[len(unpadded) :]:
        target = Y[outputs]
        operation(target, X[inputs], out=target)


def _scatter(dY: Array, dX: Array, along: Axis, axis: int) -> None:
    """The adjoint of summing along one axis: every input gets the sum of dY over the windows it is under."""
    dX[...] = 0.0
    for outputs, inputs in _covers(along, axis):
        target = dX[inputs]
        np.add(target, dY[outputs], out=target)


@lru_cache(maxsize=256)
def _shares(window: Window, dtype: np.dtype[np.generic]) -> Array:
    """1 / (inputs under each window, padding not counted), (H, W, 1)."""
    counts = [np.zeros(axis.output) for axis in window]
    for axis, count in zip(window, counts, strict=True):
        for tap in range(axis.kernel):
            count[axis.covered(tap)[0]] += 1.0
    return (1.0 / np.maximum(np.outer(*counts), 1.0))[:, :, None].astype(dtype)


@lru_cache(maxsize=256)
def _blend(size: int, factor: int, dtype: np.dtype[np.generic]) -> Array:
    """Linear interpolation along one axis as a matrix (size x factor, size): cell centres, edges continued."""
    centres = np.clip((np.arange(size * factor) + 0.5) / factor - 0.5, 0.0, size - 1.0)
    below = np.minimum(centres.astype(np.int64), max(size - 2, 0))
    blend = np.zeros((size * factor, size))
    index = np.arange(size * factor)
    blend[index, below] = 1.0 - (centres - below)
    blend[index, np.minimum(below + 1, size - 1)] += centres - below
    return blend.astype(dtype)
