"""The network's answer over a plane: what a person sees as the decision boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nntui.measurements import Surface
from nntui.nn.network import Pass
from nntui.training.unit_maps import pictured, unit_maps

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.source import Plane
    from nntui.nn.losses import Loss, Target
    from nntui.nn.network import Network

RESOLUTION = 48
"""Grid points along each axis: as fine as a terminal pane can show with half blocks."""


class Surfacer:
    """Evaluates a network on a grid over its plane."""

    def __init__(self, network: Network, loss: Loss, target: Target, plane: Plane) -> None:
        self.network, self.loss, self.target, self.plane = network, loss, target, plane
        x = np.linspace(plane.low[0], plane.high[0], RESOLUTION)
        y = np.linspace(plane.high[1], plane.low[1], RESOLUTION)  # the first row is the top of the picture
        grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
        self._inputs = network.ops.from_host(plane.inputs(grid), network.dtype)
        self._bound: Pass | None = None
        self._pictured = pictured(network.plan.sites)

    def measure(self, step: int) -> Surface:
        """The answer at this step, of the network in evaluation mode."""
        network = self.network
        if self._bound is None:
            self._bound = Pass(network, len(self._inputs), gradients=False)
        network.ops.copy(self._inputs, self._bound.X)
        with np.errstate(all="ignore"):
            self._bound.forward()
            values = self._answer(network.ops.to_host(self._bound.Y))
        return Surface(
            step=step, columns=RESOLUTION, rows=RESOLUTION, x=(self.plane.low[0], self.plane.high[0]),
            y=(self.plane.low[1], self.plane.high[1]), values=values.astype(np.float32).tobytes(),
            units=unit_maps(self._bound, self._pictured, RESOLUTION),
        )  # fmt: skip

    def _answer(self, Z: Array) -> Array:
        if self.target.classes is None:
            return self.loss.numbers(Z)[:, 0]
        if self.target.classes > 2:
            return self.loss.labels(Z)
        return self.loss.probabilities(Z)[:, -1]
