"""Draws pictures of simple shapes, with what is to be found in them known to the pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntui.backends.operations import Array

KINDS = ("disc", "square", "triangle")


@dataclass(frozen=True)
class Pictures:
    """One shape per picture, on a noisy ground."""

    X: Array
    """(n, size, size, 1), grey."""
    kind: Array
    """(n,), index into KINDS."""
    inside: Array
    """(n, size, size) bool: the pixels of the shape."""
    box: Array
    """(n, 4): centre x, centre y, width, height of the shape's pixels, as shares of the picture's side."""


def pictures(n: int, size: int, noise: float, rng: np.random.Generator) -> Pictures:
    """Shapes with a radius of 1/8 to 1/3 of the side, wholly inside, brighter than the ground by 0.5 to 1."""
    kind = np.arange(n) % len(KINDS)
    radius = rng.uniform(size / 8, size / 3, n)
    centre = radius[:, None] + rng.uniform(size=(n, 2)) * (size - 2.0 * radius)[:, None]
    pixel = np.arange(size) + 0.5
    x = (pixel[None, None, :] - centre[:, 0, None, None]) / radius[:, None, None]
    y = (pixel[None, :, None] - centre[:, 1, None, None]) / radius[:, None, None]
    x, y = np.broadcast_arrays(x, y)
    discs = x * x + y * y <= 1.0
    squares = np.maximum(np.abs(x), np.abs(y)) <= 0.85
    triangles = (np.abs(y) <= 0.9) & (2.0 * np.abs(x) <= y + 0.9)
    inside = np.select([kind[:, None, None] == 0, kind[:, None, None] == 1], [discs, squares], triangles)
    brightness = rng.uniform(0.5, 1.0, (n, 1, 1))
    X = brightness * inside + noise * rng.standard_normal((n, size, size))
    return Pictures(X[..., None], kind, inside, _boxes(inside))


def _boxes(inside: Array) -> Array:
    size = inside.shape[-1]
    columns: Array = np.any(inside, axis=1)
    rows: Array = np.any(inside, axis=2)
    left, right = columns.argmax(axis=1), size - columns[:, ::-1].argmax(axis=1)
    top, bottom = rows.argmax(axis=1), size - rows[:, ::-1].argmax(axis=1)
    boxes: Array = np.stack([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], axis=1) / size
    return boxes
