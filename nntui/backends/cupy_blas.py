"""Matrix products by cuBLAS itself: CuPy's own calls refuse while a stream is captured, and take longer to get there.

The library is the one that CuPy has loaded; on a system where it can't be found, CuPy's products are used, and no step
is captured. Written without a GPU at hand: the first product on each is compared with CuPy's.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path
from typing import Any

import cupy

from nntui.backends.operations import Array

WORKSPACE = 32 << 20
"""Bytes that cuBLAS is given to work in: while captured it can't ask for more."""
TRANSPOSED, AS_IT_IS = 1, 0
TF32 = 3
"""CUBLAS_TF32_TENSOR_OP_MATH"""


def product(A: Array, B: Array, out: Array) -> None:
    """out = A B for matrices, each contiguous one way or the other; out by rows."""
    blas = _blas()
    if blas is None or not blas.ours():
        A.dot(B, out)
    else:
        blas.product(A, B, out)


def captures() -> bool:
    """Whether a stream can be captured while products are made on it."""
    return _blas() is not None


def tf32() -> bool:
    """Whether products in single precision round their factors to 10 bits, as somebody asked for by CUPY_TF32=1."""
    return os.environ.get("CUPY_TF32", "0") == "1"


class Blas:
    """cuBLAS with a handle of our own on the one stream that trains. Raises OSError or RuntimeError if it isn't as expected."""

    def __init__(self, library: ctypes.CDLL, stream: Any) -> None:
        self._library, self.stream = library, stream
        self._handle = ctypes.c_void_p()
        self._call("cublasCreate_v2", ctypes.byref(self._handle))
        self._call("cublasSetStream_v2", self._handle, ctypes.c_void_p(stream.ptr))
        self._workspace = cupy.empty(WORKSPACE, "uint8")
        self._call("cublasSetWorkspace_v2", self._handle, ctypes.c_void_p(self._workspace.data.ptr), ctypes.c_size_t(WORKSPACE))
        if tf32():
            self._call("cublasSetMathMode", self._handle, ctypes.c_int(TF32))
        self._by_type = {
            "float32": (library.cublasSgemm_v2, ctypes.c_float(1.0), ctypes.c_float(0.0)),
            "float64": (library.cublasDgemm_v2, ctypes.c_double(1.0), ctypes.c_double(0.0)),
        }

    def _call(self, name: str, *arguments: Any) -> None:
        status = getattr(self._library, name)(*arguments)
        if status != 0:
            raise RuntimeError(f"{name} answered {status}")

    def ours(self) -> bool:
        """Whether this thread launches on the stream that the handle belongs to."""
        return bool(cupy.cuda.get_current_stream().ptr == self.stream.ptr)

    def product(self, A: Array, B: Array, out: Array) -> None:
        """cuBLAS reads columns where we have rows, so it is asked for out^T = B^T A^T."""
        (M, K), N = A.shape, B.shape[1]
        if not out.size:
            return
        if not K:
            out.fill(0)
            return
        of_B, width_of_B = (AS_IT_IS, N) if B.flags.c_contiguous else (TRANSPOSED, K)
        of_A, width_of_A = (AS_IT_IS, K) if A.flags.c_contiguous else (TRANSPOSED, M)
        gemm, one, zero = self._by_type[A.dtype.name]
        status = gemm(
            self._handle, of_B, of_A, N, M, K, ctypes.byref(one), _at(B), width_of_B, _at(A), width_of_A, ctypes.byref(zero), _at(out), N
        )  # fmt: skip
        if status != 0:
            raise RuntimeError(f"cuBLAS answered {status} to a product of {M} x {K} and {K} x {N}")


def _at(A: Any) -> ctypes.c_void_p:
    return ctypes.c_void_p(A.data.ptr)


@cache
def _blas() -> Blas | None:
    from nntui.backends.cupy_device import stream

    path = _loaded()
    if path is None:
        return None
    try:
        blas = Blas(ctypes.CDLL(path), stream())
        return blas if _right(blas) else None
    except (OSError, RuntimeError, AttributeError):
        return None  # CuPy's own products do


def _loaded() -> str | None:
    """Where the cuBLAS that CuPy has loaded lies."""
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return None
    return next((line[line.index("/") :] for line in lines if "/libcublas.so" in line), None)


def _right(blas: Blas) -> bool:
    """Whether its products are CuPy's, for factors that lie one way and the other."""
    with blas.stream:
        A, B = cupy.arange(6, dtype="float32").reshape(2, 3), cupy.arange(12, dtype="float32").reshape(3, 4)
        for X, Y in ((A, B), (A.T.copy().T, B), (A, B.T.copy().T)):
            out = cupy.empty((2, 4), "float32")
            blas.product(X, Y, out)
            if not bool((out == A.dot(B)).all()):
                return False
    return True
