"""Vectors for ids and for places in a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.ids import TakesIds
from nntui.nn.initializers import Init, resolve
from nntui.nn.layer import Family, Learned, Parameter, Place, Shape

if TYPE_CHECKING:
    from nntui.backends.operations import Array

_Size = Annotated[int, Meta(ge=1)]


class Embedding(TakesIds, tag="embedding"):
    """Row X of a table: Y = W[X], W (vocabulary, units), X ids of any shape, Y (*X's shape, units).

    vocabulary = 30 is one table for all ids, such as tokens (T,). vocabulary = [7, 12] is a table for each of two columns,
    such as the categories of a table (2,); flatten Y (2, units) to use them side by side.
    """

    vocabulary: Annotated[
        _Size | Annotated[tuple[_Size, ...], Meta(min_length=1)],
        Meta(description="how many different ids; a list: of each column, which then has a table of its own"),
    ]
    units: Annotated[int, Meta(ge=1, description="numbers per id")]
    init: Annotated[Init, Meta(description="how W starts; auto: normal, standard deviation 1")] = "auto"

    @property
    def sizes(self) -> tuple[int, ...]:
        return (self.vocabulary,) if isinstance(self.vocabulary, int) else self.vocabulary

    def remedy(self, known: tuple[int, ...]) -> str:
        return f"vocabulary = {known[0] if len(known) == 1 else list(known)}"

    def output_shape(self, x: Shape) -> Shape:
        if len(self.sizes) > 1 and x != (len(self.sizes),):
            raise ShapeError(
                f"embedding has {len(self.sizes)} tables, one for each column, but its input is {x}, not ({len(self.sizes)},)",
                key="vocabulary",
            )
        return (*x, self.units)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        rows = sum(self.sizes)
        return (Parameter("W", (rows, self.units), resolve(self.init, "normal"), fan_in=rows, fan_out=self.units),)

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.Z = at.Y.reshape(-1, self.units)
        self.bind_ids(at, len(at.Z), self.units)
        self.bind_columns(at, at.ids.reshape(-1, len(self.sizes)).T)
        if at.learns:
            at.dZ = at.dY.reshape(-1, self.units)

    def forward(self, at: Place) -> None:
        self.read_ids(at)
        at.ops.gather(at.W, at.ids, at.Z)

    def backward(self, at: Place) -> None:
        if at.learns:
            at.ops.scatter(at.ids, at.dZ, at.dW, at.positions, at.order, at.gathered, at.sums)


class PositionalEmbedding(Learned, tag="positional_embedding"):
    """Y = X + P, a vector for every place in a sequence (T, D): without it attention doesn't know what comes first.

    learned: P (T, D) is a parameter. sinusoidal: P_t,2i = sin(t / 10000^(2i/D)), P_t,2i+1 = cos of the same, so that places
    a given distance apart are a rotation of each other (Vaswani et al. 2017, section 3.5).
    """

    family: ClassVar[Family] = "sequence"

    kind: Annotated[Literal["learned", "sinusoidal"], Meta(description="a parameter, or fixed waves of many lengths")] = "learned"
    init: Annotated[Init, Meta(description="how a learned P starts; auto: normal, standard deviation 1")] = "auto"

    def output_shape(self, x: Shape) -> Shape:
        if len(x) != 2:
            raise ShapeError(f"positional_embedding needs a sequence (time, features), got {x}")
        return x

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        if self.kind == "sinusoidal":
            return ()
        return (Parameter("W", x, resolve(self.init, "normal"), fan_in=x[0], fan_out=x[1]),)

    def bind(self, at: Place) -> None:
        at.array("Y", at.X.shape)
        if at.dX is not None:
            at.dY = at.dX  # what is added to doesn't change the gradient: it is written where it is wanted
        elif at.learns:
            at.array("dY", at.X.shape)
        if self.kind == "sinusoidal":
            at.ops.copy(at.ops.from_host(_waves(*at.x), at.dtype), at.array("W", at.x))
        elif at.learns:
            at.dZ, at.dW_row = at.dY.reshape(at.batch, -1), at.dW.reshape(-1)

    def forward(self, at: Place) -> None:
        at.ops.add(at.X, at.W, at.Y)

    def backward(self, at: Place) -> None:
        if at.learns:
            at.ops.sum_rows(at.dZ, at.dW_row)


def _waves(T: int, D: int) -> Array:
    import numpy as np

    angle = np.arange(T)[:, None] / 10000.0 ** (np.arange(D) // 2 * 2 / D)
    waves: Array = np.where(np.arange(D) % 2 == 0, np.sin(angle), np.cos(angle))
    return waves
