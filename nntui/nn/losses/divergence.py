"""The loss when the answer is a distribution: how far the network's is from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from nntui.errors import ExperimentError
from nntui.nn.layer import Place, Shape
from nntui.nn.losses.base import Loss, Target, check_positions, check_probabilities, refuse_parts, softmax

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class KLDivergence(Loss, tag="kl"):
    """L = mean_i sum_j T_ij (log T_ij - log P_ij), P = softmax(Z) (Kullback & Leibler 1951); 0 where they agree.

    Targets are probabilities that sum to 1 for every example (and position), such as votes or another network's answers.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("kl_divergence", "kullback_leibler")

    def check(self, output: Shape, target: Target) -> None:
        refuse_parts(self.tag, target)
        if target.classes is not None or target.width < 2:
            raise ExperimentError(f"loss.kind: kl needs distributions, but the target is {target}: use cross_entropy or mse")
        check_probabilities(self.tag, target)
        check_positions(self.tag, output, target)
        if output != (*target.shape, target.width):
            raise ExperimentError(
                f"loss.kind: kl needs {target.width} outputs, but the network ends with shape {output}: "
                f"end it with dense units = {target.width}"
            )

    def encode(self, y: Array, output: Shape, target: Target) -> Array:
        import numpy as np

        sums = y.sum(-1, dtype=np.float64)
        if y.min() < 0.0 or abs(sums - 1.0).max() > 1e-3:
            raise ExperimentError(
                "loss.kind: kl needs targets that are probabilities and sum to 1, but they begin at "
                f"{y.min():g} and sum to between {sums.min():g} and {sums.max():g}: use mse or mae"
            )
        return y.reshape(len(y), *output)

    def probabilities(self, Z: Array) -> Array:
        return softmax(Z)

    def numbers(self, Z: Array) -> Array:
        return self.probabilities(Z)

    def bind(self, at: Place) -> None:
        at.rows, at.asked = at.Z.reshape(-1, at.Z.shape[-1]), at.T.reshape(-1, at.Z.shape[-1])
        if "dZ" in at.__dict__:
            at.drows = at.dZ.reshape(at.rows.shape)
        n, C = at.rows.shape
        for name in ("P", "scratch"):
            at.array(name, (n, C))
        at.array("row", (n, 1))
        for name in ("sums", "losses", "entropy", "ones"):
            at.array(name, (n,))
        at.array("total", (1,))

    def forward(self, at: Place) -> None:
        ops = at.ops
        ops.soft_cross_entropy(at.rows, at.asked, at.P, at.row, at.scratch, at.sums, at.losses)
        ops.entropy(at.asked, at.scratch, at.entropy)
        ops.subtract(at.losses, at.entropy, at.losses)
        ops.fill(at.ones, 1.0)
        ops.ratio_of_sums(at.losses, at.ones, at.total, at.value)

    def backward(self, at: Place) -> None:
        at.ops.soft_cross_entropy_backward(at.P, at.asked, at.sums, at.total, at.drows)
