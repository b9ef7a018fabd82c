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
