"""How fast training goes, as a number that is calm enough to read."""

from __future__ import annotations

import math

MEMORY = 1.0
"""Seconds of training over which the speed is averaged, with exponentially fading weight."""


class Speed:
    """Steps per second of training time, over about the last second."""

    def __init__(self) -> None:
        self._steps = self._seconds = 0.0

    def add(self, steps: int, seconds: float) -> None:
        """Count `steps` steps that took `seconds`."""
        keep = math.exp(-seconds / MEMORY)
        self._steps = self._steps * keep + steps
        self._seconds = self._seconds * keep + seconds

    @property
    def steps_per_second(self) -> float:
        """0 before anything was counted."""
        return self._steps / self._seconds if self._seconds > 0.0 else 0.0
