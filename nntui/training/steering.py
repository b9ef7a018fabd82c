"""How much of the next slice of time is for training: nothing while paused, so many steps by hand, so many a second."""

from __future__ import annotations

import math

SLICE = 0.025
"""Seconds of training between two looks at the commands."""

BURST = 0.1
"""Seconds of a slow pace that may be made up for at once."""


class Steering:
    """What watchers want of a training, as steps."""

    def __init__(self) -> None:
        self.paused = False
        self.budget: int | None = None
        """Steps to train by hand before pausing; None: to the end."""
        self.pace = 0.0
        """Most steps per second; 0: full speed."""
        self._credit = 0.0
        self._counted = -math.inf

    def pause(self) -> None:
        """Train no more."""
        self.paused, self.budget = True, None

    def go(self) -> None:
        """Train to the end."""
        self.paused, self.budget = False, None

    def by_hand(self, steps: int) -> None:
        """Train so many steps more than already promised, then pause."""
        self.paused, self.budget = False, (self.budget or 0) + steps

    def portion(self, now: float, speed: float) -> int | None:
        """Steps for the next slice, at `now` seconds with training at `speed` steps a second; None: as many as it holds."""
        if self.paused:
            return 0
        if self.budget is None and not self.pace:
            return None
        portion = max(1, int(speed * SLICE))
        if self.budget is not None:
            return min(portion, self.budget)
        self._credit = min(self._credit + (now - self._counted) * self.pace, max(1.0, BURST * self.pace))
        self._counted = now
        portion = min(portion, int(self._credit))
        self._credit -= portion
        return portion

    def trained(self, steps: int) -> None:
        """Count steps by hand; pauses after the last."""
        if self.budget is not None:
            self.budget -= steps
            if self.budget <= 0:
                self.pause()
