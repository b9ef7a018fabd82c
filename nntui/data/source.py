"""The contract of a data source: a value that says, cheaply, what it holds, and loads it when asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, TypeAlias, dataclass_transform

import msgspec
from msgspec import Meta

from nntui.data.tokens import Tokenizer
from nntui.nn.layer import Shape
from nntui.nn.losses import Target

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.scaling import Affine

Scaling: TypeAlias = Literal["none", "standardize", "minmax"]
"""none: as it is; standardize: mean 0 and standard deviation 1; minmax: from 0 to 1. Constant inputs become 0."""


@dataclass(frozen=True)
class Facts:
    """What can be known of a source before any of it is trained on, after features are added."""

    input_shape: Shape
    target: Target
    classes: tuple[str, ...] | None
    """Names of the classes, or None for regression."""
    features: tuple[str, ...]
    """Names of the inputs, if they are one flat vector; else empty."""
    examples: int
    """All of them, validation included."""
    vocabulary: tuple[int, ...] | None = None
    """For inputs that are ids: how many different ones, one number for all inputs or one for each; None for measured numbers."""
    notes: tuple[str, ...] = ()
    """What is worth knowing about how the data was read, a sentence each."""
    tokenizer: Tokenizer | None = None
    """For texts: what turns ids into letters or words, and back."""
    consecutive: bool = False
    """Whether each example goes on where the one before it ends."""


@dataclass(frozen=True)
class Split:
    """One part of the data. X is float32 (n, *input_shape), or int64 for ids; y is int64 labels (n,), or float32 numbers
    (n, width), of each position (n, *shape) if the target has a shape.
    """

    X: Array
    y: Array

    def __len__(self) -> int:
        return len(self.X)


@dataclass(frozen=True)
class Data:
    """Loaded, split, scaled: ready to be learned."""

    facts: Facts
    train: Split
    validation: Split | None
    plane: Plane | None = None
    """For sources that are points in a plane: what is needed to draw them and the network's answer over it."""
    target_units: TargetUnits | None = None
    """For regression on standardized targets: the way back to the units of the data."""
    scaling: Affine | None = None
    """How inputs were scaled, if they were: what a person types is brought to the network's scale by it."""
    origin: Origin | None = None
    """Where the training examples stood, if somebody has counted."""


@dataclass(frozen=True)
class Origin:
    """Where examples come from, to be named to people."""

    kind: Literal["row", "number"]
    """row: of a file, as a spreadsheet counts; number: place in the source, from 1."""
    numbers: Array
    """Of each training example, (n,) int64."""


@dataclass(frozen=True)
class Plane:
    """The two original coordinates of planar data, before features and scaling."""

    low: tuple[float, float]
    high: tuple[float, float]
    """What to draw: from low (x, y) to high (x, y)."""
    train: Array
    """Points float64 (n, 2) of the training part, in the same order as its examples."""
    validation: Array | None
    inputs: PlaneInputs


class PlaneInputs(Protocol):
    """Turns points (n, 2) of the plane into network inputs, as the training data was: features, then scaling."""

    def __call__(self, points: Array) -> Array:
        """float32 (n, inputs)."""


@dataclass(frozen=True)
class TargetUnits:
    """What standardized targets were made of: y = (original - mean) / std, both of the training part, (width,)."""

    mean: Array
    std: Array

    def original(self, y: Array) -> Array:
        """Standardized numbers (n, width) in the units of the data."""
        return y * self.std + self.mean


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Source(msgspec.Struct, frozen=True, tag_field="source", forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of all sources; its fields are the options that every source has."""

    features: Annotated[
        tuple[str, ...], Meta(description="for planar data, which inputs to make: x, y, x^2, y^2, xy, sin x, sin y; empty: as they are")
    ] = ()
    scale: Annotated[Scaling, Meta(description="how inputs are scaled, fitted on the training part only")] = "none"
    validation: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the examples held out; 0: none")] = 0.2
    limit: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="learn from at most so many examples; validation keeps all of its own")
    ] = None

    @property
    def tag(self) -> str:
        """The source's name in files and on the screen."""
        return str(self.__struct_config__.tag)

    def facts(self) -> Facts:
        """What it holds. Nothing is generated; a file is read once and remembered until it changes. Raises DataError."""
        raise NotImplementedError

    def load(self, seed: int) -> Data:
        """Generate or read, add features, split (seeded, stratified for classes), scale. Raises DataError."""
        raise NotImplementedError

    def anchored(self, folder: Path) -> Source:
        """The same source with file names made absolute, seen from the folder its description lies in."""
        return self
