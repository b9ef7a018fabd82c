"""Let positive inputs through, and do something else with negative ones: ReLU and what came after it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.activations.base import Activation
from nntui.nn.initializers import Constant
from nntui.nn.layer import Family, Learned, Parameter, Place, Shape


class ReLU(Activation, tag="relu"):
    """Y = max(X, 0). The gradient at 0 is taken as 0, as everywhere."""

    init_before: ClassVar[str | None] = "he"

    def forward(self, at: Place) -> None:
        at.ops.relu(at.X, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.relu_backward(at.Y, at.dY, at.dX)


class LeakyReLU(Activation, tag="leaky_relu"):
    """Y = X where X > 0, else slope X: a unit that is never quite dead (Maas et al. 2013)."""

    init_before: ClassVar[str | None] = "he"

    slope: Annotated[float, Meta(ge=0.0, le=1.0, description="slope for negative inputs")] = 0.01

    def forward(self, at: Place) -> None:
        at.ops.leaky_relu(at.X, self.slope, at.Y)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.leaky_relu_backward(at.X, at.dY, self.slope, at.dX)


class PReLU(Learned, tag="prelu"):
    """Y = X where X > 0, else slope X, with the slope learned (He et al. 2015); weight decay leaves it alone."""

    family: ClassVar[Family] = "activation"
    init_before: ClassVar[str | None] = "he"

    start: Annotated[float, Meta(description="the slope at first")] = 0.25
    shared: Annotated[bool, Meta(description="one slope for all features (last axis), instead of one each")] = True

    def output_shape(self, x: Shape) -> Shape:
        if not x and not self.shared:
            raise ShapeError("prelu needs a feature for every slope, got a single number per example: share the slope", key="shared")
        return x

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        return (Parameter("slope", (1,) if self.shared else (x[-1],), Constant(self.start), decays=False),)

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("negative", at.X.shape)  # min(X, 0)
        at.array("scratch", at.X.shape)
        at.rows = at.scratch.reshape(-1, 1 if self.shared else at.x[-1])

    def forward(self, at: Place) -> None:
        at.ops.prelu(at.X, at.slope, at.Y, at.negative, at.scratch)

    def backward(self, at: Place) -> None:
        ops = at.ops
        if at.learns:
            ops.multiply(at.dY, at.negative, at.scratch)
            ops.sum_rows(at.rows, at.dslope)
        if at.dX is not None:
            ops.prelu_backward(at.X, at.dY, at.slope, at.dX, at.scratch)


class _Exponential(Activation):
    """Base: Y = gain X where X > 0, else gain alpha (exp(X) - 1)."""

    def alpha_and_gain(self) -> tuple[float, float]:
        raise NotImplementedError

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("scratch", at.X.shape)

    def forward(self, at: Place) -> None:
        at.ops.elu(at.X, *self.alpha_and_gain(), at.Y, at.scratch)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.elu_backward(at.Y, at.dY, *self.alpha_and_gain(), at.dX, at.scratch)


class ELU(_Exponential, tag="elu"):
    """Y = X where X > 0, else alpha (exp(X) - 1): negative outputs bring the mean near 0 (Clevert et al. 2016)."""

    init_before: ClassVar[str | None] = "he"

    alpha: Annotated[float, Meta(gt=0.0, description="how far below 0 it goes")] = 1.0

    def alpha_and_gain(self) -> tuple[float, float]:
        return self.alpha, 1.0


class SELU(_Exponential, tag="selu"):
    """Y = gain X where X > 0, else gain alpha (exp(X) - 1), with gain 1.0507 and alpha 1.6733.

    The two numbers make mean 0 and variance 1 a state that layers with Var W = 1 / fan_in return to by themselves
    (Klambauer et al. 2017, eq. 14): deep networks without normalization.
    """

    init_before: ClassVar[str | None] = "lecun"

    def alpha_and_gain(self) -> tuple[float, float]:
        return 1.6732632423543772, 1.0507009873554805


class Softplus(Activation, tag="softplus"):
    """Y = log(1 + exp(X)), a ReLU with a round corner, always positive; dY/dX = 1 / (1 + exp(-X)) (Dugas et al. 2001)."""

    init_before: ClassVar[str | None] = "he"

    def bind(self, at: Place) -> None:
        super().bind(at)
        at.array("scratch", at.X.shape)

    def forward(self, at: Place) -> None:
        at.ops.softplus(at.X, at.Y, at.scratch)

    def backward(self, at: Place) -> None:
        if at.dX is not None:
            at.ops.softplus_backward(at.Y, at.dY, at.dX)
