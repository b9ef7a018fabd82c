"""CUDA C++ of the operations that sum over rows, columns or everything: what one thread per element can't do.

T is float or double; `source` puts its definition in front. Matrices are C-contiguous, N rows of D values. Sums are
made in an order that only the shape decides, so the same inputs give the same bits: no atomics. A comparison is
written so that NaN comes through, because a loss that is no number any more has to be seen.
"""

from __future__ import annotations

from nntui.backends.cupy_loss_kernels import LOSS_ROWS
from nntui.backends.cupy_step_kernels import STEPS

WARP = 32
"""Threads that share one row, or step together in a sum."""
ROWS_PER_BLOCK = 8
COLUMNS_PER_BLOCK = 8
"""Eight neighbouring floats are one memory transaction."""
LANES = 128
"""The most threads that share one column."""
THREADS = 256
"""Per block of a total, or of a group too long for a warp."""
PARTIALS = 1024
"""The most blocks that share a total."""

RANDOM_BITS = """
// SplitMix64 (Steele, Lea & Flood 2014): number i + 1 of the sequence that starts at seed, 64 random bits.
__device__ unsigned long long nntui_bits(long long seed, long long i) {
  unsigned long long z = (unsigned long long)seed + (unsigned long long)(i + 1) * 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
"""

_ROWS = r"""
// One warp per row: a lane reads every 32nd value, so that a row is read in whole transactions.

__device__ T warp_sum(T s) {
  for (int k = 16; k > 0; k /= 2) s += __shfl_xor_sync(0xffffffffu, s, k);
  return s;
}

__device__ T warp_max(T m) {
  for (int k = 16; k > 0; k /= 2) {
    T other = __shfl_xor_sync(0xffffffffu, m, k);
    m = other > m ? other : m;
  }
  return m;
}

__device__ Index row_of_this_warp() { return (Index)blockIdx.x * blockDim.y + threadIdx.y; }

// P_k = exp(Z_k - peak) / sum, peak = max Z, sum = that of the numerators; gives peak and sum.
__device__ T softmax_row(const T* Z, T* P, Index D, T& peak) {
  T sum = 0;
  peak = Z[0];
  for (Index k = threadIdx.x; k < D; k += 32) peak = Z[k] > peak ? Z[k] : peak;
  peak = warp_max(peak);
  for (Index k = threadIdx.x; k < D; k += 32) {
    T e = exp(Z[k] - peak);
    P[k] = e;
    sum += e;
  }
  sum = warp_sum(sum);
  for (Index k = threadIdx.x; k < D; k += 32) P[k] /= sum;
  return sum;
}

extern "C" __global__ void softmax(const T* X, T* Y, Index N, Index D) {
  Index r = row_of_this_warp();
  T peak;
  if (r < N) softmax_row(X + r * D, Y + r * D, D, peak);
}

// dX = Y (dY - sum_k dY_k Y_k)
extern "C" __global__ void softmax_backward(const T* Y, const T* dY, T* dX, Index N, Index D) {
  Index r = row_of_this_warp();
  if (r >= N) return;
  Y += r * D; dY += r * D; dX += r * D;
  T sum = 0;
  for (Index k = threadIdx.x; k < D; k += 32) sum += Y[k] * dY[k];
  sum = warp_sum(sum);
  for (Index k = threadIdx.x; k < D; k += 32) dX[k] = Y[k] * (dY[k] - sum);
}

// Y_k = X_k - log(sum_k exp(X_k))
extern "C" __global__ void log_softmax(const T* X, T* Y, Index N, Index D) {
  Index r = row_of_this_warp();
  if (r >= N) return;
  X += r * D; Y += r * D;
  T sum = 0, peak = X[0];
  for (Index k = threadIdx.x; k < D; k += 32) peak = X[k] > peak ? X[k] : peak;
  peak = warp_max(peak);
  for (Index k = threadIdx.x; k < D; k += 32) sum += exp(X[k] - peak);
  T log_of_sum = log(warp_sum(sum));
  for (Index k = threadIdx.x; k < D; k += 32) Y[k] = X[k] - peak - log_of_sum;
}

// dX = dY - exp(Y) sum_k dY_k
extern "C" __global__ void log_softmax_backward(const T* Y, const T* dY, T* dX, Index N, Index D) {
  Index r = row_of_this_warp();
  if (r >= N) return;
  Y += r * D; dY += r * D; dX += r * D;
  T sum = 0;
  for (Index k = threadIdx.x; k < D; k += 32) sum += dY[k];
  sum = warp_sum(sum);
  for (Index k = threadIdx.x; k < D; k += 32) dX[k] = dY[k] - exp(Y[k]) * sum;
}

// P = softmax(Z), loss_i = logsumexp(Z_i) - Z_i,label; index_i is where that logit lies in the flattened Z.
extern "C" __global__ void cross_entropy(const T* Z, const Index* index, T* P, T* loss, Index N, Index D) {
  Index r = row_of_this_warp();
  if (r >= N) return;
  T peak, picked = Z[index[r]];
  T sum = softmax_row(Z + r * D, P + r * D, D, peak);
  if (threadIdx.x == 0) loss[r] = log(sum) - (picked - peak);  // peak + log(sum) would round a large peak's digits off
}
"""

