"""What examples are, in words: their classes, the parts of a range that numbers lie in, the tokens they consist of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nntui.nn.losses import Composite
from nntui.program import Autoencoder

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.subject import Subject
    from nntui.nn.layer import Shape
    from nntui.training.programs.base import SplitName


def class_names(subject: Subject) -> tuple[str, ...]:
    """Names of the classes that are asked for; empty for numbers."""
    count = _classes(subject)
    if count is None or not subject.asks:
        return ()
    known = subject.facts.classes
    return known if known is not None and len(known) == count else tuple(map(str, range(count)))


def _classes(subject: Subject) -> int | None:
    """How many classes the target has, or the first of its parts that has any."""
    parts = subject.target.parts or (subject.target,)
    return next((part.classes for part in parts if part.classes is not None), None)


def classes_asked(subject: Subject, y: Array) -> Array:
    """The labels in raw targets; of several questions, those of the first about classes."""
    if isinstance(subject.loss, Composite):
        Z = np.zeros((len(y), *subject.network.output_shape))
        return next(answers for _, asked, _, answers in subject.loss.answers(Z, y, subject.target) if asked.classes is not None)
    return y


def answers_of(subject: Subject, y: Array) -> tuple[Array, tuple[str, ...]]:
    """Labels of raw targets (n, ...) and what they mean: classes, or the thirds of a number's range."""
    if not subject.asks:
        return np.full(len(y), -1), ()
    if names := class_names(subject):
        return classes_asked(subject, y), names
    numbers = y.reshape(len(y), -1).astype(np.float64).mean(1)
    edges = np.quantile(numbers, (1 / 3, 2 / 3))
    return np.digitize(numbers, edges), ("low", "middle", "high")


def kinds(subject: Subject, split: SplitName, count: int) -> tuple[Array, tuple[str, ...]]:
    """What the first examples of a part are, for colours: labels (n, ...) and what they mean.

    An autoencoder isn't asked for classes, but where the data has some they tell its examples apart.
    """
    original = subject.original
    known = original.facts.classes
    if isinstance(subject.experiment.program, Autoencoder) and known is not None and original.facts.target.classes is not None:
        held = original.validation
        return (held if split == "validation" and held is not None else original.train).y[:count], known
    return answers_of(subject, subject.part(split).y[:count])


def token_names(subject: Subject) -> tuple[str, ...]:
    """What ids of the inputs stand for; empty if inputs are measured numbers, or pairs of ids."""
    vocabulary, tokenizer = subject.facts.vocabulary, subject.facts.tokenizer
    if vocabulary is None or len(vocabulary) != 1:
        return ()
    if tokenizer is not None:
        return tokenizer.names
    known = subject.facts.classes or ()
    return (*known, *map(str, range(len(known), vocabulary[0])))


def picture_shape(subject: Subject) -> Shape | None:
    """Height, width and channels, if the inputs are images: as they are, or digits whose pixels stand in a row."""
    shape = subject.facts.input_shape
    if len(shape) == 3:
        return shape
    return (8, 8, 1) if subject.experiment.data.tag == "digits" and shape == (64,) else None


def grey(X: Array, shape: Shape) -> Array:
    """An image (height, width): the mean of its channels."""
    image: Array = X.reshape(shape).mean(-1)
    return image


def input_names(subject: Subject) -> tuple[str, ...]:
    """Names of the inputs of a flat network."""
    shape = subject.facts.input_shape
    if subject.facts.features:
        return subject.facts.features
    return tuple(f"input {i}" for i in range(shape[0])) if len(shape) == 1 else ()
