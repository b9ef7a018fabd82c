"""Ten steps of PyTorch's example network, side by side from the same weights over the same batches."""

import numpy as np
import pytest

from nntui.data.source import Data, Facts, Source, Split
from nntui.experiment import Experiment, Training
from nntui.nn.activations import ReLU
from nntui.nn.dense import Dense
from nntui.nn.losses import BinaryCrossEntropy, Target
from nntui.nn.normalization import BatchNorm
from nntui.nn.regularization import Dropout
from nntui.optim.optimizers import AdamW
from nntui.training.batches import Batches
from nntui.training.trainer import Trainer
from parity.modules import Twin
from parity.pair import RTOL, close, torch

pytestmark = pytest.mark.torch

_rng = np.random.default_rng(0)
X = _rng.standard_normal((150, 10)).astype(np.float32)
y = (np.square(X).sum(1) > 9.34).astype(np.int64)
DATA = Data(Facts((10,), Target(2), ("-1", "+1"), (), len(X)), Split(X, y), None)


class Given(Source, tag="given"):
    def facts(self) -> Facts:
        return DATA.facts


def block(units: int) -> tuple:
    return (Dense(units), BatchNorm(), ReLU(), Dropout(0.0))


GIVEN = Experiment(
    network=(*block(64), *block(32), Dense(1)), data=Given(validation=0.0), loss=BinaryCrossEntropy(),
    optimizer=AdamW(learning_rate=0.001, weight_decay=1e-4), training=Training(epochs=2, batch_size=32, clip_norm=1.0),
)  # fmt: skip


@pytest.mark.parametrize("clip_norm", [1.0, 0.1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ten_steps_lead_to_pytorchs_losses_weights_and_statistics(dtype: str, clip_norm: float):
    trainer = Trainer(GIVEN.replace(training=Training(epochs=2, batch_size=32, clip_norm=clip_norm)), dtype=dtype, data=DATA)
    assert trainer.total_steps == 10 and len(X) % 32  # the last batch of an epoch is smaller
    network = trainer.network
    twin = Twin(network, train=True)
    module, optimizer = twin.module, twin.optimizer(GIVEN.optimizer)
    order = Batches(len(X), 32, GIVEN.seed)
    clipped = 0
    for step in range(10):
        batch = torch.from_numpy(order.at(step).copy())
        inputs, targets = torch.from_numpy(X)[batch].to(getattr(torch, dtype)), torch.from_numpy(y)[batch].to(getattr(torch, dtype))
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(module(inputs)[:, 0], targets)
        loss.backward()
        # Their clip_grad_norm_ divides by norm + 1e-6, ours by the norm itself.
        norm = torch.linalg.vector_norm(torch.cat([p.grad.reshape(-1) for p in module.parameters()]))
        if norm > clip_norm:
            clipped += 1
            for p in module.parameters():
                p.grad *= clip_norm / norm
        optimizer.step()
        assert trainer.step() == pytest.approx(loss.item(), rel=RTOL[dtype])
    assert (clipped > 0) == (clip_norm < 1.0)
    after = twin.arrays
    for name, array in (network.params | network.statistics).items():
        if dtype == "float64":
            close(array, after[name], dtype, name)
        elif name not in ("0.dense.b", "4.dense.b") and not name.endswith("running_mean"):
            # A bias before batch norm has no gradient but rounding, which Adam makes whole steps of, and the mean follows it.
            np.testing.assert_allclose(array, after[name], rtol=1e-3, atol=2e-5, err_msg=name)
