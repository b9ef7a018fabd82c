from collections.abc import Callable

import numpy as np
import pytest
from nn.loss_table import TABLE, Bound, Row, outputs

from nntui.nn.losses import (
    BinaryCrossEntropy,
    Composite,
    CrossEntropy,
    Focal,
    Hebbian,
    Hinge,
    Huber,
    KLDivergence,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Target,
)
from parity.pair import close, torch

pytestmark = pytest.mark.torch

Theirs = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def numbers(weights: object, Z: torch.Tensor) -> torch.Tensor | None:
    return torch.tensor(weights, dtype=Z.dtype) if isinstance(weights, tuple) else None


def weighted_binary(loss: BinaryCrossEntropy) -> Theirs:
    def value(Z: torch.Tensor, T: torch.Tensor) -> torch.Tensor:
        no, yes = loss.class_weights
        w = torch.where(T > 0.5, yes, no).to(Z.dtype)
        return torch.nn.functional.binary_cross_entropy_with_logits(Z, T, w, reduction="sum") / w.sum()

    return value


def theirs(loss: Loss) -> Theirs | None:
    """On logits and the targets as we encode them; None if PyTorch has no such loss."""
    F = torch.nn.functional
    match loss:
        case CrossEntropy():
            return lambda Z, T: F.cross_entropy(Z, T, numbers(loss.class_weights, Z), label_smoothing=loss.label_smoothing)
        case BinaryCrossEntropy(class_weights=None):
            return F.binary_cross_entropy_with_logits
        case BinaryCrossEntropy():
            return weighted_binary(loss)
        case Hinge():
            return lambda Z, T: F.multi_margin_loss(Z, T, p=2 if loss.squared else 1, margin=loss.margin)
        case KLDivergence():
            return lambda Z, T: F.kl_div(F.log_softmax(Z, -1), T, reduction="batchmean")
        case MeanSquaredError():
            return F.mse_loss
        case MeanAbsoluteError():
            return F.l1_loss
        case Huber():
            return lambda Z, T: F.huber_loss(Z, T, delta=loss.delta)
        case Composite() if all(theirs(part.loss) is not None for part in loss.parts):
            return composite(loss)
    return None


def composite(loss: Composite) -> Theirs:
    def value(Z: torch.Tensor, T: torch.Tensor) -> torch.Tensor:
        total, z, t = torch.zeros((), dtype=Z.dtype), 0, 0
        for part in loss.parts:
            columns = 1 if part.loss.takes_labels else part.outputs
            asked = T[:, t].long() if part.loss.takes_labels else T[:, t : t + columns]
            total = total + part.weight * theirs(part.loss)(Z[:, z : z + part.outputs], asked)
            z, t = z + part.outputs, t + columns
        return total

    return value


ROWS = [row for row in TABLE if theirs(row.fitted) is not None]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1.0, 1e4])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_values_and_gradients_are_pytorchs(row: Row, scale: float, dtype: str):
    Z = (scale * outputs(row)).astype(dtype)
    bound = Bound(row.fitted, Z, row.encoded())
    logits = torch.from_numpy(Z.copy()).requires_grad_()
    value = theirs(row.fitted)(logits, torch.from_numpy(bound.at.T))
    value.backward()
    assert bound.forward() == pytest.approx(value.item(), rel=1e-5 if dtype == "float32" else 1e-9)
    close(bound.backward(), logits.grad.numpy(), dtype)
    assert np.isfinite(bound.at.dZ).all()


def by_autograd(loss: Loss) -> Theirs | None:
    """Losses that PyTorch hasn't, from its operations."""
    F = torch.nn.functional
    match loss:
        case Focal():

            def focal(Z: torch.Tensor, T: torch.Tensor) -> torch.Tensor:
                taken = F.cross_entropy(Z, T, reduction="none")
                weights = numbers(loss.class_weights, Z)
                w = torch.ones_like(taken) if weights is None else weights[T]
                return (w * (1.0 - torch.exp(-taken)) ** loss.gamma * taken).mean()

            return focal
        case Hebbian():
            return lambda Z, T: -(Z * T).mean()
    return None


COMPOSED = [row for row in TABLE if by_autograd(row.fitted) is not None]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("row", COMPOSED, ids=lambda row: row.name)
def test_what_pytorch_has_not_is_what_its_autograd_makes_of_the_formula(row: Row, dtype: str):
    Z = outputs(row).astype(dtype)
    bound = Bound(row.fitted, Z, row.encoded())
    logits = torch.from_numpy(Z.copy()).requires_grad_()
    value = by_autograd(row.fitted)(logits, torch.from_numpy(bound.at.T))
    value.backward()
    assert bound.forward() == pytest.approx(value.item(), rel=1e-5 if dtype == "float32" else 1e-9)
    close(bound.backward(), logits.grad.numpy(), dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("options", [{}, {"label_smoothing": 0.1}, {"class_weights": (0.5, 1.0, 2.0, 4.0)}], ids=str)
@pytest.mark.parametrize("shape", [(7,), (3, 5)], ids=["tokens", "pixels"])
def test_cross_entropy_at_every_place_with_some_masked_is_pytorchs_with_an_ignored_index(
    shape: tuple[int, ...], options: dict[str, object], dtype: str
):
    rng = np.random.default_rng(0)
    Z, y = rng.standard_normal((4, *shape, 4)).astype(dtype), rng.integers(-1, 4, (4, *shape))
    loss, target = CrossEntropy(**options), Target(4, shape=shape)
    bound = Bound(loss, Z, loss.encode(y, Z.shape[1:], target))
    logits = torch.from_numpy(Z.copy()).requires_grad_()
    value = torch.nn.functional.cross_entropy(
        logits.reshape(-1, 4), torch.from_numpy(y).reshape(-1), numbers(loss.class_weights, logits), ignore_index=-1,
        label_smoothing=loss.label_smoothing,
    )  # fmt: skip
    value.backward()
    assert bound.forward() == pytest.approx(value.item(), rel=1e-5 if dtype == "float32" else 1e-9)
    close(bound.backward(), logits.grad.numpy(), dtype)


def test_only_focal_and_hebbian_are_not_pytorchs():
    assert {row.name.split()[0] for row in TABLE if row not in ROWS} <= {"focal", "weighted", "hebbian", "composite"}
    assert len(ROWS) >= 20
