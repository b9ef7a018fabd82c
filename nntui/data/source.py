"""The contract of a data source: a value that says, cheaply, what it holds, and loads it when asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from nntui.nn.layer import Shape
from nntui.nn.losses import Target

if TYPE_CHECKING:
    from nntui.backends.operations import Array

Scaling = Literal["none", "standardize", "minmax"]


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


@dataclass(frozen=True)
class Split:
    """One part of the data. X is float32 (n, *input_shape); y is int64 labels (n,), or float32 numbers (n, width)."""

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


@dataclass(frozen=True)
class Plane:
    """The two original coordinates of planar data, before features and scaling."""

    low: tuple[float, float]
    high: tuple[float, float]
    """What to draw: from low (x, y) to high (x, y)."""
    train: Array
    """Points (n, 2) of the training part, in the same order as its examples."""
    validation: Array | None
    inputs: PlaneInputs


class PlaneInputs:
    """Turns points (n, 2) of the plane into network inputs, as the training data was: features, then scaling."""

    def __call__(self, points: Array) -> Array:
        """float32 (n, *input_shape)."""
        raise NotImplementedError


class Source(msgspec.Struct, frozen=True, tag_field="source", forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of all sources; its fields are the options that every source has."""

    features: Annotated[
        tuple[str, ...], Meta(description="for planar data, which inputs to make: x, y, x^2, y^2, xy, sin x, sin y; empty: x and y")
    ] = ()
    scale: Annotated[Scaling, Meta(description="fitted on the training part only")] = "none"
    validation: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of the examples held out; 0: none")] = 0.2

    @property
    def tag(self) -> str:
        """The source's name in files and on the screen."""
        return str(self.__struct_config__.tag)

    def facts(self) -> Facts:
        """What it holds. Cheap: nothing is generated; at most a file's head is read. Raises DataError."""
        raise NotImplementedError

    def load(self, seed: int) -> Data:
        """Generate or read, add features, split (seeded, stratified for classes), scale. Raises DataError."""
        raise NotImplementedError

    def anchored(self, folder: Path) -> Source:
        """The same source with file names made absolute, seen from the folder its description lies in."""
        return self
