"""Extra inputs for points in a plane: what TensorFlow Playground offers beside x and y themselves."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from nntui.errors import DataError

if TYPE_CHECKING:
    from nntui.backends.operations import Array

FEATURES: tuple[str, ...] = ("x", "y", "x^2", "y^2", "xy", "sin x", "sin y")
"""Every feature there is, by the name it has in files and on the screen."""


def input_names(tag: str, chosen: tuple[str, ...], own: tuple[str, ...], planar: bool) -> tuple[str, ...]:
    """The names of the inputs: the chosen features, or the data's own names if none were chosen.

    Raises DataError for a feature that doesn't exist or comes twice, and for features of data that aren't planar.
    """
    if not chosen:
        return own
    allowed = ", ".join(FEATURES)
    if not planar:
        raise DataError(
            f"data.features: {allowed} are made from points in a plane, but {tag} doesn't have exactly two numbers as inputs: "
            f"leave features out"
        )
    for name in chosen:
        if name not in FEATURES:
            close = difflib.get_close_matches(name, FEATURES, 1, 0.5)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            raise DataError(f"data.features: there is no feature {name!r}{hint}; there are {allowed}")
        if chosen.count(name) > 1:
            raise DataError(f"data.features: {name!r} is there twice, once is enough")
    return chosen


def expand(points: Array, names: tuple[str, ...]) -> Array:
    """Points (n, 2) to their features (n, len(names)), float64. Names must be from FEATURES."""
    import numpy as np

    x, y = np.asarray(points, dtype=np.float64).T
    inputs = np.empty((len(x), len(names)))
    for column, name in enumerate(names):
        match name:
            case "x":
                inputs[:, column] = x
            case "y":
                inputs[:, column] = y
            case "x^2":
                inputs[:, column] = x * x
            case "y^2":
                inputs[:, column] = y * y
            case "xy":
                inputs[:, column] = x * y
            case "sin x":
                inputs[:, column] = np.sin(x)
            case "sin y":
                inputs[:, column] = np.sin(y)
            case _:
                raise ValueError(name)
    return inputs