_COLUMNS = r"""
// A block sums 8 neighbouring columns; blockDim.y threads, up to 128, share a column. The bound keeps registers for them all.

__device__ Index column_of_this_thread() { return (Index)blockIdx.x * 8 + threadIdx.x; }

// The sum of s over the threads of a column, for each of them.
__device__ T column_sum(T s) {
  __shared__ T part[128][8];
  __syncthreads();  // until everybody has read the sum before this one
  part[threadIdx.y][threadIdx.x] = s;
  for (unsigned h = blockDim.y / 2; h > 0; h /= 2) {
    __syncthreads();
    if (threadIdx.y < h) part[threadIdx.y][threadIdx.x] += part[threadIdx.y + h][threadIdx.x];
  }
  __syncthreads();
  return part[0][threadIdx.x];
}

// out_j = sum_i A_ij
extern "C" __global__ void __launch_bounds__(1024) sum_rows(const T* A, T* out, Index N, Index D) {
  Index j = column_of_this_thread();
  T s = 0;
  if (j < D) for (Index i = threadIdx.y; i < N; i += blockDim.y) s += A[i * D + j];
  s = column_sum(s);
  if (j < D && threadIdx.y == 0) out[j] = s;
}

// mean_j = sum_i X_ij / N, variance_j = sum_i (X_ij - mean_j)^2 / N: two passes, so nothing cancels.
extern "C" __global__ void __launch_bounds__(1024) column_moments(const T* X, T* mean, T* variance, Index N, Index D) {
  Index j = column_of_this_thread();
  T s = 0, squares = 0;
  if (j < D) for (Index i = threadIdx.y; i < N; i += blockDim.y) s += X[i * D + j];
  T m = column_sum(s) / (T)N;
  if (j < D) for (Index i = threadIdx.y; i < N; i += blockDim.y) {
    T c = X[i * D + j] - m;
    squares += c * c;
  }
  T v = column_sum(squares) / (T)N;
  if (j < D && threadIdx.y == 0) {
    mean[j] = m;
    variance[j] = v;
  }
}

// dgamma_j = sum_i dY_ij (X_ij - mean_j) inverse_std_j, dbeta_j = sum_i dY_ij
extern "C" __global__ void __launch_bounds__(1024) normalize_columns_sums(
    const T* X, const T* dY, const T* mean, const T* inverse_std, T* dgamma, T* dbeta, Index N, Index D) {
  Index j = column_of_this_thread();
  T s = 0, products = 0;
  if (j < D) for (Index i = threadIdx.y; i < N; i += blockDim.y) {
    T d = dY[i * D + j];
    s += d;
    products += d * (X[i * D + j] - mean[j]);
  }
  s = column_sum(s);
  products = column_sum(products);
  if (j < D && threadIdx.y == 0) {
    dgamma[j] = products * inverse_std[j];
    dbeta[j] = s;
  }
}
"""

