"""Data that no preset has, made for the grid from random numbers and written as NPZ files: nothing was tuned to it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Table: TypeAlias = tuple[Array, npt.NDArray[np.float64] | npt.NDArray[np.int64]]


def friedman(rng: np.random.Generator) -> Table:
    """Regression, ten inputs of which five count (Friedman 1991)."""
    X = rng.random((800, 10))
    y = 10.0 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20.0 * (X[:, 2] - 0.5) ** 2 + 10.0 * X[:, 3] + 5.0 * X[:, 4]
    return X, y + 0.5 * rng.standard_normal(800)


def blobs(rng: np.random.Generator) -> Table:
    """Twenty classes, three clouds each, in twenty-four dimensions."""
    centres = 1.2 * rng.standard_normal((60, 24))
    cloud = rng.integers(60, size=1500)
    return centres[cloud] + rng.standard_normal((1500, 24)), cloud % 20


def waves(rng: np.random.Generator) -> Table:
    """Regression, a sum of two sines of one input each, and a bend."""
    X = rng.uniform(-2.0, 2.0, (600, 3))
    return X, np.sin(2.0 * X[:, 0]) + np.cos(1.5 * X[:, 1]) + np.abs(X[:, 2]) + 0.1 * rng.standard_normal(600)


def quadrants(rng: np.random.Generator) -> Table:
    """Four classes by the signs of two hidden directions in eight dimensions."""
    X = rng.standard_normal((1200, 8))
    hidden = X @ rng.standard_normal((8, 2))
    return X, (hidden[:, 0] > 0.0) * 2 + (hidden[:, 1] > 0.0)


def stripes(rng: np.random.Generator) -> Table:
    """Pictures, twelve by twelve: stripes in four directions, in noise."""
    kinds = rng.integers(4, size=1000)
    rows, columns = np.mgrid[:12, :12]
    phase = rng.uniform(0.0, 2.0 * np.pi, 1000)[:, None, None]
    angle = (np.pi / 4.0 * kinds)[:, None, None]
    waves = np.sin(1.6 * (np.cos(angle) * rows + np.sin(angle) * columns) + phase)
    return (waves + 0.7 * rng.standard_normal(waves.shape))[..., None], kinds


MADE: dict[str, Callable[[np.random.Generator], Table]] = {
    "friedman": friedman, "blobs": blobs, "waves": waves, "quadrants": quadrants, "stripes": stripes,
}  # fmt: skip


@cache
def made(name: str, factor: float = 1.0) -> Path:
    """The file, written anew in each process; the inputs times `factor`."""
    X, y = MADE[name](np.random.default_rng(len(name)))
    folder = _folder()
    path, unfinished = folder / f"{name}-{factor:g}.npz", folder / f"{name}-{os.getpid()}.npz"
    np.savez(unfinished, X=(factor * X).astype(np.float32), y=y)
    unfinished.replace(path)
    return path


@cache
def _folder() -> Path:
    """The same one in every process, so that trainings are remembered; another one if that is somebody else's."""
    folder = Path(tempfile.gettempdir()) / "nntui-grid-data"
    folder.mkdir(exist_ok=True)
    return folder if os.access(folder, os.W_OK) else Path(tempfile.mkdtemp(prefix="nntui-grid-"))
