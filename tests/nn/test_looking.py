"""What a network has computed can be looked at by layer: outputs, signals, attention, states through time."""

from __future__ import annotations

import numpy as np
import pytest

from nntui.nn.attention import Attention
from nntui.nn.dense import Dense
from nntui.nn.lstm import LSTM
from nntui.nn.network import Network
from nntui.nn.normalization import BatchNorm
from nntui.nn.skip import Skip

LAYERS = (Skip((Attention(heads=2, causal=True),)), LSTM(5, returns="last"), Dense(3))
X = np.random.default_rng(0).standard_normal((4, 6, 8))


def test_outputs_signals_and_attention_are_there_by_path() -> None:
    network = Network(LAYERS, (6, 8), dtype="float64")
    with pytest.raises(ValueError, match="nothing to look at before a forward pass"):
        _ = network.places
    Y = network.forward(X)
    assert list(network.places) == ["0.skip", "0.skip.0.attention", "1.lstm", "2.dense"]
    np.testing.assert_array_equal(network.places["2.dense"].Y, Y)
    attention = network.places["0.skip.0.attention"].attention
    assert attention.shape == (4, 2, 6, 6)
    np.testing.assert_allclose(attention.sum(-1), 1.0)
    assert not np.triu(attention, 1).any(), "causal"
    network.backward(np.ones_like(Y))
    np.testing.assert_array_equal(network.places["2.dense"].dY, np.ones_like(Y))


def test_the_gradient_of_a_state_is_told_for_every_step() -> None:
    network = Network(LAYERS, (6, 8), dtype="float64")
    Y = network.forward(X, train=True)
    network.backward(np.ones_like(Y))
    norms = network.through_time("1.lstm")
    assert norms.shape == (6,)
    assert norms[-1] == pytest.approx(np.linalg.norm(np.ones_like(Y) @ network.params["2.dense.W"].T))
    with pytest.raises(ValueError, match=r"2\.dense isn't recurrent"):
        network.through_time("2.dense")
    with pytest.raises(KeyError, match=r"9\.gru"):
        network.through_time("9.gru")


def test_statistics_are_loaded_by_name_as_well_and_nothing_if_one_does_not_fit() -> None:
    one, other = (Network((Dense(4), BatchNorm()), (8,), seed=seed) for seed in (0, 1))
    one.forward(X[:, 0], train=True)
    saved = {name: values.copy() for name, values in (one.params | one.statistics).items()}
    other.load(saved)
    np.testing.assert_array_equal(other.forward(X[:, 1]), one.forward(X[:, 1]))
    before = other.flat.copy()
    with pytest.raises(ValueError, match=r"1\.batch_norm\.running_mean has shape \(4,\), not \(3,\)"):
        other.load({"0.dense.b": np.ones(4), "1.batch_norm.running_mean": np.ones(3)})
    with pytest.raises(KeyError, match="running_median"):
        other.load({"0.dense.b": np.ones(4), "1.batch_norm.running_median": np.ones(4)})
    np.testing.assert_array_equal(other.flat, before)