_BLOCKS = r"""
// The sum of s over the threads of a block, whole warps in one row, for each of them.
__device__ T block_sum(T s) {
  __shared__ T part[32];
  s = warp_sum(s);
  if (blockDim.x == 32) return s;
  __syncthreads();  // until everybody has read the sum before this one
  if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = s;
  __syncthreads();
  return warp_sum(threadIdx.x % 32 < blockDim.x / 32 ? part[threadIdx.x % 32] : (T)0);
}

// X (A, P, G, S): a block normalizes the P S numbers of one example a and group g. Where number k of them lies:
__device__ Index in_group(Index k, Index P, Index G, Index S) {
  Index a = blockIdx.x / G, g = blockIdx.x % G;
  return ((a * P + k / S) * G + g) * S + k % S;
}

// mean and variance of the group, in two passes; N = (X - mean) inverse_std, inverse_std = 1 / sqrt(variance + epsilon)
extern "C" __global__ void normalize_groups(const T* X, T* N, T* inverse_std, Index P, Index G, Index S, double epsilon) {
  T s = 0, squares = 0;
  for (Index k = threadIdx.x; k < P * S; k += blockDim.x) s += X[in_group(k, P, G, S)];
  T mean = block_sum(s) / (T)(P * S);
  for (Index k = threadIdx.x; k < P * S; k += blockDim.x) {
    Index j = in_group(k, P, G, S);
    T c = X[j] - mean;
    N[j] = c;
    squares += c * c;
  }
  T scale = (T)1 / sqrt(block_sum(squares) / (T)(P * S) + (T)epsilon);
  for (Index k = threadIdx.x; k < P * S; k += blockDim.x) N[in_group(k, P, G, S)] *= scale;
  if (threadIdx.x == 0) inverse_std[blockIdx.x] = scale;
}

// out = inverse_std (dN - mean(dN) - Y mean(dN Y)), means over the group, Y the normalized input; out may be dN.
extern "C" __global__ void normalize_groups_backward(
    const T* Y, const T* dN, const T* inverse_std, T* out, Index P, Index G, Index S) {
  T s = 0, products = 0;
  for (Index k = threadIdx.x; k < P * S; k += blockDim.x) {
    Index j = in_group(k, P, G, S);
    s += dN[j];
    products += dN[j] * Y[j];
  }
  T a = block_sum(s) / (T)(P * S), b = block_sum(products) / (T)(P * S), scale = inverse_std[blockIdx.x];
  for (Index k = threadIdx.x; k < P * S; k += blockDim.x) {
    Index j = in_group(k, P, G, S);
    out[j] = scale * (dN[j] - a - Y[j] * b);
  }
}
"""

_TOTALS = r"""
// out[block] = scale times the sum of value(i), i in [0, n). One block gives the total; more leave partial sums.
template <typename Value> __device__ void total(Value value, T* out, Index n, double scale) {
  T s = 0;
  for (Index i = (Index)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += (Index)gridDim.x * blockDim.x) s += value(i);
  s = block_sum(s);
  if (threadIdx.x == 0) out[blockIdx.x] = s * (T)scale;
}

extern "C" __global__ void sum(const T* A, T* out, Index n, double scale) {
  total([=](Index i) { return A[i]; }, out, n, scale);
}

extern "C" __global__ void sum_of_squares(const T* A, T* out, Index n, double scale) {
  total([=](Index i) { return A[i] * A[i]; }, out, n, scale);
}

// difference = Z - Y; the sum of its squares
extern "C" __global__ void squared_error(const T* Z, const T* Y, T* difference, T* out, Index n, double scale) {
  total([=](Index i) { T d = Z[i] - Y[i]; difference[i] = d; return d * d; }, out, n, scale);
}

// difference = Z - Y; the sum of its absolute values
extern "C" __global__ void absolute_error(const T* Z, const T* Y, T* difference, T* out, Index n, double scale) {
  total([=](Index i) { T d = Z[i] - Y[i]; difference[i] = d; return (T)fabs(d); }, out, n, scale);
}

// P = sigmoid(Z) = tanh(Z/2)/2 + 1/2; the sum of max(Z, 0) - Z Y + log(1 + exp(-|Z|))
extern "C" __global__ void sigmoid_cross_entropy(const T* Z, const T* Y, T* P, T* out, Index n, double scale) {
  total([=](Index i) {
    T z = Z[i];
    P[i] = (T)0.5 * tanh((T)0.5 * z) + (T)0.5;
    return (z < 0 ? (T)0 : z) - z * Y[i] + log1p(exp(-fabs(z)));
  }, out, n, scale);
}
"""


def source(dtype: str) -> str:
    """The kernels for `float32` or `float64`."""
    types = f"typedef {'float' if dtype == 'float32' else 'double'} T;\ntypedef long long Index;\n"
    return types + _ROWS + LOSS_ROWS + _COLUMNS + _BLOCKS + _TOTALS + STEPS
