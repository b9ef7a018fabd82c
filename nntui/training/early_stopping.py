"""Stopping when validation no longer improves, and going back to the weights that were best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.experiment import EarlyStopping
    from nntui.nn.network import Network


class BestWeights:
    """Remembers the parameters and statistics of the epoch with the lowest validation loss."""

    def __init__(self, network: Network, rule: EarlyStopping | None) -> None:
        self.network, self.rule = network, rule
        self.loss, self.epoch = math.inf, 0
        self._kept: dict[str, Array] = {}

    def _live(self) -> dict[str, Array]:
        return {"parameters": self.network.flat, **self.network.statistics}

    def saw(self, epoch: int, loss: float) -> bool:
        """Count an epoch's validation loss in; whether it is time to stop."""
        if self.rule is None:
            return False
        if loss < self.loss - self.rule.min_delta:
            self.loss, self.epoch = loss, epoch
            ops = self.network.ops
            for name, array in self._live().items():
                if name not in self._kept:
                    self._kept[name] = ops.empty(array.shape, array.dtype.name)
                ops.copy(array, self._kept[name])
        return epoch - self.epoch >= self.rule.patience

    def restore(self) -> bool:
        """Put the best weights back; False if there are none."""
        for name, array in self._live().items():
            if name not in self._kept:
                return False
            self.network.ops.copy(self._kept[name], array)
        return True

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Arrays (host) and numbers that a checkpoint keeps."""
        arrays = {f"best.{name}": self.network.ops.to_host(array) for name, array in self._kept.items()}
        return arrays, {"loss": self.loss if self.epoch else None, "epoch": self.epoch}

    def load_state(self, arrays: dict[str, Array], numbers: dict[str, Any]) -> None:
        """Continue where `state` was taken."""
        self.loss = math.inf if numbers["loss"] is None else numbers["loss"]
        self.epoch = numbers["epoch"]
        ops = self.network.ops
        self._kept = {
            name: ops.from_host(arrays[f"best.{name}"].copy(), array.dtype.name)
            for name, array in self._live().items()
            if f"best.{name}" in arrays
        }
