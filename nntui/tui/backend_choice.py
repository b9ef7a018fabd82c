"""Which backend comes next when somebody goes through them, and which one a live run can go over to."""

from __future__ import annotations

from importlib.util import find_spec

from nntui.errors import BackendError
from nntui.experiment import BackendName

BACKENDS: tuple[BackendName, ...] = ("auto", "numpy", "cupy")


def after(backend: BackendName) -> tuple[BackendName, str]:
    """The next one; one that isn't installed is passed over, with a sentence on how to install it."""
    chosen = BACKENDS[(BACKENDS.index(backend) + 1) % len(BACKENDS)]
    missing = _missing() if chosen == "cupy" else ""
    return ("auto", missing) if missing else (chosen, "")


def other(backend: str) -> str:
    """The one that a live run goes over to from `backend`. Raises BackendError, with how to install it, if there is none."""
    if backend == "cupy":
        return "numpy"
    missing = _missing()
    if missing:
        raise BackendError(missing)
    return "cupy"


def _missing() -> str:
    """Why CuPy can't be had, if it isn't installed; whether there is a device that works only a trainer finds out."""
    # Asking the package index is free; loading it here would cost seconds and a context on the device.
    if find_spec("cupy") is not None:
        return ""
    from nntui import backends

    try:
        backends.load("cupy")
    except BackendError as error:
        return str(error)
    return ""
