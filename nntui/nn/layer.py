"""The contract of a layer: typed hyper-parameters, a shape rule, parameters, and forward and backward side by side.

A layer is an immutable description. Where it computes - its input X, output Y, gradients dX and dY, parameters and
scratch - is its `Place`, made once when the network is bound; a training step then only walks over the places.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias, dataclass_transform

import msgspec
from msgspec import Meta

from nntui.nn.initializers import Init, Initializer, resolve

if TYPE_CHECKING:
    from fractions import Fraction

    import numpy as np

    from nntui.backends.operations import Array, Operations
    from nntui.backends.windows import Window

Shape: TypeAlias = tuple[int, ...]
"""Shape of one example, without the batch axis: (features,), (time, channels), (height, width, channels)."""

Family: TypeAlias = Literal["affine", "activation", "normalization", "regularization", "shape", "container", "sequence"]


@dataclass(frozen=True)
class Parameter:
    """One learned array of a layer."""

    name: str
    shape: Shape
    init: Init | Initializer
    fan_in: int = 1
    fan_out: int = 1
    decays: bool = True
    """Whether weight decay applies: it does to weights, not to biases and the scales of normalizations."""

    @property
    def initializer(self) -> Initializer:
        """How it starts; a plan has replaced `auto` by what suits the layers that follow."""
        return resolve(self.init, "glorot")


@dataclass(frozen=True)
class Statistic:
    """An array that a layer keeps with its weights but doesn't learn, such as a running mean."""

    name: str
    shape: Shape
    initial: float


