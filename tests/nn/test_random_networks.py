"""What holds for every network, tried on random ones: freezing what is below, and weights that come back from a file."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from parity.generator import Given, network

from nntui.nn.catalogue import LAYERS
from nntui.nn.layer import Layer, Learned
from nntui.nn.network import Network, Pass
from nntui.training.checkpoint import Checkpoints
from nntui.training.state import TrainerState

SEEDS = range(200)
SEVERAL = pytest.mark.parametrize("seeds", [SEEDS[start : start + 25] for start in SEEDS[::25]], ids=str)


def frozen(layer: Layer) -> Layer:
    """A layer that keeps its parameters, and so do those in it."""
    bodies = layer.bodies()
    if bodies:
        layer = msgspec.structs.replace(layer, body=tuple(map(frozen, bodies[0])))
    return msgspec.structs.replace(layer, frozen=True) if isinstance(layer, Learned) else layer


def batch(given: Given) -> np.ndarray:
    rng = np.random.default_rng(given.seed)
    if given.layers[0].takes_ids:
        sizes = given.layers[0].sizes  # type: ignore[attr-defined]
        return rng.integers(0, sizes if len(sizes) > 1 else sizes[0], (given.batch, *given.x))
    return rng.standard_normal((given.batch, *given.x))


def gradients(net: Network, X: np.ndarray) -> dict[str, np.ndarray]:
    """Of everything, in evaluation: there a batch norm that is frozen computes what another does."""
    bound = Pass(net, len(X))
    net.flat_gradient.fill(np.nan)
    bound.X[...] = X
    bound.forward()
    bound.dY[...] = np.random.default_rng(1).standard_normal(bound.Y.shape)
    bound.backward()
    return {name: gradient.copy() for name, gradient in net.grads.items()}


@SEVERAL
def test_freezing_what_is_below_leaves_the_gradients_above_as_they_are(seeds: range) -> None:
    for seed in seeds:
        given = network(seed)
        cut = int(np.random.default_rng(seed).integers(1, len(given.layers) + 1))
        whole = Network(given.layers, given.x, dtype="float64", seed=seed)
        above = Network((*map(frozen, given.layers[:cut]), *given.layers[cut:]), given.x, dtype="float64", seed=seed)
        before, after = gradients(whole, batch(given)), gradients(above, batch(given))
        for name, gradient in after.items():
            layer = above.entries[name][1].layer
            if layer.treatment[0]:
                assert np.isnan(gradient).all(), f"seed {seed}: {name} is frozen, but its gradient is computed"
            else:
                assert not np.isnan(gradient).any(), f"seed {seed}: {name}"
                scale = max(float(np.abs(before[name]).max(initial=0.0)), 1e-6)
                np.testing.assert_allclose(gradient, before[name], rtol=0.0, atol=1e-12 * scale, err_msg=f"seed {seed}: {name}")


@SEVERAL
def test_weights_come_back_from_a_file_bit_by_bit(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        given = network(seed)
        one, other = Network(given.layers, given.x, seed=seed), Network(given.layers, given.x, seed=seed + 1)
        rng = np.random.default_rng(seed)
        for array in one.statistics.values():
            array[...] = rng.uniform(0.5, 2.0, array.shape)
        one.flat[:] += 0.1 * rng.standard_normal(one.flat.shape, np.float32)
        files = Checkpoints(tmp_path)
        files.save(seed, TrainerState(one.params | one.statistics, {}), cursor=0, loss=0.0)
        arrays = files.load(seed).state.arrays
        assert arrays.keys() == one.params.keys() | one.statistics.keys()
        other.load({name: arrays[name] for name in other.params})
        for name, array in other.statistics.items():
            array[...] = arrays[name]
        assert other.flat.tobytes() == one.flat.tobytes(), f"seed {seed}"
        X = batch(given)
        assert one.forward(X).tobytes() == other.forward(X).tobytes(), f"seed {seed}"


def test_every_layer_is_among_them() -> None:
    assert set(LAYERS) == set().union(*(network(seed).kinds() for seed in SEEDS))
