"""What training makes small. Losses on class labels take logits, so that softmax and logarithm cancel exactly.

A loss is a value, like a layer: `forward` reads the network's output Z and the targets T and writes the mean over
examples to `value`; `backward` writes its gradient to dZ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, Union, dataclass_transform

import msgspec
from msgspec import Meta

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

    def __str__(self) -> str:
        if self.classes is not None:
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

    @property
    def tag(self) -> str:
        """The loss's name in files and on the screen."""
        return str(self.__struct_config__.tag)

    def check(self, output: Shape, target: Target) -> None:
        """Raise ExperimentError, with a way out, if the network's output or the data doesn't suit this loss."""
        raise NotImplementedError

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        """The targets as `forward` reads them (host array): labels int64 (n, *shape), or numbers (n, *shape, width)."""
        raise NotImplementedError

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

    def bind(self, at: Place) -> None:
        """Make scratch; Z, T, dZ and value are there."""

    def forward(self, at: Place) -> None:
        """Read at.Z and at.T, write at.value (1,)."""
        raise NotImplementedError

    def backward(self, at: Place) -> None:
        """Write at.dZ, reading what forward left."""
        raise NotImplementedError


def _check_positions(kind: str, output: Shape, target: Target) -> None:
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


def _refuse_masks(kind: str, y: Array, target: Target) -> None:
    if target.classes is not None and (y < 0).any():
        raise ExperimentError(f"loss.kind: {kind} can't leave out positions, but some labels are masked: use cross_entropy")


class CrossEntropy(Loss, tag="cross_entropy"):
    """L = mean_i (logsumexp(Z_i) - Z_i,label_i): softmax and negative log-likelihood in one, on logits (n, *shape, C).

    The mean is over examples and positions, those with the label -1 left out.
    """

    def check(self, output: Shape, target: Target) -> None:
        if target.classes is None:
            raise ExperimentError(f"loss.kind: cross_entropy needs class labels, but the target is {target}: use mse or mae")
        _check_positions(self.tag, output, target)
        if output != (*target.shape, target.classes):
            raise ExperimentError(
                f"loss.kind: cross_entropy needs one output per class, {target.classes} here, but the network ends with shape "
                f"{output}: end it with dense units = {target.classes}"
            )

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        return y.astype("int64")

    def expected(self, output: Shape, target: Target) -> float | None:
        return math.log(output[-1])

    def perplexity(self, value: float, target: Target) -> float | None:
        if len(target.shape) != 1:
            return None
        return math.exp(value) if value < 700.0 else math.inf if value == value else math.nan

    def labels(self, Z: Array) -> Array:
        labels: Array = Z.argmax(-1)
        return labels

    def probabilities(self, Z: Array) -> Array:
        import numpy as np

        E: Array = np.exp(Z - Z.max(-1, keepdims=True))
        E /= E.sum(-1, keepdims=True)
        return E

    def bind(self, at: Place) -> None:
        at.rows, at.flat_labels = at.Z.reshape(-1, at.Z.shape[-1]), at.T.reshape(-1)
        n = at.rows.shape[0]
        at.array("P", at.rows.shape)
        at.array("row", (n, 1))
        at.array("picked", (n,))
        at.array("index", (n,), "int64")
        at.offsets = at.ops.count(n, at.rows.shape[1])
        if at.T.ndim > 1:
            at.array("weight", (n,))
        if "dZ" in at.__dict__:
            at.drows = at.dZ.reshape(at.rows.shape)

    def forward(self, at: Place) -> None:
        ops = at.ops
        if at.T.ndim == 1:
            ops.add(at.offsets, at.T, at.index)
            ops.softmax_cross_entropy(at.Z, at.index, at.P, at.row, at.picked, at.value)
        else:
            ops.label_index(at.flat_labels, at.offsets, at.index)
            ops.softmax_cross_entropy(at.rows, at.index, at.P, at.row, at.picked, at.value)
            ops.masked_mean(at.flat_labels, at.picked, at.weight, at.value)

    def backward(self, at: Place) -> None:
        if at.T.ndim == 1:
            at.ops.softmax_cross_entropy_backward(at.P, at.index, at.picked, at.dZ)
        else:
            at.ops.weighted_cross_entropy_backward(at.P, at.index, at.weight, at.picked, at.drows)


