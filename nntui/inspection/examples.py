"""Examples as people can look at them: a picture, features by name in the units of the data, or a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.inspection.labels import grey, input_names, picture_shape, token_names

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.subject import Subject
    from nntui.training.programs.base import SplitName


@dataclass(frozen=True, eq=False)
class Examples:
    """Some examples of a part, in their order."""

    pictures: Array | None = None
    """(n, height, width)."""
    names: tuple[str, ...] = ()
    values: Array | None = None
    """(n, names): features in the units of the data."""
    texts: tuple[str, ...] = ()


def described(subject: Subject, split: SplitName, rows: Array) -> Examples:
    """The examples at these positions of a part."""
    X = subject.part(split).X[rows]
    if not subject.asks:
        return Examples()
    shape = picture_shape(subject)
    if shape is not None:
        return Examples(pictures=np.array([grey(x, shape) for x in X]))
    tokens = token_names(subject)
    if tokens:
        return Examples(texts=tuple(joined([tokens[int(i)] for i in x.ravel()]) for x in X))
    points, names = subject.points(split), input_names(subject)
    if points is not None:
        return Examples(names=("x", "y"), values=points[rows])
    if X.ndim != 2 or not names:
        return Examples()
    return Examples(names=names, values=in_units(subject, X))


def in_units(subject: Subject, X: Array) -> Array:
    """Inputs as they were before they were scaled."""
    scaling = subject.data.scaling
    own: Array = X.astype(np.float64)
    return own * scaling.divisor + scaling.shift if scaling is not None else own


def joined(tokens: list[str]) -> str:
    """Tokens as a text: single characters without a gap, words with one."""
    if all(len(token) == 1 or token == "space" for token in tokens):
        return "".join(" " if token == "space" else token for token in tokens)
    return " ".join(tokens)
