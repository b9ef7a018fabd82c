"""The GPU itself: whether one works here, what it is called, how full it is, and how kernels are launched on it."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple, TypeAlias

import cupy
import numpy as np

from nntui.backends import cupy_kernels, cupy_tape
from nntui.backends.cupy_kernels import COLUMNS_PER_BLOCK, LANES, PARTIALS, ROWS_PER_BLOCK, THREADS, WARP
from nntui.backends.operations import Array
from nntui.errors import BackendError, MemoryShortage

Kernel: TypeAlias = Callable[..., None]


# -- what is there ---------------------------------------------------------------------------------------------------


class Memory(NamedTuple):
    """In bytes."""

    held: int
    """By this process's arrays, and kept for its next ones."""
    free: int
    total: int


def require_device() -> None:
    """Raise BackendError, with a way out, if no kernel can run here; else this thread computes on our stream from now on."""
    _check()
    stream().use()


@cache
def stream() -> Any:
    """The one on which everything runs, in order; a stream that can be captured must not be the default one."""
    return cupy.cuda.Stream(non_blocking=True)


@cache
def _check() -> None:
    try:
        cupy.cuda.runtime.getDeviceCount()
        A, B = cupy.zeros((2, 2), "float32"), cupy.zeros((2, 2), "float32")
    except Exception as error:
        raise BackendError(
            f"backend cupy: cupy is installed, but finds no CUDA device that works ({first_line(error)}); "
            "see what nvidia-smi says, or use backend numpy"
        ) from None
    try:
        A.dot(A, B)
        elementwise("check", "T A", "T B", "B = A")(A, B)
        total("sum", A.size, 1.0, B, A)
        cupy.cuda.runtime.deviceSynchronize()
    except Exception as error:
        raise BackendError(
            f"backend cupy: there is a CUDA device, but cupy can't compute on it ({first_line(error)}); install CUDA's own "
            "libraries with: python -m pip install 'cupy-cuda12x[ctk]' (CUDA 12) or 'cupy-cuda13x[ctk]' (CUDA 13), or use "
            "backend numpy"
        ) from None


def device_name() -> str:
    """As its maker calls it: NVIDIA H200."""
    runtime = cupy.cuda.runtime
    name: bytes = runtime.getDeviceProperties(runtime.getDevice())["name"]
    return name.decode()


def memory() -> Memory:
    """How full the device is."""
    free, total = cupy.cuda.runtime.memGetInfo()
    return Memory(cupy.get_default_memory_pool().total_bytes(), free, total)


def empty(shape: tuple[int, ...], dtype: str) -> Array:
    """Raises MemoryShortage if there is no room."""
    try:
        made: Array = cupy.empty(shape, dtype)
    except MemoryError as error:
        raise _full(error) from None
    return made


def from_host(source: Array, dtype: str | None = None) -> Array:
    """Raises MemoryShortage if there is no room."""
    try:
        made: Array = cupy.array(np.ascontiguousarray(source, dtype))  # by way of pinned memory: the source may change at once
    except MemoryError as error:
        raise _full(error) from None
    return made


def _full(error: MemoryError) -> MemoryShortage:
    _, free, total = memory()
    text = f"backend cupy: {device_name()} is out of memory ({first_line(error)}); {free / 1e9:.1f} of {total / 1e9:.1f} GB are free"
    return MemoryShortage(text, free)


@cache
def _management() -> tuple[Any, Any] | None:
    """NVIDIA's management library, which every driver brings, and this device in it."""
    try:
        library = ctypes.CDLL("libnvidia-ml.so.1")
        device = ctypes.c_void_p()
        bus = cupy.cuda.runtime.deviceGetPCIBusId(cupy.cuda.runtime.getDevice())
        name = bus if isinstance(bus, bytes) else str(bus).encode()
        if library.nvmlInit_v2() or library.nvmlDeviceGetHandleByPciBusId_v2(name, ctypes.byref(device)):
            return None
    except (OSError, AttributeError):
        return None
    return library, device


def busy() -> float:
    """Share of the last moment (up to a second) in which some kernel ran on the device; NaN if the driver doesn't say."""
    found = _management()
    rates = (ctypes.c_uint * 2)()  # of the cores and of the memory, in percent
    if found is None or found[0].nvmlDeviceGetUtilizationRates(found[1], rates):
        return math.nan
    return float(rates[0]) / 100.0


def first_line(error: Exception) -> str:
    """Of what an error says."""
    return next((line.strip(" .") for line in str(error).splitlines() if line.strip()), type(error).__name__)


# -- kernels ---------------------------------------------------------------------------------------------------------


