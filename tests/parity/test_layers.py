import numpy as np
import pytest
from nn.table import TABLE, Row, draws

from nntui.benchmark.torch_modules import sequential
from nntui.errors import BackendError
from nntui.nn.plan import plan
from parity.pair import Pair, close, gradients_of, parameters_of, torch

pytestmark = pytest.mark.torch


def _comparable(row: Row) -> bool:
    """Whether every layer has a counterpart, and none draws random numbers."""
    if not row.slope or (row.train and draws(site.layer for site in plan(row.layers, row.x).walk())):
        return False
    try:
        sequential(row.layers, row.x)
    except BackendError:
        return False
    return True


ROWS = [row for row in TABLE if _comparable(row)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_outputs_gradients_and_statistics_are_pytorchs(row: Row, dtype: str):
    pair = Pair(row, dtype)
    dX, _ = pair.ours.backward()
    Y = pair.theirs(pair.X)
    Y.backward(torch.from_numpy(pair.ours.dY))
    close(pair.ours.bound.Y, Y.detach().numpy(), dtype, "Y")
    close(dX, pair.X.grad.numpy(), dtype, "dX")
    network = pair.ours.network
    for name, gradient in gradients_of(pair.theirs, network).items():
        close(network.grads[name], gradient, dtype, name)
    after = parameters_of(pair.theirs, network)
    for name, statistic in network.statistics.items():
        close(statistic, after[name], dtype, name)


def test_most_of_the_table_can_be_compared():
    assert len(ROWS) >= 25


@pytest.mark.parametrize("rate", [0.2, 0.8])
def test_dropout_with_pytorchs_mask_is_pytorchs_dropout(rate: float):
    X = torch.randn(50, 40, dtype=torch.float64, requires_grad=True)
    Y = torch.nn.functional.dropout(X, rate, training=True)
    Y.backward(torch.ones_like(Y))
    mask = X.grad.numpy()
    assert set(np.round(np.unique(mask), 12)) == {0.0, round(1.0 / (1.0 - rate), 12)}
    np.testing.assert_allclose(Y.detach().numpy(), X.detach().numpy() * mask)
