"""The part of the contract that layers for sequences and ids use, and normalization of an example by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class Sequences(Protocol):
    """Shapes: B batch, T steps or places, H units of a state."""

    # -- normalization over an example's own axes ----------------------------------------------------------------------------
    def normalize_groups(
        self, X: Array, epsilon: float, N: Array, inverse_std: Array, group: Array, spread: Array, scratch: Array
    ) -> None:
        """N = (X - mean) inverse_std, inverse_std = 1 / sqrt(variance + epsilon), both of an example's own numbers.

        X, N and scratch are (A, P, G, S), moments are over P and S; inverse_std and group (scratch) are (A, G). spread
        (scratch) is (A, G, S), of any size if P or G is 1.
        """

    def normalize_groups_backward(
        self, N: Array, dN: Array, inverse_std: Array, out: Array, group: Array, spread: Array, scratch: Array
    ) -> None:
        """out = inverse_std (dN - mean(dN) - N mean(dN N)), means over P and S; shapes as above, out may be dN."""

    # -- rows by id ------------------------------------------------------------------------------------------------------
    def scatter(self, ids: Array, A: Array, out: Array, positions: Array, order: Array, gathered: Array, sums: Array) -> None:
        """out_j = sum of A_i over all i with ids_i = j: the gradient of a table, A (N, D), ids int64 (N,), out (rows, D).

        positions are 0 to N - 1; order (N,) int64, gathered (N, D) and sums (min(N, rows), D) are scratch. Rows of one id
        are added in their order, so that the same inputs give the same bits.
        """

    # -- recurrent cells: every gate a block (H, B), batch last; slices over steps (T, ...) where they don't wait ------------
    def lstm_cell(self, Z: Array, C: Array, tanh_C: Array, H: Array, scratch: Array) -> None:
        """C = f c + i g, H = o tanh(C); Z (5 H, B) holds o, i, f, g and the state c before; scratch is (2 H, B).

        Z comes with z/2 for o, i, f = sigmoid(z) = tanh(z/2)/2 + 1/2 and z for g = tanh(z), and leaves with the gates.
        """

    def lstm_slopes(self, Z: Array, tanh_C: Array, H: Array, dZ: Array, slope_C: Array) -> None:
        """How gates and states react, all steps at once, from what lstm_cell left: Z (T, 5 H, B), dZ (T, 4 H, B), else (T, H, B).

        dZ = [tanh_C o (1 - o), g i (1 - i), c f (1 - f), i (1 - g^2)], slope_C = o (1 - tanh_C^2); H = o tanh_C saves products.
        """

    def lstm_cell_backward(self, dH: Array, slope_C: Array, Z: Array, dC: Array, dZ: Array, scratch: Array) -> None:
        """dC += dH slope_C; dZ (slopes before, gradients after) *= dH for o, dC for i, f, g; then dC *= f, for the step before."""

    def gru_cell(self, Z: Array, H_before: Array, H: Array, scratch: Array) -> None:
        """n = tanh(x + r q), H = n + z (H_before - n); leaves r, z, n, q in Z (4 H, B).

        Z comes with half the arguments of the sigmoids r and z, then x and q, what n gets from the input and from the state.
        """

    def gru_slopes(self, Z: Array, H_before: Array, dZ: Array) -> None:
        """dH/d(arguments), all steps at once, from what gru_cell left: Z, dZ (T, 4 H, B), H_before (T, H, B).

        With s = (1 - z) (1 - n^2): dZ = [s q r (1 - r), (H_before - n) z (1 - z), s, s r].
        """

    def gru_cell_backward(self, dH: Array, Z: Array, dZ: Array, carry: Array) -> None:
        """dZ (slopes before, gradients after) *= dH; carry = dH z, what goes to the state before without a product."""

    # -- attention -------------------------------------------------------------------------------------------------------
    def attention(self, Q: Array, K: Array, V: Array, causal: bool, P: Array, out: Array) -> None:
        """out = softmax(Q K^T / sqrt(d)) V, all (B, heads, T, d) with any strides; leaves the weights in P (B, heads, T, T).

        P has keys before queries: P_kq is how much query q takes from key k. causal: nothing from keys after the query.
        """

    def attention_backward(
        self, Q: Array, K: Array, V: Array, P: Array, Y: Array, dY: Array, dQ: Array, dK: Array, dV: Array
    ) -> None:
        """Gradients of Q, K and V from that of the output Y, with the P that forward left (Vaswani et al. 2017).

        dV = P dY, dP = V dY^T, dS = P (dP - sum over keys of P dP) / sqrt(d), dQ = dS^T K, dK = dS Q.
        """
