"""The loss of yes or no: one logit instead of two."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import msgspec

from nntui.errors import ExperimentError
from nntui.nn.layer import Place, Shape
from nntui.nn.losses import class_weights
from nntui.nn.losses.base import Loss, Target, check_positions, check_probabilities, refuse_masks, refuse_parts
from nntui.nn.losses.class_weights import ClassWeights

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class BinaryCrossEntropy(Loss, tag="binary_cross_entropy"):
    """L = mean of max(Z, 0) - Z T + log(1 + exp(-|Z|)), T in [0, 1]: sigmoid and log-likelihood in one, on logits.

    With class weights, for two classes, every term counts as much as its class and the mean is divided by their sum, as in
    cross_entropy with two outputs.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("bce", "bce_with_logits", "logistic")

    class_weights: ClassWeights = None

    def check(self, output: Shape, target: Target) -> None:
        refuse_parts(self.tag, target)
        width = 1 if target.classes is not None else target.width
        if target.classes is not None and target.classes != 2:
            raise ExperimentError(
                f"loss.kind: binary_cross_entropy tells two classes apart, but the data has {target.classes}: use cross_entropy"
            )
        if self.class_weights is not None and target.classes is None:
            raise ExperimentError(f"loss.class_weights: are for two classes, but the target is {target}")
        class_weights.check(self.class_weights, target)
        check_probabilities(self.tag, target)
        check_positions(self.tag, output, target)
        if output != (*target.shape, width):
            raise ExperimentError(
                f"loss.kind: binary_cross_entropy needs {width} output{'s' * (width > 1)}, but the network ends with shape {output}: "
                f"end it with dense units = {width}"
            )

    def fitted(self, y: Array, target: Target) -> Loss:
        return msgspec.structs.replace(self, class_weights=class_weights.counted(self.class_weights, y, target))

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        if target.classes is None and (y.min() < 0.0 or y.max() > 1.0):
            raise ExperimentError(
                "loss.kind: binary_cross_entropy needs targets between 0 and 1, but they go from "
                f"{y.min():g} to {y.max():g}: use mse or mae"
            )
        refuse_masks(self.tag, y, target)
        T = y.reshape(len(y), *output)
        return T if target.classes is None else T.astype("float32")  # whole numbers would compute in double precision

    def weight(self, y: Array, target: Target) -> float:
        return super().weight(y, target) if self.class_weights is None else class_weights.total(self.class_weights, y, target)

    def expected(self, output: Shape, target: Target) -> float | None:
        return math.log(2.0)

    def labels(self, Z: Array) -> Array:
        return (Z[..., 0] > 0.0).astype("int64")

    def probabilities(self, Z: Array) -> Array:
        import numpy as np

        return 0.5 * np.tanh(0.5 * Z) + 0.5

    def numbers(self, Z: Array) -> Array:
        return self.probabilities(Z)

    def bind(self, at: Place) -> None:
        at.array("P", at.Z.shape)
        at.array("scratch", at.Z.shape)
        if self.class_weights is not None:
            at.array("weight", at.Z.shape)
            at.array("total", (1,))

    def forward(self, at: Place) -> None:
        if self.class_weights is None:
            at.ops.sigmoid_cross_entropy(at.Z, at.T, at.P, at.scratch, at.value)
        else:
            no, yes = class_weights.numbers(self.class_weights, 2)
            at.ops.weighted_sigmoid_cross_entropy(at.Z, at.T, no, yes, at.P, at.weight, at.scratch, at.total, at.value)

    def backward(self, at: Place) -> None:
        at.ops.subtract(at.P, at.T, at.dZ)
        if self.class_weights is None:
            at.ops.scale(at.dZ, 1.0 / at.Z.size, at.dZ)
        else:
            at.ops.multiply(at.dZ, at.weight, at.dZ)  # weight: divided by its sum
