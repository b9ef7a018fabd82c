"""The loss of classification: how surprised the network is by the right label."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec
from msgspec import Meta

from nntui.errors import ExperimentError
from nntui.nn.layer import Place, Shape
from nntui.nn.losses import class_weights
from nntui.nn.losses.base import Loss, Target, check_positions, softmax
from nntui.nn.losses.class_weights import ClassWeights

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class OfClasses(Loss):
    """Base of losses with one output (logit) for every class, Z (n, *shape, C), and labels (n, *shape)."""

    takes_labels: ClassVar[bool] = True

    def check(self, output: Shape, target: Target) -> None:
        if target.classes is None:
            way_out = "use composite" if target.parts else "use mse or mae"
            raise ExperimentError(f"loss.kind: {self.tag} needs class labels, but the target is {target}: {way_out}")
        check_positions(self.tag, output, target)
        if output != (*target.shape, target.classes):
            raise ExperimentError(
                f"loss.kind: {self.tag} needs one output per class, {target.classes} here, but the network ends with shape "
                f"{output}: end it with dense units = {target.classes}"
            )

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        return y.astype("int64")

    def labels(self, Z: Array) -> Array:
        labels: Array = Z.argmax(-1)
        return labels

    def probabilities(self, Z: Array) -> Array:
        return softmax(Z)

    def bind(self, at: Place) -> None:
        """Every position is a row of its own: rows (n, C), drows, flat_labels (n,)."""
        at.rows, at.flat_labels = at.Z.reshape(-1, at.Z.shape[-1]), at.T.reshape(-1)
        if "dZ" in at.__dict__:
            at.drows = at.dZ.reshape(at.rows.shape)


class CrossEntropy(OfClasses, tag="cross_entropy"):
    """L = mean_i (logsumexp(Z_i) - Z_i,label_i): softmax and negative log-likelihood in one, on logits (n, *shape, C).

    The mean is over examples and positions, those with the label -1 left out. With class weights w it is
    sum_i w_label_i L_i / sum_i w_label_i. Label smoothing e asks for 1 - e + e/C at the label and e/C at the other classes
    instead of 1 and 0 (Szegedy et al. 2016), as PyTorch has both.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("nll", "categorical_cross_entropy", "log_loss")

    label_smoothing: Annotated[float, Meta(ge=0.0, lt=1.0, description="share of certainty that isn't asked for")] = 0.0
    class_weights: ClassWeights = None

    def check(self, output: Shape, target: Target) -> None:
        super().check(output, target)
        class_weights.check(self.class_weights, target)

    def fitted(self, y: Array, target: Target) -> Loss:
        return msgspec.structs.replace(self, class_weights=class_weights.counted(self.class_weights, y, target))

    @property
    def _plain(self) -> bool:
        return not self.label_smoothing and self.class_weights is None

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        import numpy as np

        labels = super().encode(y, output, target)
        return labels if self._plain else np.where(labels < 0, output[-1], labels)  # masked: a row of its own in the table

    def weight(self, y: Array, target: Target) -> float:
        return class_weights.total(self.class_weights, y, target)

    def expected(self, output: Shape, target: Target) -> float | None:
        return math.log(output[-1]) if not self.label_smoothing or self.class_weights is None else None

    def perplexity(self, value: float, target: Target) -> float | None:
        if len(target.shape) != 1 or not self._plain:
            return None
        return math.exp(value) if value < 700.0 else math.inf if value == value else math.nan

    def bind(self, at: Place) -> None:
        super().bind(at)
        n, C = at.rows.shape
        at.simple = self._plain and at.T.ndim == 1
        at.array("P", (n, C))
        at.array("row", (n, 1))
        if not self._plain:
            self._bind_table(at, n, C)
            return
        at.array("picked", (n,))
        at.array("index", (n,), "int64")
        at.offsets = at.ops.count(n, C)
        if at.T.ndim > 1:
            at.array("weight", (n,))

    def _bind_table(self, at: Place, n: int, C: int) -> None:
        """What is asked for at each label, weighted; the last row, of nothing, is for what is masked."""
        import numpy as np

        w = np.array([*class_weights.numbers(self.class_weights, C), 0.0])
        table = (1.0 - self.label_smoothing) * w[:, None] * np.eye(C + 1, C)
        table[:C] += self.label_smoothing / C * w[:C]
        at.table, at.weights = at.ops.from_host(table, at.dtype), at.ops.from_host(w, at.dtype)
        for name in ("asked", "scratch"):
            at.array(name, (n, C))
        for name in ("sums", "losses", "weight"):
            at.array(name, (n,))
        at.array("total", (1,))

    def forward(self, at: Place) -> None:
        ops = at.ops
        if at.simple:
            ops.add(at.offsets, at.T, at.index)
            ops.softmax_cross_entropy(at.Z, at.index, at.P, at.row, at.picked, at.value)
        elif not self._plain:
            ops.gather(at.table, at.flat_labels, at.asked)
            ops.gather(at.weights, at.flat_labels, at.weight)
            ops.soft_cross_entropy(at.rows, at.asked, at.P, at.row, at.scratch, at.sums, at.losses)
            ops.ratio_of_sums(at.losses, at.weight, at.total, at.value)
        else:
            ops.label_index(at.flat_labels, at.offsets, at.index)
            ops.softmax_cross_entropy(at.rows, at.index, at.P, at.row, at.picked, at.value)
            ops.masked_mean(at.flat_labels, at.picked, at.weight, at.value)

    def backward(self, at: Place) -> None:
        if at.simple:
            at.ops.softmax_cross_entropy_backward(at.P, at.index, at.picked, at.dZ)
        elif not self._plain:
            at.ops.soft_cross_entropy_backward(at.P, at.asked, at.sums, at.total, at.drows)
        else:
            at.ops.weighted_cross_entropy_backward(at.P, at.index, at.weight, at.picked, at.drows)
