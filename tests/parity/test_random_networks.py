"""Two hundred random networks beside PyTorch's versions of them, in double precision: outputs, gradients, three steps of training.

Both engines add the same numbers in another order. What comes of that is measured against the largest number of an array.
"""

from __future__ import annotations

import numpy as np
import pytest

from nntui.nn.catalogue import LAYERS
from nntui.nn.network import Network, Pass
from nntui.nn.plan import plan
from nntui.optim.optimizers import SGD, Adam, AdamW
from nntui.optim.updater import Updater
from parity.generator import DEPTH, DRAWS, IDS, Given, network
from parity.modules import Twin, torch

pytestmark = pytest.mark.torch

COUNT = 200
RTOL = 1e-9
"""Of the largest number in an array."""
FLOOR = 1e-3
"""Gradients are held to a share of the largest of all at least: some are 0 but for rounding, as of a bias before batch norm."""
OPTIMIZERS = (
    SGD(learning_rate=0.05, momentum=0.9, nesterov=True, weight_decay=0.1),
    Adam(learning_rate=0.01, epsilon=1e-4, weight_decay=0.1),
    AdamW(learning_rate=0.01, epsilon=1e-4, weight_decay=0.1),
)


class Both:
    """A random network in both engines, with weights and inputs that are nothing special."""

    def __init__(self, given: Given) -> None:
        rng = np.random.default_rng(given.seed)
        self.network = Network(given.layers, given.x, dtype="float64", seed=given.seed)
        self.network.flat[:] += 0.2 * rng.standard_normal(self.network.flat.shape)
        for name, statistic in self.network.statistics.items():
            statistic[:] = rng.uniform(0.5, 2.0, statistic.shape) if "variance" in name else rng.standard_normal(statistic.shape)
        self.bound = Pass(self.network, given.batch, input_gradient=True)
        self.bound.training = given.train
        self.bound.X[:] = _ids(given, rng) if given.layers[0].takes_ids else rng.standard_normal(self.bound.X.shape)
        self.target = rng.standard_normal(self.bound.Y.shape)
        self.twin = Twin(self.network, given.train)
        self.x = torch.from_numpy(self.bound.X.copy())
        self.x.requires_grad_(self.x.is_floating_point())

    def gradients(self) -> tuple[np.ndarray, np.ndarray]:
        """Y in both engines, and the gradients of mean (Y - T)^2 left in them."""
        self.network.flat_gradient.fill(np.nan)
        self.bound.forward()
        Y = self.bound.Y.copy()
        self.bound.dY[...] = 2.0 * (Y - self.target) / Y.size
        self.bound.backward()
        y = self.twin.module(self.x)
        if y.requires_grad:
            torch.square(y - torch.from_numpy(self.target)).mean().backward()
        return Y, y.detach().numpy()


def _ids(given: Given, rng: np.random.Generator) -> np.ndarray:
    sizes = given.layers[0].sizes  # type: ignore[attr-defined]
    return rng.integers(0, sizes if len(sizes) > 1 else sizes[0], (given.batch, *given.x))


def close(ours: np.ndarray, theirs: np.ndarray, what: str, least: float = 0.0) -> None:
    tolerance = RTOL * max(float(np.abs(theirs).max(initial=0.0)), least)
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=tolerance, err_msg=what)


def compare_gradients(both: Both) -> None:
    Y, y = both.gradients()
    close(Y, y, "Y", FLOOR)
    ours, theirs = both.network.grads, both.twin.gradients
    learned = {name: gradient for name, gradient in theirs.items() if not np.isnan(gradient).all()}
    frozen = {name for name, (_, site, _) in both.network.entries.items() if site.layer.treatment[0]}
    assert set(theirs) - set(learned) <= frozen
    dX = both.x.grad.numpy() if both.x.grad is not None else None
    arrays = [*learned.values()] + ([dX] if dX is not None else [])
    least = FLOOR * max(float(np.abs(array).max(initial=0.0)) for array in [*arrays, both.bound.dY])
    for name, gradient in learned.items():
        close(ours[name], gradient, f"gradient of {name}", least)
    if dX is not None and both.bound.dX is not None:
        close(both.bound.dX, dX, "dX", least)


def compare_training(both: Both, seed: int) -> None:
    optimizer = OPTIMIZERS[seed % len(OPTIMIZERS)]
    network = both.network
    updater = Updater(optimizer, network.ops, network.flat, network.flat_gradient, network.groups)
    theirs = both.twin.optimizer(optimizer)
    for _ in range(3):
        updater.step(optimizer.learning_rate)
        theirs.step()
        theirs.zero_grad()
        both.gradients()
    after = both.twin.arrays
    for name, array in (network.params | network.statistics).items():
        close(array, after[name], f"{name} after three steps", 1.0)


@pytest.mark.parametrize("seed", range(COUNT))
def test_a_random_network_computes_and_learns_what_pytorchs_does(seed: int) -> None:
    given = network(seed)
    try:
        both = Both(given)
        compare_gradients(both)
        compare_training(both, seed)
    except Exception as error:
        error.add_note(f"the network of seed {seed}, batches of {given.batch}, training: {given.train}\n\n{given.toml}")
        raise


def test_every_layer_there_is_can_be_drawn_and_is() -> None:
    assert {*DRAWS, *IDS} == set(LAYERS)
    drawn = [network(seed).kinds() for seed in range(COUNT)]
    for kind in LAYERS:
        assert sum(kind in kinds for kinds in drawn) >= 5, kind.__name__


def test_networks_are_as_deep_as_they_may_be_and_nested() -> None:
    sites = [list(plan(given.layers, given.x).walk()) for given in map(network, range(COUNT))]
    assert max(map(len, sites)) == DEPTH
    assert max(site.depth for network in sites for site in network) >= 3


def test_a_seed_is_a_network() -> None:
    assert network(5) == network(5) != network(6)
