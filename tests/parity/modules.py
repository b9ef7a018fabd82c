"""A network of ours beside PyTorch's version of it: the same weights going in, gradients and weights coming out by our names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nntui.benchmark.pytorch import begun_like, optimizer_like
from nntui.benchmark.torch_modules import sequential
from nntui.benchmark.torch_weights import Held, held, paired
from nntui.nn.network import Network, is_frozen
from nntui.optim.optimizers import Optimizer

torch = pytest.importorskip("torch")


class Twin:
    """PyTorch's version of a network, with the same parameters, statistics and frozen layers."""

    def __init__(self, network: Network, train: bool = False) -> None:
        self.network = network
        self.module = sequential(network.layers, network.input_shape).to(getattr(torch, network.dtype)).train(train)
        self.held: list[Held] = list(held(network.plan.sites, self.module))
        self._leave_the_rest_alone()
        begun_like(network, self.module)
        for site, module in paired(network.plan.sites, self.module):
            if is_frozen(site.layer) and not site.inside:
                module.eval()  # running averages stay as they are

    def _leave_the_rest_alone(self) -> None:
        """What is none of our parameters (a second bias, a frozen layer's) is 0 or as it was, and stays so."""
        for parameter in self.module.parameters():
            learns, ours = torch.zeros_like(parameter), torch.zeros_like(parameter)
            for piece in self.held:
                if piece.tensor is parameter:
                    piece.piece.view(ours).fill_(1.0)
                    if piece.name in self.network.params and not is_frozen(self.network.entries[piece.name][1].layer):
                        piece.piece.view(learns).fill_(1.0)
            with torch.no_grad():
                parameter.mul_(ours)
            if not learns.any():
                parameter.requires_grad_(False)
            elif not learns.all():
                parameter.register_hook(lambda gradient, mask=learns: gradient * mask)

    def _gathered(self, names: dict[str, np.ndarray], read: Callable[[Any], Any]) -> dict[str, np.ndarray]:
        found = {name: np.full(array.shape, np.nan, array.dtype) for name, array in names.items()}
        for piece in self.held:
            if piece.name in found:
                theirs = read(piece.tensor)
                found[piece.name][piece.piece.ours] = np.nan if theirs is None else piece.piece.view(theirs).detach().numpy()
        return found

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        """PyTorch's gradients under our names, in our layout; NaN where it has none."""
        return self._gathered(self.network.params, lambda tensor: tensor.grad)

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """PyTorch's parameters and statistics under our names, in our layout."""
        return self._gathered(self.network.params | self.network.statistics, lambda tensor: tensor)

    def optimizer(self, optimizer: Optimizer) -> Any:
        """PyTorch's optimizer, with decay and learning rate for every tensor as our groups have them."""
        groups = []
        for parameter in self.module.parameters():
            names = {piece.name for piece in self.held if piece.tensor is parameter}
            if not parameter.requires_grad or not names:
                continue
            entries = [self.network.entries[name] for name in names]
            ((multiplier, decays),) = {(site.layer.treatment[1], ours.decays) for ours, site, _ in entries}
            decay = optimizer.weight_decay if decays else 0.0
            groups.append({"params": [parameter], "lr": multiplier * optimizer.learning_rate, "weight_decay": decay})
        return optimizer_like(optimizer, groups)