class Elementwise:
    """A kernel that runs the same for every element, and perhaps a version of it that first asks whether it may."""

    def __init__(self, inputs: str, outputs: str, body: str, name: str, preamble: str, guarded: bool) -> None:
        self.plain: Kernel = cupy.ElementwiseKernel(inputs, outputs, body, f"nntui_{name}", preamble=preamble, no_return=True)
        self.guarded: Kernel | None = None
        if guarded:
            inputs, body = f"raw int64 nntui_go, {inputs}", f"if (nntui_go[0]) {{ {body}; }}"
            self.guarded = cupy.ElementwiseKernel(inputs, outputs, body, f"nntui_{name}_guarded", preamble=preamble, no_return=True)

    def __call__(self, *arguments: Any) -> None:
        if cupy_tape.current is None:
            self.plain(*arguments)
        else:
            cupy_tape.current.launch(self, arguments)


def elementwise(name: str, inputs: str, outputs: str, body: str, preamble: str = "", guarded: bool = False) -> Elementwise:
    """A kernel that runs `body` for every element i, broadcasting inputs. T is the type of the arrays and of scalars.

    preamble: functions that it calls. guarded: whether it may be what changes weights, see `cupy_tape`. It is compiled when
    first called. Arrays that are read and written are outputs; an output may be an input, too, if no input is read after an
    output was written.
    """
    return Elementwise(inputs, outputs, body, name, preamble, guarded)


changing = partial(elementwise, guarded=True)
"""A kernel that changes weights, or what an optimizer remembers."""


def by_rows(name: str, N: int, D: int, *arrays: Array) -> None:
    """Launch a kernel of `cupy_kernels` that gives each of N rows to a warp."""
    grid = -(-N // ROWS_PER_BLOCK)
    _kernel(name, arrays[0].dtype)((grid,), (WARP, ROWS_PER_BLOCK), (*arrays, N, D))


def by_columns(name: str, N: int, D: int, *arrays: Array) -> None:
    """Launch a kernel of `cupy_kernels` that gives each of D columns to some threads of a block."""
    lanes = LANES if N >= 16 * LANES else WARP
    grid = -(-D // COLUMNS_PER_BLOCK)
    _kernel(name, arrays[0].dtype)((grid,), (COLUMNS_PER_BLOCK, lanes), (*arrays, N, D))


def by_groups(name: str, shape: tuple[int, ...], arrays: tuple[Array, ...], *scalars: float) -> None:
    """Launch a kernel of `cupy_kernels` that gives each of A G groups of P S numbers to a block; shape is (A, P, G, S)."""
    A, P, G, S = shape
    threads = WARP if P * S <= THREADS * 4 else THREADS
    _kernel(name, arrays[0].dtype)((A * G,), (threads,), (*arrays, P, G, S, *scalars))


def launch_block(name: str, dtype: Any, *arguments: Any, threads: int = THREADS) -> None:
    """Launch a kernel of `cupy_kernels` that one block runs."""
    _kernel(name, dtype)((1,), (threads,), arguments)


def total(name: str, n: int, scale: float, out: Array, *arrays: Array) -> None:
    """out (1,) = scale times what a kernel of `cupy_kernels` sums over n elements.

    Where many blocks share the sum, a second launch adds up what each has found.
    """
    dtype = arrays[0].dtype
    blocks = min(max(-(-n // (4 * THREADS)), 1), PARTIALS)
    if blocks == 1:
        _kernel(name, dtype)((1,), (THREADS,), (*arrays, out, n, scale))
        return
    partials = buffer("partials", PARTIALS, dtype)
    _kernel(name, dtype)((blocks,), (THREADS,), (*arrays, partials, n, 1.0))
    _kernel("sum", dtype)((1,), (THREADS,), (partials, out, blocks, scale))


@cache
def buffer(use: str, n: int, dtype: np.dtype[np.generic]) -> Array:
    """Memory (n,) for one use, made once: what runs on the one stream comes one after the other."""
    return empty((n,), dtype.name)


def scratch(use: str, shape: tuple[int, ...], like: Array) -> Array:
    """Memory for one use, shared by all layers; in a few sizes, so that it doesn't add up."""
    size = 1
    for extent in shape:
        size *= extent
    return buffer(use, 1 << (size - 1).bit_length(), like.dtype)[:size].reshape(*shape)


@cache
def _kernel(name: str, dtype: np.dtype[np.generic]) -> Kernel:
    kernel: Kernel = _module(dtype.name).get_function(name)
    return kernel


@cache
def _module(dtype: str) -> Any:
    return cupy.RawModule(code=cupy_kernels.source(dtype))
