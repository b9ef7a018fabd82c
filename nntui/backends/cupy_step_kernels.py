"""CUDA C++ of what surrounds the steps of a training; a part of the module in `cupy_kernels`."""

from __future__ import annotations

STEPS = r"""
// Go to the next row of the tables: what varies in this step is then in numbers and places. One block.
extern "C" __global__ void next_step(
  const T* all_numbers, const Index* all_places, T* numbers, Index* places, Index* row, Index K, Index S
) {
  Index r = row[0];
  for (Index k = threadIdx.x; k < K; k += blockDim.x) numbers[k] = all_numbers[r * K + k];
  for (Index k = threadIdx.x; k < S; k += blockDim.x) places[k] = all_places[r * S + k];
  __syncthreads();
  if (threadIdx.x == 0) row[0] = r + 1;
}

// Tell loss, squared norm and whether the gradient is too long; from the first one that isn't finite on, weights stay as they are.
// factor = limit / norm where the norm is over the limit, else 1. One thread.
extern "C" __global__ void judge(const T* loss, const T* square, const Index* row, Index* go, T* factor, T* told, double limit) {
  T value = loss[0], s = square[0];
  double norm = sqrt((double)s);
  bool finite = value - value == 0 && s - s == 0, clipped = finite && norm > limit;
  go[0] = go[0] && finite;
  factor[0] = clipped ? (T)(limit / norm) : (T)1;
  T* mine = told + 3 * (row[0] - 1);
  mine[0] = value;
  mine[1] = s;
  mine[2] = clipped ? 1 : 0;
}
"""
