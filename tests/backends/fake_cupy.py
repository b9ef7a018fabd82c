"""A stand-in for the package cupy that runs on the CPU: strict where CuPy is strict, and with our kernels' own source.

Kernels are compiled by the system's C++ compiler from the very text that goes to the GPU: elementwise bodies inside the
loop that CuPy would write around them, raw kernels with the threads of a block emulated (`cuda_on_cpu.hpp`). Only what
the backend uses is here; whatever else is asked of an array is an AttributeError, and an array never becomes a NumPy
array by itself. What is new is filled with NaN. `counters` tells allocations, launches and waits.
"""

from __future__ import annotations

import ctypes
import hashlib
import math
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

HEADER = Path(__file__).with_name("cuda_on_cpu.hpp")
COMPILER = (shutil.which("g++") or shutil.which("clang++")) if sys.platform == "linux" else None
C_TYPES = {"float32": "float", "float64": "double", "int64": "long long", "bool": "bool"}
SCALARS = {"long long": ("int64", int), "double": ("float64", float)}


class FakeArray:
    """Memory of the device; `host` is for the fake only."""

    __slots__ = ("_device", "host")

    def __init__(self, host: np.ndarray, device: FakeDevice) -> None:
        self.host, self._device = host, device

    dtype = property(lambda self: self.host.dtype)
    shape = property(lambda self: self.host.shape)
    size = property(lambda self: self.host.size)
    ndim = property(lambda self: self.host.ndim)
    nbytes = property(lambda self: self.host.nbytes)
    T = property(lambda self: FakeArray(self.host.T, self._device))

    def __len__(self) -> int:
        return len(self.host)

    def __getitem__(self, key: Any) -> FakeArray:
        for part in key if isinstance(key, tuple) else (key,):
            assert part is Ellipsis or isinstance(part, (int, slice)), "only basic indexing gives a view"
        view = self.host[key]
        return FakeArray(view if isinstance(view, np.ndarray) else self.host[key, ...], self._device)

    def reshape(self, *shape: Any) -> FakeArray:
        view = self.host.reshape(*shape)
        assert np.shares_memory(view, self.host) or not self.size, "this reshape would copy"
        return FakeArray(view, self._device)

    def transpose(self, *axes: int) -> FakeArray:
        return FakeArray(self.host.transpose(*axes), self._device)

    def swapaxes(self, first: int, second: int) -> FakeArray:
        return FakeArray(self.host.swapaxes(first, second), self._device)

    def fill(self, value: float) -> None:
        if not self._device.recorded(self.fill, value):
            self.host.fill(value)

    def dot(self, B: FakeArray, out: FakeArray) -> None:
        """cuBLAS takes matrices of one type that are contiguous one way or the other, and an output apart from them."""
        if self._device.recorded(self.dot, B, out):
            return
        A, B, C = self.host, B.host, out.host
        assert A.dtype == B.dtype == C.dtype, f"a product of {A.dtype} and {B.dtype} into {C.dtype}"
        assert C.flags.c_contiguous and all(M.flags.c_contiguous or M.flags.f_contiguous for M in (A, B)), "this product would copy"
        assert not np.shares_memory(A, C) and not np.shares_memory(B, C), "a product onto its own factor"
        assert C.shape == (A.shape[0], B.shape[1]), f"{A.shape} times {B.shape} is not {C.shape}"
        self._device.counters["launches"] += 1
        np.dot(A, B, C)

    def get(self) -> np.ndarray:
        self._device.wait()
        return self.host.copy()

    def set(self, host: np.ndarray, stream: FakeStream) -> None:
        assert self._device.recording is None, "the host is copied when it is captured, not when it is replayed"
        assert host.dtype == self.host.dtype and host.shape == self.host.shape and self.host.flags.c_contiguous
        self.host[...] = host

    def item(self) -> float:
        return self.get().item()

    def __float__(self) -> float:
        return float(self.item())

    def __bool__(self) -> bool:
        return bool(self.item())

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()` to construct a NumPy array explicitly.")


class Library:
    """Compiled code, kept in a folder by its contents."""

    def __init__(self, code: str, folder: Path) -> None:
        assert COMPILER is not None
        command = [COMPILER, "-std=c++17", "-O1", "-w", "-U_FORTIFY_SOURCE", "-shared", "-fPIC"]  # fibers jump between stacks
        name = hashlib.sha256("\0".join([*command, HEADER.read_text(), code]).encode()).hexdigest()[:20]
        path = folder / f"{name}.so"
        if not path.exists():
            text, draft = folder / f"{name}.cpp", folder / f"{name}.{id(self)}.new"
            text.write_text(code)
            done = subprocess.run([*command, "-I", HEADER.parent, text, "-o", draft], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            draft.replace(path)
        self.functions = ctypes.CDLL(str(path))


class Parameter:
    """`raw T source`, `int64 width`: as CuPy reads it. A type of one letter is whatever the arrays are."""

    def __init__(self, text: str) -> None:
        *words, self.type, self.name = text.split()
        assert words in ([], ["raw"]), text
        self.raw = bool(words)
        assert self.type == "T" or self.type in C_TYPES, text
        assert self.name != "i", "i is the index"

    def dtype(self, T: np.dtype) -> np.dtype:
        return T if self.type == "T" else np.dtype(self.type)


class FakeElementwiseKernel:
    def __init__(
        self, device: FakeDevice, inputs: str, outputs: str, body: str, name: str, preamble: str = "", no_return: bool = False
    ) -> None:
        assert no_return, "a result would be allocated"
        assert re.fullmatch(r"[a-zA-Z_]\w*", name), name
        self.device, self.name, self.body, self.preamble = device, name, body, preamble
        self.inputs = [Parameter(text) for text in inputs.split(",")]
        self.parameters = self.inputs + [Parameter(text) for text in outputs.split(",")]
        device.kernels.append(self)

    def __call__(self, *arguments: Any) -> None:
        assert len(arguments) == len(self.parameters), f"{self.name} takes {len(self.parameters)} arguments, not {len(arguments)}"
        if self.device.recorded(self, *arguments):
            return
        pairs = list(zip(self.parameters, arguments, strict=True))
        loose = {a.dtype for p, a in pairs if isinstance(a, FakeArray) and p.type == "T"}
        if len(loose) != 1:
            raise TypeError(f"Type is mismatched. {self.name} {loose}")
        (T,) = loose
        looped = [a.host for p, a in pairs if isinstance(a, FakeArray) and not p.raw]
        shape = np.broadcast_shapes(*(a.shape for a in looped))
        for p, a in pairs[len(self.inputs) :]:
            if not p.raw and a.shape != shape:
                raise ValueError("Out shape is mismatched")
        pointers, strides, kept = [], [], []
        for p, a in pairs:
            if not isinstance(a, FakeArray):
                assert type(a) in (int, float, bool), f"{self.name}: {p.name} is a {type(a)}"
                value = np.array(a, p.dtype(T))
                kept.append(value)
                pointers.append(value.ctypes.data)
                strides += [0] * len(shape)
                continue
            if a.dtype != p.dtype(T):
                raise TypeError(f"Type is mismatched. {p.name} {a.dtype} {p.dtype(T)}")
            if p.raw:
                assert a.host.flags.c_contiguous, f"{self.name}: {p.name} isn't contiguous"
            else:
                strides += np.broadcast_to(a.host, shape).strides
            pointers.append(a.host.ctypes.data)
        self.device.counters["launches"] += 1
        function = getattr(self.device.elementwise_library().functions, f"{self.name}_{T.name}")
        numbers = [ctypes.c_longlong * max(len(v), 1) for v in (shape, strides)]
        function(
            ctypes.c_longlong(int(np.prod(shape))), len(shape), numbers[0](*shape), numbers[1](*strides),
            (ctypes.c_void_p * len(pointers))(*pointers),
        )  # fmt: skip

    def source(self, T: str) -> str:
        """The loop that CuPy writes around the body: a name is a reference to the array's element (a scalar has but one)."""
        fixed, each, looped = [], [], 0
        for k, p in enumerate(self.parameters):
            c_type = ("const " if p in self.inputs else "") + ("T" if p.type == "T" else C_TYPES[p.type])
            if p.raw:
                fixed.append(f"{c_type}* {p.name} = ({c_type}*)pointers[{k}];")
            else:
                each.append(f"{c_type}& {p.name} = *({c_type}*)at(pointers[{k}], i, ndim, shape, strides + {looped} * ndim);")
                looped += 1
        return f"""
namespace {self.name}_of_{T} {{ typedef {C_TYPES[T]} T;
{self.preamble}
extern "C" void {self.name}_{T}(long long n, int ndim, const long long* shape, const long long* strides, void** pointers) {{
  {" ".join(fixed)}
  for (ptrdiff_t i = n - 1; i >= 0; --i) {{  // as good an order as any
    {" ".join(each)}
    {self.body};
  }}
}} }}"""


class FakeRawModule:
    def __init__(self, device: FakeDevice, code: str) -> None:
        self.device = device
        types = {"float": "float32", "double": "float64", "long long": "int64"}
        self.dtypes = {name: types[c_type] for c_type, name in re.findall(r"^typedef ([\w ]+) (T|Index);", code, re.MULTILINE)}
        self.signatures = {
            name: [part.strip() for part in parameters.split(",")]
            for name, parameters in re.findall(r'extern "C" __global__ void (?:__launch_bounds__\(\d+\) )?(\w+)\(([^)]*)\)', code)
        }
        launchers = []
        for name, parameters in self.signatures.items():
            taken = ", ".join(f"*({part.rpartition(' ')[0]}*)a[{k}]" for k, part in enumerate(parameters))
            launchers.append(
                f'extern "C" const char* launch_{name}(const unsigned* grid, const unsigned* block, int order, void** a) '
                f"{{ return emulator::run(grid, block, order, [=] {{ {name}({taken}); }}); }}"
            )
        self.library = Library("\n".join(['#include "cuda_on_cpu.hpp"', code, *launchers]), device.folder)

    def get_function(self, name: str) -> FakeRawKernel:
        return FakeRawKernel(self, name)


class FakeRawKernel:
    def __init__(self, module: FakeRawModule, name: str) -> None:
        self.module, self.name = module, name
        self.function = getattr(module.library.functions, f"launch_{name}")
        self.function.restype = ctypes.c_char_p

    def __call__(self, grid: tuple[int, ...], block: tuple[int, ...], arguments: tuple[Any, ...]) -> None:
        if self.module.device.recorded(self, grid, block, arguments):
            return
        parameters = self.module.signatures[self.name]
        assert len(arguments) == len(parameters), f"{self.name} takes {len(parameters)} arguments, not {len(arguments)}"
        assert 1 <= np.prod(block) <= 1024 and min(grid) >= 1, f"{self.name}: {grid} blocks of {block} threads"
        kept = []
        for text, a in zip(parameters, arguments, strict=True):
            c_type = text.rpartition(" ")[0].removeprefix("const ")
            if c_type.endswith("*"):
                assert isinstance(a, FakeArray) and a.host.flags.c_contiguous, f"{self.name}: {text} needs a contiguous array"
                assert a.dtype == self.module.dtypes[c_type[:-1]], f"{self.name}: {text} is given {a.dtype}"
                kept.append(np.array(a.host.ctypes.data, np.int64))
            else:  # CuPy passes an int as long long and a float as double, whatever the kernel reads
                dtype, kind = ("int64", int) if c_type == "Index" else SCALARS[c_type]
                assert type(a) is kind, f"{self.name}: {text} is given a {type(a)}"
                kept.append(np.array(a, dtype))
        counters = self.module.device.counters
        counters["launches"] += 1
        three = ctypes.c_uint * 3
        wrong = self.function(
            three(*(*grid, 1, 1)[:3]), three(*(*block, 1, 1)[:3]), counters["launches"] % 2,
            (ctypes.c_void_p * len(kept))(*(value.ctypes.data for value in kept)),
        )  # fmt: skip
        assert wrong is None, f"{self.name}: {wrong.decode()}"


class FakeDevice:
    """The machine behind a fake cupy. works: whether there is a driver; room: bytes that can be allocated before it is full."""

    def __init__(self, folder: Path, works: bool = True, room: float = math.inf) -> None:
        self.folder, self.works, self.room = folder, works, room
        self.counters: Counter[str] = Counter()
        self.kernels: list[FakeElementwiseKernel] = []
        self._library: tuple[int, Library] | None = None
        self.recording: list[Callable[[], None]] | None = None
        """What was launched since a stream is captured: it isn't run."""

    def recorded(self, launch: Callable[..., None], *arguments: Any) -> bool:
        """Whether a launch is only taken down, because a stream is being captured."""
        if self.recording is None:
            return False
        self.recording.append(partial(launch, *arguments))
        return True

    def wait(self) -> None:
        """The host waits for the device."""
        if self.recording is not None:
            raise RuntimeError("cudaErrorStreamCaptureUnsupported: operation not permitted when stream is capturing")
        self.counters["waits"] += 1

    def elementwise_library(self) -> Library:
        """All elementwise kernels there are by now, for every type, compiled at once."""
        if self._library is None or self._library[0] != len(self.kernels):
            code = ['#include "cuda_on_cpu.hpp"', ELEMENT_AT]
            code += [kernel.source(T) for kernel in self.kernels for T in ("float32", "float64", "int64")]
            self._library = (len(self.kernels), Library("\n".join(code), self.folder))
        return self._library[1]

    def allocate(self, host: np.ndarray) -> FakeArray:
        if not self.works:
            raise RuntimeError("cudaErrorNoDevice: no CUDA-capable device is detected")
        if host.nbytes > self.room:
            raise MemoryError(f"Out of memory allocating {host.nbytes:,} bytes (allocated so far: 0 bytes).")
        assert self.recording is None, "memory is allocated while a stream is captured"
        self.counters["allocations"] += 1
        return FakeArray(host, self)

    def empty(self, shape: tuple[int, ...], dtype: str) -> FakeArray:
        host = np.empty(shape, dtype)
        host.fill(np.nan if host.dtype.kind == "f" else np.iinfo(np.int64).min)
        return self.allocate(host)

    def module(self) -> ModuleType:
        """What `import cupy` gives."""
        cupy: Any = ModuleType("cupy")
        cupy.fake = self
        cupy.__version__ = "14"
        cupy.empty = self.empty
        cupy.zeros = lambda shape, dtype: self.allocate(np.zeros(shape, dtype))
        cupy.array = lambda source: self.allocate(np.array(source))
        cupy.asnumpy = lambda source: source.get()
        cupy.ElementwiseKernel = partial(FakeElementwiseKernel, self)
        cupy.RawModule = partial(FakeRawModule, self)
        cupy.get_default_memory_pool = lambda: SimpleNamespace(total_bytes=lambda: 0)

        def count() -> int:
            if not self.works:
                raise RuntimeError("cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version")
            return 1

        cupy.cuda = SimpleNamespace(
            runtime=SimpleNamespace(
                getDevice=lambda: 0,
                getDeviceCount=count,
                getDeviceProperties=lambda _: {"name": b"a fake GPU"},
                deviceGetPCIBusId=lambda _: "0000:00:00.0",
                memGetInfo=lambda: (1_000_000_000, 2_000_000_000),
                deviceSynchronize=self.wait,
            ),
            Stream=partial(FakeStream, self),
            Event=FakeEvent,
            alloc_pinned_memory=bytearray,
            get_current_stream=lambda: FakeStream(self),
        )
        return cupy


class FakeStream:
    """There is but one; what is launched runs at once, unless it is captured."""

    ptr = 7

    def __init__(self, device: FakeDevice, non_blocking: bool = True) -> None:
        assert non_blocking, "only such a stream can be captured"
        self.device = device

    def use(self) -> FakeStream:
        return self

    def __enter__(self) -> FakeStream:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def begin_capture(self) -> None:
        assert self.device.recording is None
        self.device.recording = []

    def end_capture(self) -> FakeGraph:
        launches, self.device.recording = self.device.recording, None
        assert launches is not None
        return FakeGraph(self.device, launches)


class FakeEvent:
    def __init__(self, disable_timing: bool) -> None:
        self.recorded = 0

    def record(self, stream: FakeStream) -> None:
        self.recorded += 1

    def synchronize(self) -> None:
        assert self.recorded


class FakeGraph:
    def __init__(self, device: FakeDevice, launches: list[Callable[[], None]]) -> None:
        self.device, self.launches = device, launches

    def launch(self, stream: FakeStream) -> None:
        self.device.counters["graphs"] += 1
        for launch in self.launches:
            launch()


ELEMENT_AT = """
static char* at(void* pointer, long long i, int ndim, const long long* shape, const long long* strides) {
  char* p = (char*)pointer;
  for (int axis = ndim - 1; axis >= 0; --axis) { p += i % shape[axis] * strides[axis]; i /= shape[axis]; }
  return p;
}"""
