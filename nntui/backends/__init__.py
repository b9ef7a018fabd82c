"""Where arrays live: one set of named operations, on the CPU by NumPy and on the GPU by CuPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from nntui.errors import BackendError

if TYPE_CHECKING:
    from nntui.backends.operations import Operations

NAMES = ("numpy", "cupy")


def load(name: str) -> Operations:
    """The operations of the backend `name`. Raises BackendError, with how to install it, if it can't run here."""
    if name == "numpy":
        from nntui.backends import numpy

        return cast("Operations", numpy)
    if name == "cupy":
        try:
            from nntui.backends import cupy
        except ImportError as error:
            missing = isinstance(error, ModuleNotFoundError) and error.name == "cupy"
            problem = "is not installed" if missing else f"can't be imported ({str(error).strip().partition(chr(10))[0]})"
            raise BackendError(
                f"backend cupy: the package cupy {problem}; install it with: python -m pip install '.[gpu]' "
                "(CUDA 12) or '.[gpu13]' (CUDA 13), or use backend numpy"
            ) from None
        cupy.require_device()
        return cast("Operations", cupy)
    raise BackendError(f"backend {name!r} is unknown: expected numpy, cupy or auto")


def why_not(name: str) -> str | None:
    """The sentence why this backend can't run on this machine; None if it can."""
    try:
        load(name)
    except BackendError as error:
        return str(error)
    return None


def available(name: str) -> bool:
    """Whether this backend can run on this machine."""
    return why_not(name) is None
