"""Cross-entropy that loses interest in what is known already."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from nntui.nn.layer import Place, Shape
from nntui.nn.losses import class_weights
from nntui.nn.losses.base import Loss, Target
from nntui.nn.losses.class_weights import ClassWeights
from nntui.nn.losses.cross_entropy import OfClasses

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class Focal(OfClasses, tag="focal"):
    """L = mean_i w_label_i (1 - p_i)^gamma (-log p_i), p_i = softmax(Z_i) at the label (Lin et al. 2017, eq. 5).

    gamma = 0 is cross-entropy; the larger it is, the less an example counts that is answered well. class_weights w are the
    paper's alpha; the mean is over all that is asked, whatever it weighs.
    """

    gamma: Annotated[float, Meta(ge=0.0, description="how fast interest fades")] = 2.0
    class_weights: ClassWeights = None

    def check(self, output: Shape, target: Target) -> None:
        super().check(output, target)
        class_weights.check(self.class_weights, target)

    def fitted(self, y: Array, target: Target) -> Loss:
        return msgspec.structs.replace(self, class_weights=class_weights.counted(self.class_weights, y, target))

    def expected(self, output: Shape, target: Target) -> float | None:
        C = output[-1]
        return math.log(C) * (1.0 - 1.0 / C) ** self.gamma if self.class_weights is None else None

    def bind(self, at: Place) -> None:
        super().bind(at)
        n, C = at.rows.shape
        at.array("P", (n, C))
        at.array("row", (n, 1))
        for name in ("picked", "weight", "own", "q", "scratch"):
            at.array(name, (n,))
        at.array("index", (n,), "int64")
        at.array("known", (n,), "int64")
        at.zeros, at.offsets = at.ops.count(n, 0), at.ops.count(n, C)
        if self.class_weights is not None:
            import numpy as np

            at.weights = at.ops.from_host(np.array(class_weights.numbers(self.class_weights, C)), at.dtype)

    def forward(self, at: Place) -> None:
        ops = at.ops
        ops.label_index(at.flat_labels, at.offsets, at.index)
        ops.softmax_cross_entropy(at.rows, at.index, at.P, at.row, at.picked, at.value)
        ops.masked_mean(at.flat_labels, at.picked, at.weight, at.value)
        if self.class_weights is not None:
            ops.label_index(at.flat_labels, at.zeros, at.known)
            ops.gather(at.weights, at.known, at.own)
            ops.multiply(at.weight, at.own, at.weight)
        ops.focal(at.picked, self.gamma, at.weight, at.q, at.scratch, at.value)

    def backward(self, at: Place) -> None:
        at.ops.weighted_cross_entropy_backward(at.P, at.index, at.weight, at.picked, at.drows)
