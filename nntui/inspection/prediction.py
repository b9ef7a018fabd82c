"""What the network says to one example: one of the data, or one that a person types."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import NntuiError
from nntui.inspection.answers import example_losses
from nntui.inspection.examples import in_units
from nntui.inspection.labels import class_names, classes_asked, grey, input_names, picture_shape, token_names
from nntui.nn.losses import Composite
from nntui.program import Autoencoder

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject

LIKELIEST = 12
"""Classes that are listed."""

_PAIR = re.compile(r"([^=,;]+?)\s*=\s*([^=,;\s]+)\s*(?:[,;\s]|$)")


@dataclass(frozen=True, eq=False)
class Prediction:
    """The answer to one example."""

    example: int
    """Position in the part; -1 for one that was typed."""
    inputs: tuple[tuple[str, float], ...]
    """Features by name, in the units of the data; empty for images and sequences."""
    picture: Array | None
    tokens: tuple[str, ...]
    """What was read, if inputs are tokens."""
    sequence: Array | None
    """(features, steps) of a measured sequence."""
    asked_at: str
    """Where in a sequence the answer is read; empty for the whole example."""
    likeliest: tuple[tuple[str, float], ...]
    """Classes with their probabilities, the likeliest first; empty for numbers."""
    numbers: tuple[tuple[float, float | None], ...]
    """Numbers with what would be right, in the units of the data; empty for classes."""
    truth: str
    """The right class, if it is known."""
    loss: float | None
    answers: tuple[tuple[str, Array], ...]
    """Answers that are pictures (height, width), by what they are: what was said, what is right."""
    typing: str
    """What can be typed, in words; empty if examples can only be picked."""


def prediction(subject: Subject, request: Request) -> Prediction:
    """The answer to the example, or to the typed one. Raises NntuiError, with what can be typed, if that can't be read."""
    part = subject.part(request.split)
    at = request.example % len(part)
    place: int | None = None
    if request.typed:
        X, place = read(subject, request.typed, part.X[at : at + 1], request)
    else:
        X = part.X[at : at + 1]
    known = None if request.typed else part.y[at : at + 1]
    if subject.facts.tokenizer is not None and place is None and subject.target.shape:
        place = subject.target.shape[0] - 1
    Z = subject.outputs(X)
    said = Z if place is None else Z[:, place]
    likeliest, truth = _classes(subject, Z, said, known, place)
    pictured = isinstance(subject.experiment.program, Autoencoder) and picture_shape(subject) is not None
    numbers = () if pictured or likeliest or (subject.asks and subject.target.classes is not None) else _numbers(subject, Z, known)
    loss = float(example_losses(subject, Z, known)[0]) if known is not None and subject.asks else None
    shape, names = picture_shape(subject), token_names(subject)
    tokens = tuple(names[int(i)] for i in X[0].ravel()) if names else ()
    if request.typed and place is not None:
        tokens = tokens[: place + 1]
    sequence = X[0].T if X.ndim == 3 and not names else None
    where = f"after {tokens[-1]!r}" if place is not None and tokens else ""
    return Prediction(
        -1 if request.typed else at, _inputs(subject, X[0], request, bool(request.typed)), grey(X[0], shape) if shape is not None else None,
        tokens, sequence, where, likeliest, numbers, truth, loss, _pictured(subject, Z, known), wanted(subject),
    )  # fmt: skip


# -- typing ------------------------------------------------------------------------------------------------------------


def wanted(subject: Subject) -> str:
    """What can be typed, in words; empty if only examples of the data can be picked."""
    if subject.facts.tokenizer is not None:
        return "a text; what comes next is asked"
    names = _typed_names(subject)
    if not names:
        return ""
    some = ", ".join(f"{name} = ..." for name in names[:3])
    return f"{some}{', and so on' if len(names) > 3 else ''}; what isn't named stays as in the example shown"


def _typed_names(subject: Subject) -> tuple[str, ...]:
    if not subject.asks or (picture_shape(subject) is not None and len(subject.facts.input_shape) == 3):
        return ()
    return ("x", "y") if subject.data.plane is not None else input_names(subject)


