"""nntui: see why a neural network learns, or doesn't.

The names below are the public interface. Each is imported when it is first used, so that importing nntui costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nntui.errors import NntuiError
    from nntui.experiment import Experiment
    from nntui.lookup import load
    from nntui.nn.network import Network
    from nntui.runs.run import Run
    from nntui.training.running import train
    from nntui.training.sampling import sample
    from nntui.training.trainer import Trainer

__version__ = "0.1.0"

__all__ = ["Experiment", "Network", "NntuiError", "Run", "Trainer", "__version__", "load", "sample", "train"]

_HOMES = {
    "Experiment": "nntui.experiment",
    "Network": "nntui.nn.network",
    "NntuiError": "nntui.errors",
    "Run": "nntui.runs.run",
    "Trainer": "nntui.training.trainer",
    "load": "nntui.lookup",
    "sample": "nntui.training.sampling",
    "train": "nntui.training.running",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
