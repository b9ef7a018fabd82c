import numpy as np
import pytest
from nn.table import TABLE, Row, draws

from nntui.nn.catalogue import LAYERS
from nntui.nn.plan import plan
from nntui.optim.optimizers import SGD, AdamW, Optimizer
from nntui.optim.updater import Updater
from parity.pair import Pair, close, torch

pytestmark = pytest.mark.torch


ROWS = [row for row in TABLE if not row.train or not draws(site.layer for site in plan(row.layers, row.x).walk())]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_outputs_gradients_and_statistics_are_pytorchs(row: Row, dtype: str):
    pair = Pair(row, dtype)
    dX, *_ = pair.ours.backward()
    Y = pair.theirs.module(pair.X)
    if Y.requires_grad:
        Y.backward(torch.from_numpy(pair.ours.dY))
    close(pair.ours.bound.Y, Y.detach().numpy(), dtype, "Y")
    if not row.ids:
        close(dX, pair.X.grad.numpy(), dtype, "dX")
    network = pair.ours.network
    for name, gradient in pair.theirs.gradients.items():
        close(network.grads[name], gradient, dtype, name)
    after = pair.theirs.arrays
    for name, statistic in network.statistics.items():
        close(statistic, after[name], dtype, name)


NESTEROV = SGD(learning_rate=0.03, momentum=0.9, nesterov=True, weight_decay=0.1)
STEPS = (("float32", NESTEROV), ("float64", NESTEROV), ("float64", AdamW(learning_rate=0.01, epsilon=1e-4, weight_decay=0.1)))
"""In single precision without Adam: it makes whole steps of gradients that are nothing but rounding."""


@pytest.mark.parametrize(("dtype", "optimizer"), STEPS, ids=lambda value: getattr(value, "tag", value))
@pytest.mark.parametrize("row", [row for row in ROWS if plan(row.layers, row.x).size and not row.kinks], ids=lambda row: row.name)
def test_ten_steps_lead_to_pytorchs_parameters(row: Row, dtype: str, optimizer: Optimizer):
    pair = Pair(row, dtype)
    network = pair.ours.network
    updater = Updater(optimizer, network.ops, network.flat, network.flat_gradient, network.groups)
    theirs = pair.theirs.optimizer(optimizer)
    dY = pair.ours.dY / np.asarray(pair.ours.dY.size, dtype)
    for _ in range(10):
        pair.ours.backward(dY)
        updater.step(optimizer.learning_rate)
        theirs.zero_grad()
        pair.theirs.module(pair.X.detach()).backward(torch.from_numpy(dY))
        theirs.step()
    after = pair.theirs.arrays
    for name, array in (network.params | network.statistics).items():
        close(array, after[name], dtype, name)


def test_every_layer_is_compared():
    assert {type(site.layer) for row in ROWS for site in plan(row.layers, row.x).walk()} == set(LAYERS)


@pytest.mark.parametrize("rate", [0.2, 0.8])
def test_dropout_with_pytorchs_mask_is_pytorchs_dropout(rate: float):
    X = torch.randn(50, 40, dtype=torch.float64, requires_grad=True)
    Y = torch.nn.functional.dropout(X, rate, training=True)
    Y.backward(torch.ones_like(Y))
    mask = X.grad.numpy()
    assert set(np.round(np.unique(mask), 12)) == {0.0, round(1.0 / (1.0 - rate), 12)}
    np.testing.assert_allclose(Y.detach().numpy(), X.detach().numpy() * mask)
