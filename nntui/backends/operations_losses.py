"""The part of the contract that losses use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class Losses(Protocol):
    """value (1,) is the mean over examples, dZ its gradient."""

    def softmax_cross_entropy(self, Z: Array, index: Array, P: Array, row: Array, picked: Array, value: Array) -> None:
        """value = mean_i (logsumexp(Z_i) - Z_i,label_i); leaves softmax(Z) in P.

        Z (N, C); index (N,) is where each label's logit lies in the flattened Z: i C + label_i. row (N, 1), picked (N,).
        """

    def softmax_cross_entropy_backward(self, P: Array, index: Array, picked: Array, dZ: Array) -> None:
        """dZ = (P - onehot(labels)) / N; picked (N,) is scratch."""

    def label_index(self, labels: Array, offsets: Array, out: Array) -> None:
        """out = offsets + max(labels, 0): where each label's logit lies; that of a masked one (-1) is any of its own row."""

    def masked_mean(self, labels: Array, losses: Array, weight: Array, value: Array) -> None:
        """weight_i = 1 / count of labels that aren't masked (-1), 0 for those that are; value = sum_i weight_i losses_i.

        All (N,); losses is scratch afterwards. If all are masked, weight and value are 0.
        """

    def weighted_cross_entropy_backward(self, P: Array, index: Array, weight: Array, picked: Array, dZ: Array) -> None:
        """dZ_i = weight_i (P_i - onehot(label_i)); P, dZ (N, C), weight (N,); picked (N,) is scratch."""

    def sigmoid_cross_entropy(self, Z: Array, T: Array, P: Array, scratch: Array, value: Array) -> None:
        """value = mean over all elements of max(Z, 0) - Z T + log(1 + exp(-|Z|)); leaves sigmoid(Z) in P."""

    def squared_error(self, Z: Array, T: Array, difference: Array, value: Array) -> None:
        """difference = Z - T; value = mean of its square over all elements."""

    def absolute_error(self, Z: Array, T: Array, difference: Array, scratch: Array, value: Array) -> None:
        """difference = Z - T; value = mean of its absolute value over all elements."""

    def sign(self, A: Array, out: Array) -> None:
        """out = -1, 0 or 1."""

    def soft_cross_entropy(self, Z: Array, T: Array, P: Array, row: Array, scratch: Array, sums: Array, losses: Array) -> None:
        """losses_i = sum_j T_ij (logsumexp(Z_i) - Z_ij), sums_i = sum_j T_ij; leaves softmax(Z) in P.

        Z, T, P and scratch are (N, C), row (N, 1) scratch; where T_ij is 0, Z_ij must be finite.
        """

    def soft_cross_entropy_backward(self, P: Array, T: Array, sums: Array, total: Array, dZ: Array) -> None:
        """dZ_i = (sums_i P_i - T_i) / total, 0 if the total (1,) is."""

    def ratio_of_sums(self, A: Array, B: Array, total: Array, value: Array) -> None:
        """total = sum of B, value = sum of A / total, 0 if that is 0; A and B (N,) are 0 or more where B is."""

    def entropy(self, T: Array, scratch: Array, out: Array) -> None:
        """out_i = -sum_j T_ij log T_ij, 0 log 0 = 0; T and scratch (N, C), out (N,)."""

    def weighted_sigmoid_cross_entropy(
        self, Z: Array, T: Array, no: float, yes: float, P: Array, weight: Array, scratch: Array, total: Array, value: Array
    ) -> None:
        """w = no + (yes - no) T; value = sum of w (max(Z, 0) - Z T + log(1 + exp(-|Z|))) / sum of w; leaves w / sum of w in weight.

        Leaves sigmoid(Z) in P; total is (1,). If all w are 0, value and weight are.
        """

    def focal(self, losses: Array, gamma: float, weight: Array, q: Array, scratch: Array, value: Array) -> None:
        """q = 1 - p, p = exp(-losses); value = sum of weight q^gamma losses; weight *= q^gamma + gamma p q^(gamma - 1) losses.

        All are (N,). What is left in weight is that of the gradient of the losses (Lin et al. 2017, appendix B).
        """

    def hinge(self, Z: Array, index: Array, margin: float, squared: bool, missing: Array, picked: Array, value: Array) -> None:
        """missing_ij = max(0, margin - Z_i,label_i + Z_ij), 0 at the label; value = mean over all of it, or of its square.

        Z and missing are (N, C), index (N,) is where each label's logit lies in the flattened Z, picked (N,) scratch.
        """

    def hinge_backward(self, missing: Array, index: Array, squared: bool, picked: Array, dZ: Array) -> None:
        """dZ = [missing > 0] / (N C), or 2 missing / (N C), and at the label minus the sum of the others of its row."""

    def huber(self, Z: Array, T: Array, delta: float, cut: Array, scratch: Array, value: Array) -> None:
        """cut = Z - T cut to [-delta, delta]; value = mean of cut (Z - T - cut / 2)."""

    def hebbian(self, Z: Array, T: Array, scratch: Array, value: Array) -> None:
        """value = -mean of Z T."""

    def as_labels(self, source: Array, out: Array) -> None:
        """out = source as whole numbers, int64."""
