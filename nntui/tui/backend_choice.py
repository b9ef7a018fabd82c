"""Which backend comes next when somebody goes through them."""

from __future__ import annotations

from importlib.util import find_spec

from nntui.errors import BackendError
from nntui.experiment import BackendName

BACKENDS: tuple[BackendName, ...] = ("auto", "numpy", "cupy")


def after(backend: BackendName) -> tuple[BackendName, str]:
    """The next one; one that isn't installed is passed over, with a sentence on how to install it."""
    chosen = BACKENDS[(BACKENDS.index(backend) + 1) % len(BACKENDS)]
    # Asking the package index is free; loading it here would cost seconds and a context on the device.
    if chosen == "cupy" and find_spec("cupy") is None:
        from nntui import backends

        try:
            backends.load("cupy")
        except BackendError as error:
            return "auto", str(error)
    return chosen, ""
