"""CUDA C++ of losses whose rows are looked at as a whole, one warp per row; a part of the module in `cupy_kernels`."""

from __future__ import annotations

LOSS_ROWS = r"""
// loss = sum_j asked_j (logsumexp(Z) - Z_j), sum = that of asked; P = softmax(Z)
extern "C" __global__ void soft_cross_entropy(const T* Z, const T* asked, T* P, T* sums, T* losses, Index N, Index D) {
  Index r = row_of_this_warp();
  if (r >= N) return;
  Z += r * D; asked += r * D;
  T peak, told = 0, answered = 0;
  T sum = softmax_row(Z, P + r * D, D, peak);
  for (Index k = threadIdx.x; k < D; k += 32) {
    told += asked[k];
    answered += asked[k] * (Z[k] - peak);
  }
  told = warp_sum(told);
  answered = warp_sum(answered);
  if (threadIdx.x == 0) {
    sums[r] = told;
    losses[r] = told * log(sum) - answered;
  }
}

// out = -sum_j A_j log A_j, 0 log 0 = 0
extern "C" __global__ void entropy(const T* A, T* out, Index N, Index D) {
  Index r = row_of_this_warp();
  if (r >= N) return;
  A += r * D;
  T s = 0;
  for (Index k = threadIdx.x; k < D; k += 32) s -= A[k] > 0 ? A[k] * log(A[k]) : A[k];
  s = warp_sum(s);
  if (threadIdx.x == 0) out[r] = s;
}

// dZ = slope(missing) / (N D), at the label minus the sum of the others
template <typename Slope> __device__ void hinge_row(Slope slope, const T* missing, Index label, T* dZ, Index N, Index D) {
  T sum = 0;
  for (Index k = threadIdx.x; k < D; k += 32) {
    T s = slope(missing[k]) / (T)(N * D);
    if (k != label) {
      dZ[k] = s;
      sum += s;
    }
  }
  sum = warp_sum(sum);
  if (threadIdx.x == 0) dZ[label] = -sum;
}

extern "C" __global__ void hinge_backward(const T* missing, const Index* index, T* dZ, Index N, Index D) {
  Index r = row_of_this_warp();
  if (r < N) hinge_row([](T m) { return m > 0 ? (T)1 : m; }, missing + r * D, index[r] - r * D, dZ + r * D, N, D);
}

extern "C" __global__ void hinge_squared_backward(const T* missing, const Index* index, T* dZ, Index N, Index D) {
  Index r = row_of_this_warp();
  if (r < N) hinge_row([](T m) { return 2 * m; }, missing + r * D, index[r] - r * D, dZ + r * D, N, D);
}
"""
