"""Sorting numbers in place on a GPU: CuPy's own sort would allocate, and can't be replayed in a CUDA graph.

Written without a GPU at hand: tests compile these kernels for the CPU and compare them with NumPy.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cupy

from nntui.backends.operations import Array

RUN = 1024
"""Numbers that a block sorts by itself, two for each of its threads."""

_SOURCE = r"""
typedef long long Index;

// A bitonic network (Batcher 1968) whose runs all ascend: a pair that reaches beyond the end is in order already, as if
// the largest number stood there. Pair t of those that are `gap` apart begins at pair_start and ends `gap` further or,
// when two sorted runs are merged, mirrored.
__device__ Index pair_start(Index t, Index gap) { return t / gap * 2 * gap + t % gap; }
__device__ Index pair_end(Index a, Index gap, bool mirrored) { return mirrored ? a ^ (2 * gap - 1) : a + gap; }

__device__ void put_in_order(Index* keys, Index a, Index b) {
  Index first = keys[a], second = keys[b];
  if (second < first) {
    keys[a] = second;
    keys[b] = first;
  }
}

// A run of 1024 keys to a block of 512 threads: sorts it or, if wider gaps are done with, merges what is left of it.
extern "C" __global__ void sort_runs(Index* keys, Index n, Index merging) {
  __shared__ Index run[1024];
  Index start = (Index)blockIdx.x * 1024;
  for (Index k = threadIdx.x; k < 1024; k += 512) run[k] = start + k < n ? keys[start + k] : 0x7fffffffffffffffll;
  for (Index length = merging ? 1024 : 2; length <= 1024; length *= 2)
    for (Index gap = length / 2; gap > 0; gap /= 2) {
      __syncthreads();
      Index a = pair_start(threadIdx.x, gap);
      put_in_order(run, a, pair_end(a, gap, !merging && 2 * gap == length));
    }
  __syncthreads();
  for (Index k = threadIdx.x; k < 1024; k += 512) if (start + k < n) keys[start + k] = run[k];
}

// All pairs that are `gap` apart, one to a thread.
extern "C" __global__ void sort_pairs(Index* keys, Index n, Index gap, Index mirrored) {
  Index a = pair_start((Index)blockIdx.x * blockDim.x + threadIdx.x, gap), b = pair_end(a, gap, mirrored);
  if (b < n) put_in_order(keys, a, b);
}
"""


def sort(keys: Array) -> None:
    """Put int64 keys (n,) in ascending order.

    One launch for a run, 3 for two, 21 for 32, 66 for 1024 of them; no memory, no waiting.
    """
    n = keys.size
    runs, threads = -(-n // RUN), RUN // 2
    sort_runs, sort_pairs = _kernel("sort_runs"), _kernel("sort_pairs")
    sort_runs((runs,), (threads,), (keys, n, 0))
    length = RUN
    while length < n:
        length *= 2
        gap = length // 2
        while gap >= RUN:
            sort_pairs((-(-n // length) * (length // RUN),), (threads,), (keys, n, gap, int(2 * gap == length)))
            gap //= 2
        sort_runs((runs,), (threads,), (keys, n, 1))


@cache
def _kernel(name: str) -> Any:
    return _module().get_function(name)


@cache
def _module() -> Any:
    return cupy.RawModule(code=_SOURCE)
