"""Scaled dot-product attention on a GPU: one thread makes one number of a product, or the softmax of one query.

Heads are copied to where a product reads them in a row: (T, d), or (d, T) where neighbouring threads are queries.
Written without a GPU at hand: tests compile these kernels for the CPU and compare them with NumPy. Every sum is made by
one thread in a fixed order, so the same inputs give the same bits.
"""

from __future__ import annotations

from nntui.backends.cupy_device import elementwise, scratch
from nntui.backends.operations import Array

_pack = elementwise("pack_heads", "T Q, T K, T V", "T queries, T keys, T values", "queries = Q; keys = K; values = V")
_pack_backward = elementwise(
    "pack_heads_backward", "T Q, T K, T V, T Y, T dY", "T queries, T keys, T values, T outputs, T signal, T across",
    "queries = Q; keys = K; values = V; outputs = Y; signal = dY; across = dY",
)  # fmt: skip

# S_kq = sum_e K_ke Q_qe scale; a query's later keys are left to the softmax, which doesn't read them.
_scores = elementwise(
    "attention_scores", "raw T K, raw T Q, int64 steps, int64 width, T scale, bool causal", "T S",
    """
    long long q = i % steps, k = i / steps % steps, n = i / steps / steps;
    T sum = 0;
    if (!causal || k <= q)
      for (long long e = 0; e < width; ++e) sum += K[(n * steps + k) * width + e] * Q[(n * width + e) * steps + q];
    S = sum * scale;
    """,
)  # fmt: skip
# P_kq = exp(S_kq - peak_q) / sum_k exp(S_kq - peak_q) in place, over the keys that query q may look at; 0 for the others.
_weights = elementwise(
    "attention_weights", "T first, int64 steps, bool causal", "raw T P",
    """
    long long q = i % steps, seen = causal ? q + 1 : steps, start = i / steps * steps * steps + q;
    T peak = first, sum = 0;
    for (long long k = 1; k < seen; ++k) {
      T score = P[start + k * steps];
      if (score > peak || score != score) peak = score;  // a NaN stays: nothing is larger
    }
    for (long long k = 0; k < seen; ++k) {
      T e = exp(P[start + k * steps] - peak);
      P[start + k * steps] = e;
      sum += e;
    }
    for (long long k = 0; k < steps; ++k) P[start + k * steps] = k < seen ? P[start + k * steps] / sum : T(0);
    """,
)  # fmt: skip
# out_qe = sum_k M_kq A_ke
_over_keys = elementwise(
    "sum_over_keys", "raw T M, raw T A, int64 steps, int64 width", "T out",
    """
    long long e = i % width, q = i / width % steps, n = i / width / steps;
    T sum = 0;
    for (long long k = 0; k < steps; ++k) sum += M[(n * steps + k) * steps + q] * A[(n * steps + k) * width + e];
    out = sum;
    """,
)  # fmt: skip
# out_ke = sum_q M_kq A_qe
_over_queries = elementwise(
    "sum_over_queries", "raw T M, raw T A, int64 steps, int64 width", "T out",
    """
    long long e = i % width, row = i / width, n = row / steps;
    T sum = 0;
    for (long long q = 0; q < steps; ++q) sum += M[row * steps + q] * A[(n * steps + q) * width + e];
    out = sum;
    """,
)  # fmt: skip
# dS_kq = P_kq (dP_kq - sum_j P_jq dP_jq) scale. dP_kq = V_k . dY_q and that sum is Y_q . dY_q: together (V_k - Y_q) . dY_q.
_scores_backward = elementwise(
    "attention_scores_backward", "T P, raw T V, raw T Y, raw T dY, int64 steps, int64 width, T scale", "T dS",
    """
    long long q = i % steps, k = i / steps % steps, n = i / steps / steps;
    T sum = 0;
    for (long long e = 0; e < width; ++e) {
      long long across = (n * width + e) * steps + q;
      sum += (V[(n * steps + k) * width + e] - Y[across]) * dY[across];
    }
    dS = P * sum * scale;
    """,
)  # fmt: skip


def attention(Q: Array, K: Array, V: Array, causal: bool, P: Array, out: Array) -> None:
    T, d = Q.shape[2:]
    queries, keys, values = _across("queries_across", Q), _along("keys", K), _along("values", V)
    _pack(Q, K, V, _turned(queries), keys, values)
    _scores(keys, queries, T, d, d**-0.5, causal, P)
    _weights(P[:, :, 0], T, causal, P)
    _over_keys(P, values, T, d, out)


def attention_backward(Q: Array, K: Array, V: Array, P: Array, Y: Array, dY: Array, dQ: Array, dK: Array, dV: Array) -> None:
    T, d = Q.shape[2:]
    queries, keys, values, signal = _along("queries", Q), _along("keys", K), _along("values", V), _along("signal", dY)
    outputs, across = _across("outputs_across", Y), _across("signal_across", dY)
    _pack_backward(Q, K, V, Y, dY, queries, keys, values, _turned(outputs), signal, _turned(across))
    _over_queries(P, signal, T, d, dV)
    dS = scratch("score_gradients", P.shape, P)
    _scores_backward(P, values, outputs, across, T, d, d**-0.5, dS)
    _over_keys(dS, keys, T, d, dQ)
    _over_queries(dS, queries, T, d, dK)


def _along(use: str, like: Array) -> Array:
    """Memory for heads (B, heads, T, d)."""
    return scratch(use, like.shape, like)


def _across(use: str, like: Array) -> Array:
    """Memory for heads (B, heads, d, T)."""
    B, heads, T, d = like.shape
    return scratch(use, (B, heads, d, T), like)


def _turned(A: Array) -> Array:
    """A view with the last two axes swapped."""
    return A.transpose(0, 1, 3, 2)
