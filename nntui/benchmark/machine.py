"""What this machine could do at best: the speed of one large matrix product, to compare a training step with."""

from __future__ import annotations

import os
import platform
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from nntui.training.threads import available

if TYPE_CHECKING:
    from nntui.backends.operations import Operations

SIZE = 1024
ON_DEVICE = 4096
"""Large enough to fill a GPU."""
REPEATS = 7


@dataclass(frozen=True)
class Machine:
    """A machine, as far as it matters for speed."""

    system: str
    cores: int
    threads: tuple[int, ...]
    """Numbers of threads worth trying: one, and as many as matrix products would use by themselves."""
    gemm_gflops: float
    """Billion float32 operations per second in one large product: 1024 x 1024 matrices with the better number of threads, or
    4096 x 4096 ones on a GPU."""


def measure() -> Machine:
    """Look at this machine; takes a fraction of a second."""
    cores = os.cpu_count() or 1
    threads = tuple(sorted({1, max(available(), 1)}))
    return Machine(f"{platform.system()} {platform.machine()}, Python {platform.python_version()}", cores, threads, max(map(gemm, threads)))


def measure_device() -> Machine:
    """Look at the GPU instead. Raises BackendError if there is none that works."""
    from nntui.backends import load

    ops = load("cupy")
    from nntui.backends.cupy_device import device_name

    return Machine(f"{device_name()}, Python {platform.python_version()}", os.cpu_count() or 1, (1,), gemm_on_device(ops))


def gemm_on_device(ops: Operations) -> float:
    """GFLOP/s of a float32 product of square matrices on the device (median of some, each waited for)."""
    A, B, out = (ops.zeros((ON_DEVICE, ON_DEVICE), "float32") for _ in range(3))
    for array in (A, B):
        ops.normal(np.random.default_rng(0), array)
    seconds = []
    for _ in range(REPEATS):
        ops.synchronize()
        started = time.perf_counter()
        ops.matmul(A, B, out)
        ops.synchronize()
        seconds.append(time.perf_counter() - started)
    return 2.0 * ON_DEVICE**3 / statistics.median(seconds[1:]) / 1e9


def gemm(threads: int) -> float:
    """GFLOP/s of a float32 product of square matrices with so many threads (median)."""
    rng = np.random.default_rng(0)
    A, B = (rng.standard_normal((SIZE, SIZE), dtype=np.float32) for _ in range(2))
    out = np.empty_like(A)
    seconds = []
    with threadpool_limits(threads, "blas"):
        for _ in range(REPEATS):
            started = time.perf_counter()
            A.dot(B, out)
            seconds.append(time.perf_counter() - started)
    return 2.0 * SIZE**3 / statistics.median(seconds[1:]) / 1e9
