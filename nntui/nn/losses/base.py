"""What is asked for, and what every loss has to say about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias, dataclass_transform

import msgspec

from nntui.errors import ExperimentError
from nntui.nn.layer import Place, Shape

if TYPE_CHECKING:
    from nntui.backends.operations import Array

Metric: TypeAlias = Literal["accuracy", "perplexity", "r2"]


@dataclass(frozen=True)
class Target:
    """What the data asks for: one of `classes` labels, or (if None) `width` numbers, per example or per position of it."""

    classes: int | None
    width: int = 1
    shape: Shape = ()
    """The positions that are asked about, each by itself: (T,) of a sequence, (H, W) of an image; () is the whole example."""
    parts: tuple[Target, ...] = ()
    """Several questions at once, such as which shape and where: the numbers are then the answers side by side, a label
    being one number. Nothing else of a part counts than its classes and width."""
    bounds: tuple[float, float] | None = field(default=None, compare=False)
    """The least and the largest of the numbers as the data has them, if that is known."""
    standardized: bool = field(default=False, compare=False)
    """Whether the numbers are learned with mean 0 and standard deviation 1 instead of as the data has them."""

    @classmethod
    def joined(cls, *parts: Target, shape: Shape = ()) -> Target:
        """Several questions about the same positions."""
        return cls(None, sum(part.columns for part in parts), shape, parts)

    @property
    def columns(self) -> int:
        """How many numbers an answer is."""
        return 1 if self.classes is not None else self.width

    def __str__(self) -> str:
        if self.parts:
            text = " and ".join(map(str, self.parts))
        elif self.classes is not None:
            text = f"{self.classes} classes"
        else:
            text = "1 number" if self.width == 1 else f"{self.width} numbers"
        return f"{text} at each of {' x '.join(map(str, self.shape))} positions" if self.shape else text


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Loss(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True):
    """Base of all losses. Raw targets y are class labels (n, *shape) integers, or numbers (n, *shape, width).

    shape is that of the target's positions, () if an example is asked about as a whole. A label of -1 is masked: nobody
    asks there, and it counts for nothing.
    """

    takes_labels: ClassVar[bool] = False
    """Whether it reads labels as whole numbers, (n, *shape), instead of as many numbers as there are outputs."""
    synonyms: ClassVar[tuple[str, ...]] = ()
    """What else people call it: whoever writes that in a file is told the name it has here."""

    @property
    def tag(self) -> str:
        """The loss's name in files and on the screen."""
        return str(self.__struct_config__.tag)

    def check(self, output: Shape, target: Target) -> None:
        """Raise ExperimentError, with a way out, if the network's output or the data doesn't suit this loss."""
        raise NotImplementedError

    def fitted(self, y: Array, target: Target) -> Loss:
        """This loss with what it takes from the training part's raw targets, such as how frequent classes are."""
        return self

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        """The targets as `forward` reads them (host array): labels int64 (n, *shape), or numbers (n, *shape, width)."""
        raise NotImplementedError

    def weight(self, y: Array, target: Target) -> float:
        """How much raw targets count in a mean over several batches: as many as they are, without masked ones."""
        import numpy as np

        return float(np.count_nonzero(y >= 0)) if target.classes is not None else float(len(y))

    def expected(self, output: Shape, target: Target) -> float | None:
        """The loss of a network that knows nothing yet, if that is known: ln C for C classes."""
        return None

    def perplexity(self, value: float, target: Target) -> float | None:
        """For tokens of a sequence, what a mean loss `value` says as a number of equally likely choices; else None."""
        return None

    def labels(self, Z: Array) -> Array:
        """The classes that outputs Z (n, ...) stand for, if the data has classes (host arrays)."""
        raise NotImplementedError

    def probabilities(self, Z: Array) -> Array:
        """What the outputs say as probabilities, or the outputs themselves (host arrays)."""
        return Z

    def numbers(self, Z: Array) -> Array:
        """The numbers that outputs Z stand for, if the data asks for numbers (host arrays)."""
        return Z

    def bind(self, at: Place) -> None:
        """Make scratch; Z, T, dZ and value are there."""

    def forward(self, at: Place) -> None:
        """Read at.Z and at.T, write at.value (1,)."""
        raise NotImplementedError

    def backward(self, at: Place) -> None:
        """Write at.dZ, reading what forward left."""
        raise NotImplementedError


def check_positions(kind: str, output: Shape, target: Target) -> None:
    """Raise ExperimentError if the network doesn't answer at the positions that the data asks about."""
    if target.shape and output[:-1] != target.shape:
        positions = " x ".join(map(str, target.shape))
        raise ExperimentError(
            f"loss.kind: {kind} needs an answer at each of {positions} positions, but the network ends with shape {output}: "
            'let every layer keep them (returns = "sequence", no flatten)'
        )
    if not target.shape and len(output) == 2:
        raise ExperimentError(
            f"loss.kind: {kind} needs one answer per example, but the network ends with shape {output}: "
            'take the last state of a sequence (returns = "last"), or flatten it'
        )


def check_probabilities(kind: str, target: Target) -> None:
    """Raise ExperimentError if a target of numbers isn't learned as probabilities."""
    if target.bounds is not None and not are_probabilities(target.bounds):
        low, high = target.bounds
        raise ExperimentError(f"loss.kind: {kind} needs targets between 0 and 1, but they go from {low:g} to {high:g}: use mse or mae")
    if target.standardized:
        raise ExperimentError(f'data.standardize_target: {kind} needs targets between 0 and 1 as they are: leave it at "auto"')


def are_probabilities(bounds: tuple[float, float]) -> bool:
    """Whether numbers from bounds[0] to bounds[1] may be probabilities, or shares: all of them lie between 0 and 1."""
    return bounds[0] >= 0.0 and bounds[1] <= 1.0


def refuse_parts(kind: str, target: Target) -> None:
    """Raise ExperimentError if the data asks several things at once."""
    if target.parts:
        raise ExperimentError(f"loss.kind: {kind} answers one question, but the target is {target}: use composite, with a part for each")


def refuse_masks(kind: str, y: Array, target: Target) -> None:
    """Raise ExperimentError if some labels are masked."""
    if target.classes is not None and (y < 0).any():
        raise ExperimentError(f"loss.kind: {kind} can't leave out positions, but some labels are masked: use cross_entropy")


def softmax(Z: Array) -> Array:
    """Probabilities over the last axis (host array)."""
    import numpy as np

    E: Array = np.exp(Z - Z.max(-1, keepdims=True))
    E /= E.sum(-1, keepdims=True)
    return E