def read(subject: Subject, text: str, base: Array, request: Request) -> tuple[Array, int | None]:
    """Inputs (1, ...) for the network, and the position at which a text ends. Raises NntuiError."""
    tokenizer = subject.facts.tokenizer
    if tokenizer is not None:
        context = subject.facts.input_shape[0]
        ids = tokenizer.encode(text)[-context:]
        if not ids:
            raise NntuiError("type a text, and the network says what comes next")
        X = np.full((1, context), ids[-1], np.int64)  # what stands after the end isn't seen by what is asked at it
        X[0, : len(ids)] = ids
        return X, len(ids) - 1
    names = _typed_names(subject)
    if not names:
        raise NntuiError("inputs of this shape can't be typed: n and N go from example to example")
    now = [value for _, value in _inputs(subject, base[0], request, typed=False)]
    values = np.array([_values(text, names, now)])
    plane, scaling = subject.data.plane, subject.data.scaling
    if plane is not None:
        return plane.inputs(values), None
    if subject.facts.vocabulary is not None:
        if (values != np.floor(values)).any():
            raise NntuiError(f"{', '.join(names)} are ids: whole numbers from 0")
        return values.astype(np.int64), None
    return (scaling(values) if scaling is not None else values.astype(np.float32)), None


def _values(text: str, names: tuple[str, ...], now: list[float]) -> list[float]:
    """Numbers for all inputs: all of them in order, or some by name."""
    found = list(now)
    if "=" not in text:
        words = text.replace(",", " ").replace(";", " ").split()
        if len(words) != len(names):
            shown = ", ".join(names[:6]) + (" ..." if len(names) > 6 else "")
            raise NntuiError(f"expected {len(names)} numbers ({shown}), or some by name like {names[0]} = 0.5; got {len(words)}")
        return [_number(word, name) for word, name in zip(words, names, strict=True)]
    for name, word in _PAIR.findall(text):
        name = name.strip()
        if name not in names:
            close = difflib.get_close_matches(name, names, 1, 0.5)
            hint = f": did you mean {close[0]}?" if close else f"; there are {', '.join(names[:12])}{' ...' if len(names) > 12 else ''}"
            raise NntuiError(f"there is no input {name!r}{hint}")
        found[names.index(name)] = _number(word, name)
    return found


def _number(word: str, name: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if value - value != 0.0:
        raise NntuiError(f"{name}: expected a number, got {word!r}")
    return value


# -- showing -----------------------------------------------------------------------------------------------------------


def _inputs(subject: Subject, x: Array, request: Request, typed: bool) -> tuple[tuple[str, float], ...]:
    """The features of an example by name, in the units of the data."""
    names = input_names(subject)
    if x.ndim != 1 or not names or token_names(subject):
        return ()
    points = subject.points(request.split)
    if points is not None and not typed:
        return tuple(zip(("x", "y"), map(float, points[request.example % len(points)]), strict=True))
    return tuple(zip(names, map(float, in_units(subject, x)), strict=True))


def _classes(
    subject: Subject, Z: Array, said: Array, known: Array | None, place: int | None
) -> tuple[tuple[tuple[str, float], ...], str]:
    """The likeliest classes, and the right one; nothing for numbers and for answers at many places."""
    names = class_names(subject)
    loss = subject.loss
    truth = ""
    if known is not None and names:
        labels = classes_asked(subject, known)[0]
        label = labels if labels.ndim == 0 else labels[place] if place is not None else None
        truth = names[int(label)] if label is not None and label >= 0 else ""
    if isinstance(loss, Composite):
        y = known if known is not None else subject.data.train.y[:1]
        loss, said = next((part, part_Z) for part, asked, part_Z, _ in loss.answers(Z, y, subject.target) if asked.classes is not None)
    if not names or said.ndim != 2:
        return (), truth
    P = np.asarray(loss.probabilities(said)[0], np.float64)
    if len(P) == 1:
        P = np.array([1.0 - P[0], P[0]])
    order = np.argsort(-P, kind="stable")[:LIKELIEST]
    return tuple((names[int(k)], float(P[k])) for k in order), truth


def _pictured(subject: Subject, Z: Array, known: Array | None) -> tuple[tuple[str, Array], ...]:
    """An autoencoder's image of an image; the class of every pixel."""
    shape = picture_shape(subject)
    if shape is not None and isinstance(subject.experiment.program, Autoencoder):
        return (("what comes out", grey(Z[0], shape)),)
    if len(subject.target.shape) == 2 and subject.target.classes is not None:
        said = ("what was said", np.asarray(subject.loss.labels(Z)[0], np.float64))
        return (said,) if known is None else (said, ("what is right", known[0].astype(np.float64)))
    return ()


def _numbers(subject: Subject, Z: Array, known: Array | None) -> tuple[tuple[float, float | None], ...]:
    units = subject.data.target_units

    def own(values: Array) -> list[float]:
        rows = values.reshape(1, -1)
        return list(map(float, (units.original(rows) if units is not None else rows)[0]))

    said = own(Z)
    right: list[float | None] = [*own(known)] if known is not None and subject.asks else [None] * len(said)
    return tuple(zip(said, right, strict=True))
