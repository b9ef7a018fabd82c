import numpy as np
import pytest
from nn.test_losses import TABLE, Bound, Row, _outputs

from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError
from parity.pair import close, torch

pytestmark = pytest.mark.torch


def theirs(row: Row) -> torch.nn.Module:
    match row.loss:
        case CrossEntropy():
            return torch.nn.CrossEntropyLoss()
        case BinaryCrossEntropy():
            return torch.nn.BCEWithLogitsLoss()
        case MeanSquaredError():
            return torch.nn.MSELoss()
    return torch.nn.L1Loss()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1.0, 1e4])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_values_and_gradients_are_pytorchs(row: Row, scale: float, dtype: str):
    Z = (scale * _outputs(row)).astype(dtype)
    bound = Bound(row.loss, Z, row.encoded())
    logits = torch.from_numpy(Z.copy()).requires_grad_()
    T = torch.from_numpy(bound.at.T)
    value = theirs(row)(logits, T)
    value.backward()
    assert bound.forward() == pytest.approx(value.item(), rel=1e-5 if dtype == "float32" else 1e-9)
    close(bound.backward(), logits.grad.numpy(), dtype)
    assert np.isfinite(bound.at.dZ).all()
