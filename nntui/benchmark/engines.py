"""What competes: training engines, each with the settings it could be run with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nntui.benchmark.workloads import Workload


@dataclass(frozen=True)
class Candidate:
    """One engine with one setting, ready to train one workload."""

    engine: str
    threads: int
    setting: str
    """What else was chosen, if there was a choice."""
    train: Callable[[int], None]
    """Train so many steps: gather a batch, forward, loss, backward, update."""


class Engine(Protocol):
    """A way to train a workload."""

    name: str
    version: str

    def candidates(self, workload: Workload, threads: tuple[int, ...]) -> list[Candidate]:
        """One for each setting worth trying with these numbers of threads. Raises BackendError if it can't train this."""
