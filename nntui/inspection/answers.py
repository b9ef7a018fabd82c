"""What a network answers to a whole part of the data, beside what is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntui.errors import NntuiError
from nntui.inspection.examples import Examples, described
from nntui.inspection.labels import class_names, classes_asked
from nntui.nn.losses import Composite
from nntui.nn.network import Network
from nntui.training.objective import Objective

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject

EXAMPLES = 2000
"""The first so many of a part are asked."""

MOST_CLASSES = 64
"""Classes that a confusion matrix has: the most frequent ones."""


@dataclass(frozen=True, eq=False)
class Answers:
    """One row per answer: an example, or a position of one."""

    split: str
    classes: tuple[str, ...]
    """Names of the classes that are in the matrix."""
    example: Array
    """(n,) which example of the part each answer is about."""
    truth: Array
    said: Array
    """(n,) labels, as indices into classes; those of classes that were left out aren't here."""
    confidence: Array
    """(n,) probability of the answer that was given."""
    losses: Array
    """(n,) of the example that an answer is about."""
    matrix: Array
    """(C, C) int64: row truth, column answer."""
    examples: Examples
    """What can be seen of the examples, by their position in the part."""

    @property
    def accuracy(self) -> float:
        return float(np.mean(self.truth == self.said)) if len(self.truth) else float("nan")

    def behind(self, truth: int, said: int) -> Array:
        """The rows of one cell, the surest first."""
        rows = np.nonzero((self.truth == truth) & (self.said == said))[0]
        found: Array = rows[np.argsort(-self.confidence[rows], kind="stable")]
        return found

    def confused(self, count: int = 10) -> list[tuple[int, int, int]]:
        """The most frequent mistakes: truth, answer, how often."""
        wrong = self.matrix.copy()
        np.fill_diagonal(wrong, 0)
        order = np.argsort(-wrong.ravel(), kind="stable")[:count]
        pairs = [(*divmod(int(cell), len(wrong)), int(wrong.ravel()[cell])) for cell in order]
        return [pair for pair in pairs if pair[2] > 0]


def confusion(subject: Subject, request: Request) -> Answers:
    """The answers to the first examples of a part. Raises NntuiError if it isn't classes that are asked for."""
    names = asked_classes(subject)
    part = subject.first(request.split, EXAMPLES)
    X, y = part.X, part.y
    Z = subject.outputs(X)
    example, truth, said, confidence = answered(subject, Z, y)
    losses = example_losses(subject, Z, y)
    if len(names) > MOST_CLASSES:
        kept = np.sort(np.argsort(-np.bincount(truth, minlength=len(names)), kind="stable")[:MOST_CLASSES])
        there = np.isin(truth, kept) & np.isin(said, kept)
        truth, said = np.searchsorted(kept, truth[there]), np.searchsorted(kept, said[there])
        confidence, example = confidence[there], example[there]
        names = tuple(names[int(k)] for k in kept)
    matrix = np.bincount(truth * len(names) + said, minlength=len(names) ** 2).reshape(len(names), -1)
    seen = described(subject, request.split, np.arange(len(X)))
    return Answers(request.split, names, example, truth, said, confidence, losses[example], matrix, seen)


def answered(subject: Subject, Z: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """One row per answer that was asked for: its example, the right label, the label given, and how sure that was."""
    truth = classes_asked(subject, y)
    said, probabilities = said_of(subject, Z, y)
    example = np.repeat(np.arange(len(y)), int(np.prod(truth.shape[1:], dtype=np.int64)))
    truth, said = truth.ravel(), said.ravel()
    confidence = confidence_of(probabilities.reshape(len(truth), -1), said)
    asked = truth >= 0
    return example[asked], truth[asked], said[asked], confidence[asked]


def asked_classes(subject: Subject) -> tuple[str, ...]:
    """Names of the classes. Raises NntuiError if there are none."""
    names = class_names(subject)
    if not names:
        what = "a generator isn't asked for answers" if not subject.asks else f"the target is {subject.target}, not classes"
        raise NntuiError(f"{what}: there is no class that could be taken for another; losses lists the largest errors")
    return names


def said_of(subject: Subject, Z: Array, y: Array) -> tuple[Array, Array]:
    """Labels and probabilities that outputs stand for; of several questions, those of the first about classes."""
    if isinstance(subject.loss, Composite):
        part, Z = next((part, Z) for part, asked, Z, _ in subject.loss.answers(Z, y, subject.target) if asked.classes is not None)
        return part.labels(Z), part.probabilities(Z)
    return subject.loss.labels(Z), subject.loss.probabilities(Z)


def confidence_of(P: Array, said: Array) -> Array:
    """The probability of each answer; of a single output p, that of yes, p or 1 - p."""
    if P.shape[1] == 1:
        return np.where(said == 1, P[:, 0], 1.0 - P[:, 0])
    chosen: Array = P[np.arange(len(P)), said]
    return chosen


def example_losses(subject: Subject, Z: Array, y: Array) -> Array:
    """The loss (n,) of every example by itself, from the network's outputs Z."""
    T = subject.loss.encode(y, subject.network.output_shape, subject.target)
    T = T if T.dtype.kind == "i" else T.astype(np.float32)
    # A network without layers hands its input on as its output: only the loss is computed.
    objective = Objective(Network((), subject.network.output_shape), subject.loss, 1, T, gradients=False)
    losses = np.empty(len(Z))
    with np.errstate(all="ignore"):
        for i in range(len(Z)):
            objective.X[0], objective.T[0] = Z[i], T[i]
            objective.forward()
            losses[i] = objective.value
    return losses