class Place:
    """Where one layer computes: its arrays for one batch size, and the operations of the backend.

    Parameters, gradients, statistics and scratch are set as attributes by name when bound (W, dW, b, db, ...).
    """

    ops: Operations
    path: str
    dtype: str
    batch: int
    x: Shape
    y: Shape
    training: bool
    """Whether dropout drops and batch norm uses the batch's own statistics."""
    X: Array
    """Input (batch, *x): the Y of the layer below."""
    Y: Array
    """Output (batch, *y)."""
    dY: Array = None  # type: ignore[assignment]
    """dL/dY, written by the layer above. None where neither this layer nor one below learns: backward isn't called there."""
    dX: Array | None = None
    """dL/dX, to be overwritten by backward; None if nothing below learns."""
    learns: bool
    """Whether this layer's own parameters are trained: if not, backward needn't compute their gradients."""
    stream: np.random.Generator
    """This layer's own source of randomness."""
    body: Chain
    """For a container: its layers, bound. Set by `chain`."""
    window: Window
    """For a layer whose kernel slides: how. Set when it is bound."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Array: ...
        def __setattr__(self, name: str, value: object) -> None: ...

    def array(self, name: str, shape: Shape, dtype: str | None = None) -> Array:
        """Scratch that lives as long as this place, also readable as an attribute."""
        raise RuntimeError("a place allocates only while it is bound")

    def chain(self, body: tuple[Layer, ...], X: Array, dX: Array | None, instead: Mapping[str, Array] | None = None) -> Chain:
        """Bind a body of layers on X; their last Y and dY are the chain's. For containers.

        instead: arrays by name (W, dW) that the first of them is given in the place of its own, which it keeps as own_W
        and own_dW: for a container that computes the weights of what is in it.
        """
        raise RuntimeError("a place allocates only while it is bound")


class Chain:
    """Layers bound one after the other: the walk that a training step is."""

    __slots__ = ("X", "Y", "dX", "dY", "places", "steps_backward", "steps_forward")

    X: Array
    Y: Array
    dX: Array | None
    dY: Array | None
    places: list[tuple[Layer, Place]]

    def __init__(self, places: list[tuple[Layer, Place]], X: Array, dX: Array | None) -> None:
        self.places = places
        self.X, self.dX = X, dX
        # An empty chain is the identity: what comes in is what goes out.
        self.Y = places[-1][1].Y if places else X
        self.dY = places[-1][1].dY if places else dX
        self.steps_forward = [(layer.forward, place) for layer, place in places]
        first = next((i for i, (_, p) in enumerate(places) if p.dX is not None or p.learns), len(places))
        self.steps_backward = [(layer.backward, place) for layer, place in reversed(places[first:])]

    def forward(self) -> None:
        for forward, at in self.steps_forward:
            forward(at)

    def backward(self) -> None:
        for backward, at in self.steps_backward:
            backward(at)


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Layer(msgspec.Struct, frozen=True, tag_field="layer", forbid_unknown_fields=True, omit_defaults=True):
    """Base of all layers. The fields of a subclass are its TOML form, its form in the builder and its documentation."""

    family: ClassVar[Family] = "shape"
    takes_ids: ClassVar[bool] = False
    """Whether X holds whole numbers that name things (tokens, users): such a layer can only be the first."""
    init_before: ClassVar[str | None] = None
    """For activations: the initializer that suits a layer followed by this one."""

    views: ClassVar[bool] = False
    """Whether Y is another layer's memory, seen differently."""
    synonyms: ClassVar[tuple[str, ...]] = ()
    """What else people call it: whoever writes that in a file is told the name it has here."""

    @property
    def tag(self) -> str:
        """The layer's name in files and on the screen."""
        return str(self.__struct_config__.tag)

    @property
    def treatment(self) -> tuple[bool, float]:
        """How its parameters are updated: whether they are frozen, and the factor on their learning rate."""
        return False, 1.0

    def bodies(self) -> tuple[tuple[Layer, ...], ...]:
        """The layer sequences inside a container; each receives the container's input."""
        return ()

    def output_shape(self, x: Shape) -> Shape:
        """Shape of one output example. Raises ShapeError, with a way out, if x doesn't fit."""
        return x

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        """The arrays this layer learns when its input has shape x."""
        return ()

    def statistics(self, x: Shape) -> tuple[Statistic, ...]:
        """The arrays this layer keeps without learning them."""
        return ()

    def multiply_adds(self, x: Shape) -> int:
        """In the products of one example's forward pass; what is done number by number isn't counted."""
        if self.family not in ("affine", "container"):
            return 0
        places = math.prod(self.output_shape(x)[:-1])
        return places * sum(math.prod(p.shape) for p in self.parameters(x) if len(p.shape) > 1)

    def reach(self, x: Shape) -> tuple[tuple[int, int | Fraction], ...] | None:
        """For each axis of x but the last: how many input cells an output cell depends on, and how many lie between two outputs'.

        None: an output depends on all of them.
        """
        return ((1, 1),) * (len(x) - 1)

    def bind(self, at: Place) -> None:
        """Make Y, dY and scratch. The default gives the output its own buffers."""
        at.array("Y", (at.batch, *at.y))
        if at.dX is not None or at.learns:
            at.array("dY", (at.batch, *at.y))

    def forward(self, at: Place) -> None:
        """Read at.X, write at.Y."""
        raise NotImplementedError

    def backward(self, at: Place) -> None:
        """Read at.dY; write at.d<parameter> for each parameter and, if it isn't None, at.dX."""
        raise NotImplementedError


class Learned(Layer, frozen=True, kw_only=True):
    """Base of the layers that have parameters: how fast, if at all, these are learned."""

    frozen: Annotated[bool, Meta(description="keep the parameters as they are, and running statistics too")] = False
    rate_multiplier: Annotated[float, Meta(ge=0.0, description="factor on the learning rate for this layer")] = 1.0

    @property
    def treatment(self) -> tuple[bool, float]:
        return self.frozen, self.rate_multiplier


def view_output(at: Place) -> None:
    """Bind a layer that only renames axes: Y is X and dY is dX, seen with another shape."""
    at.Y = at.X.reshape(at.batch, *at.y)
    if at.dX is not None:
        at.dY = at.dX.reshape(at.batch, *at.y)


__all__ = ["Chain", "Family", "Init", "Layer", "Learned", "Parameter", "Place", "Shape", "Statistic", "view_output"]
