"""Learning slower where validation no longer improves."""

from __future__ import annotations

import math
from typing import Any

from nntui.optim.schedules import Plateau, Schedule


class PlateauWatch:
    """The factor of a plateau schedule, which depends on what happens; of any other it is 1."""

    def __init__(self, schedule: Schedule) -> None:
        self.rule = schedule if isinstance(schedule, Plateau) else None
        self.factor = 1.0
        self.best = math.inf
        self.waited = 0
        """Epochs since the last improvement, or the last drop."""

    def saw(self, loss: float) -> bool:
        """Count an epoch's validation loss in; whether the rate drops."""
        rule = self.rule
        if rule is None:
            return False
        if loss < self.best - rule.min_delta:
            self.best, self.waited = loss, 0
            return False
        self.waited += 1
        if self.waited < rule.patience:
            return False
        before, self.waited = self.factor, 0
        self.factor = max(self.factor * rule.gamma, rule.least)
        return self.factor < before

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps; None for infinity, which strict JSON doesn't know."""
        return {"factor": self.factor, "best": None if math.isinf(self.best) else self.best, "waited": self.waited}

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue where `state` was taken."""
        self.factor, self.waited = state["factor"], state["waited"]
        self.best = math.inf if state["best"] is None else state["best"]
