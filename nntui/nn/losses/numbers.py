"""Losses on numbers: how far the outputs are from the targets, or (Hebb's) how well they go with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from nntui.errors import ExperimentError
from nntui.nn.layer import Place, Shape
from nntui.nn.losses.base import Loss, Target, check_positions, refuse_masks, refuse_parts

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class Regression(Loss):
    """Base of losses on Z and T of one shape. On class labels: one-hot for several outputs; 0 and 1, or -1 and +1, for one."""

    signed: Annotated[bool, Meta(description="two classes become -1 and +1 (for a tanh output) instead of 0 and 1")] = False

    def check(self, output: Shape, target: Target) -> None:
        refuse_parts(self.tag, target)
        if target.classes is None:
            wanted = [target.width]
        else:
            wanted = [1, 2] if target.classes == 2 else [target.classes]
        check_positions(self.tag, output, target)
        if output not in [(*target.shape, units) for units in wanted]:
            units = " or ".join(map(str, wanted))
            raise ExperimentError(
                f"loss.kind: {self.tag} on {target} needs {units} output{'s' * (wanted != [1])}, "
                f"but the network ends with shape {output}: end it with dense units = {units}"
            )

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        import numpy as np

        if target.classes is None:
            return y.reshape(len(y), *output)
        refuse_masks(self.tag, y, target)
        low = -1.0 if self.signed else 0.0
        one_hot = y[..., None] == (np.arange(output[-1]) if output[-1] > 1 else np.array([1]))
        return np.where(one_hot, 1.0, low)

    def labels(self, Z: Array) -> Array:
        if Z.shape[-1] > 1:
            labels: Array = Z.argmax(-1)
            return labels
        return (Z[..., 0] > (0.0 if self.signed else 0.5)).astype("int64")

    def probabilities(self, Z: Array) -> Array:
        return 0.5 * (Z + 1.0) if self.signed else Z

    def bind(self, at: Place) -> None:
        at.array("difference", at.Z.shape)
        at.array("scratch", at.Z.shape)


class MeanSquaredError(Regression, tag="mse"):
    """L = mean of (Z - T)^2 over examples and outputs."""

    synonyms: ClassVar[tuple[str, ...]] = ("l2", "mean_squared_error", "squared")

    def forward(self, at: Place) -> None:
        at.ops.squared_error(at.Z, at.T, at.difference, at.value)

    def backward(self, at: Place) -> None:
        at.ops.scale(at.difference, 2.0 / at.Z.size, at.dZ)


class MeanAbsoluteError(Regression, tag="mae"):
    """L = mean of |Z - T| over examples and outputs; its gradient is the sign, whatever the size of the error."""

    synonyms: ClassVar[tuple[str, ...]] = ("l1", "mean_absolute_error", "absolute")

    def forward(self, at: Place) -> None:
        at.ops.absolute_error(at.Z, at.T, at.difference, at.scratch, at.value)

    def backward(self, at: Place) -> None:
        at.ops.sign(at.difference, at.dZ)
        at.ops.scale(at.dZ, 1.0 / at.Z.size, at.dZ)


class Huber(Regression, tag="huber"):
    """L = mean of d^2 / 2 where |d| < delta, else delta (|d| - delta / 2), d = Z - T: squares for small errors only.

    One far-off target then pulls no harder than delta (Huber 1964).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("smooth_l1",)

    delta: Annotated[float, Meta(gt=0.0, description="error from which on it grows in a straight line")] = 1.0

    def forward(self, at: Place) -> None:
        at.ops.huber(at.Z, at.T, self.delta, at.difference, at.scratch, at.value)

    def backward(self, at: Place) -> None:
        at.ops.scale(at.difference, 1.0 / at.Z.size, at.dZ)  # cut to [-delta, delta] by forward


class Hebbian(Regression, tag="hebbian"):
    """L = -mean of Z T: what fires together wires together (Hebb 1949).

    For a linear layer its gradient is -X^T T / n, whatever the network answers: SGD on it is Hebb's rule, dW ~ x t. Nothing
    is ever good enough for it: weights grow for as long as it trains. Two classes are -1 and +1, unless signed = false.
    """

    signed: Annotated[bool, Meta(description="two classes are -1 and +1 instead of 0 and 1")] = True

    def probabilities(self, Z: Array) -> Array:
        import numpy as np

        return 0.5 * np.tanh(0.5 * Z) + 0.5  # unbounded, but on the right side of 1/2

    def bind(self, at: Place) -> None:
        at.array("scratch", at.Z.shape)

    def forward(self, at: Place) -> None:
        at.ops.hebbian(at.Z, at.T, at.scratch, at.value)

    def backward(self, at: Place) -> None:
        at.ops.scale(at.T, -1.0 / at.Z.size, at.dZ)