class BinaryCrossEntropy(Loss, tag="binary_cross_entropy"):
    """L = mean of max(Z, 0) - Z T + log(1 + exp(-|Z|)), T in [0, 1]: sigmoid and log-likelihood in one, on logits."""

    def check(self, output: Shape, target: Target) -> None:
        width = 1 if target.classes is not None else target.width
        if target.classes is not None and target.classes != 2:
            raise ExperimentError(
                f"loss.kind: binary_cross_entropy tells two classes apart, but the data has {target.classes}: use cross_entropy"
            )
        _check_positions(self.tag, output, target)
        if output != (*target.shape, width):
            raise ExperimentError(
                f"loss.kind: binary_cross_entropy needs {width} output{'s' * (width > 1)}, but the network ends with shape {output}: "
                f"end it with dense units = {width}"
            )

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        if target.classes is None and (y.min() < 0.0 or y.max() > 1.0):
            raise ExperimentError(
                "loss.kind: binary_cross_entropy needs targets between 0 and 1, but they go from "
                f"{y.min():g} to {y.max():g}: use mse or mae"
            )
        _refuse_masks(self.tag, y, target)
        T = y.reshape(len(y), *output)
        return T if target.classes is None else T.astype("float32")  # whole numbers would compute in double precision

    def expected(self, output: Shape, target: Target) -> float | None:
        return math.log(2.0)

    def labels(self, Z: Array) -> Array:
        return (Z[..., 0] > 0.0).astype("int64")

    def probabilities(self, Z: Array) -> Array:
        import numpy as np

        return 0.5 * np.tanh(0.5 * Z) + 0.5

    def bind(self, at: Place) -> None:
        at.array("P", at.Z.shape)
        at.array("scratch", at.Z.shape)

    def forward(self, at: Place) -> None:
        at.ops.sigmoid_cross_entropy(at.Z, at.T, at.P, at.scratch, at.value)

    def backward(self, at: Place) -> None:
        at.ops.subtract(at.P, at.T, at.dZ)
        at.ops.scale(at.dZ, 1.0 / at.Z.size, at.dZ)


class _Regression(Loss):
    """Losses on the difference Z - T. On class labels: one-hot for several outputs; 0 and 1, or -1 and +1, for one."""

    signed: Annotated[bool, Meta(description="two classes become -1 and +1 (for a tanh output) instead of 0 and 1")] = False

    def check(self, output: Shape, target: Target) -> None:
        if target.classes is None:
            wanted = [target.width]
        else:
            wanted = [1, 2] if target.classes == 2 else [target.classes]
        _check_positions(self.tag, output, target)
        if output not in [(*target.shape, units) for units in wanted]:
            units = " or ".join(map(str, wanted))
            raise ExperimentError(
                f"loss.kind: {self.tag} on {target} needs {units} output{'s' * (wanted != [1])}, but the network ends with shape {output}: "
                f"end it with dense units = {units}"
            )

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        import numpy as np

        if target.classes is None:
            return y.reshape(len(y), *output)
        _refuse_masks(self.tag, y, target)
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


class MeanSquaredError(_Regression, tag="mse"):
    """L = mean of (Z - T)^2 over examples and outputs."""

    def forward(self, at: Place) -> None:
        at.ops.squared_error(at.Z, at.T, at.difference, at.value)

    def backward(self, at: Place) -> None:
        at.ops.scale(at.difference, 2.0 / at.Z.size, at.dZ)


class MeanAbsoluteError(_Regression, tag="mae"):
    """L = mean of |Z - T| over examples and outputs; its gradient is the sign, whatever the size of the error."""

    def forward(self, at: Place) -> None:
        at.ops.absolute_error(at.Z, at.T, at.difference, at.scratch, at.value)

    def backward(self, at: Place) -> None:
        at.ops.sign(at.difference, at.dZ)
        at.ops.scale(at.dZ, 1.0 / at.Z.size, at.dZ)


LOSSES: tuple[type[Loss], ...] = (CrossEntropy, BinaryCrossEntropy, MeanSquaredError, MeanAbsoluteError)

AnyLoss: TypeAlias = Union[CrossEntropy, BinaryCrossEntropy, MeanSquaredError, MeanAbsoluteError]  # noqa: UP007
