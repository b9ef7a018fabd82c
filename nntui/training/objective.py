"""A network bound together with its loss: one batch in, one number and all gradients out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nntui.nn.layer import Place
from nntui.nn.network import Network, Pass

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.nn.losses import Loss


class Objective:
    """Arrays for one batch size: write X and T, call `forward` (and `backward`), read `value`.

    targets is the whole split's encoded targets, for their shape and type only. gradients: of the parameters, and training
    mode; input_gradient: dL/dX as well, which is all there is without `gradients`.
    """

    def __init__(
        self, network: Network, loss: Loss, batch: int, targets: Array, arena: dict[str, Array] | None = None,
        gradients: bool = True, input_gradient: bool = False,
    ) -> None:  # fmt: skip
        self.bound = Pass(network, batch, gradients, input_gradient, arena)
        self.bound.training = gradients
        self.loss = loss
        self.at = at = Place()
        at.ops, at.path, at.dtype, at.batch, at.training = network.ops, "loss", network.dtype, batch, gradients

        def array(name: str, shape: tuple[int, ...], dtype: str | None = None) -> Array:
            made = self.bound.array(f"loss.{name}", shape, dtype or network.dtype)
            setattr(at, name, made)
            return made

        at.array = array  # type: ignore[method-assign]
        at.Z = self.bound.Y
        if gradients or input_gradient:
            at.dZ = self.bound.dY
        at.T = array("T", (batch, *targets.shape[1:]), targets.dtype.name)
        array("value", (1,))
        loss.bind(at)
        del at.array
        self.X: Array = self.bound.X
        self.T: Array = at.T
        self.Z: Array = at.Z

    def forward(self) -> None:
        """Compute outputs and loss."""
        self.bound.forward()
        self.loss.forward(self.at)

    def backward(self) -> None:
        """Compute all gradients of the last forward."""
        self.loss.backward(self.at)
        self.bound.backward()

    @property
    def value(self) -> float:
        """The loss of the last forward; waits for the device."""
        return float(self.at.value[0])
