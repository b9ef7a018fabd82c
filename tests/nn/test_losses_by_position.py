"""Losses of tokens and pixels: every position asked about by itself, and some not at all."""

import numpy as np
import pytest

from nn.gradients import assert_gradient, unit
from nn.loss_table import Bound
from nntui.errors import ExperimentError
from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, Loss, MeanAbsoluteError, MeanSquaredError, Target

rng = np.random.default_rng(0)


def bound(loss: Loss, target: Target, y: np.ndarray, units: int, dtype: str = "float64") -> Bound:
    output = (*target.shape, units)
    loss.check(output, target)
    Z = (2.0 * rng.standard_normal((len(y), *output))).astype(dtype)
    return Bound(loss, Z, loss.encode(y, output, target))


@pytest.mark.parametrize("shape", [(5,), (3, 4)], ids=["tokens", "pixels"])
def test_cross_entropy_of_positions_is_that_of_as_many_examples(shape):
    y = rng.integers(0, 4, (3, *shape))
    positions = bound(CrossEntropy(), Target(4, shape=shape), y, 4)
    examples = Bound(CrossEntropy(), positions.at.Z.reshape(-1, 4).copy(), y.reshape(-1))
    assert positions.forward() == pytest.approx(examples.forward(), rel=1e-12)
    np.testing.assert_allclose(positions.backward().reshape(-1, 4), examples.backward(), rtol=1e-12)


def test_a_masked_position_counts_for_nothing():
    y = rng.integers(0, 4, (3, 6))
    y[rng.random(y.shape) < 0.4] = -1
    y[1] = -1  # a whole example
    masked = bound(CrossEntropy(), Target(4, shape=(6,)), y, 4)
    asked = Bound(CrossEntropy(), masked.at.Z[y >= 0], y[y >= 0])
    assert masked.forward() == pytest.approx(asked.forward(), rel=1e-12)
    dZ = masked.backward()
    np.testing.assert_allclose(dZ[y >= 0], asked.backward(), rtol=1e-12)
    assert not dZ[y < 0].any()


def test_if_every_position_is_masked_there_is_no_loss_and_no_gradient():
    nothing = bound(CrossEntropy(), Target(4, shape=(6,)), np.full((2, 6), -1), 4)
    assert nothing.forward() == 0.0 and not nothing.backward().any()


def test_gradients_with_a_mask_are_slopes():
    y = np.where(rng.random((3, 5)) < 0.3, -1, rng.integers(0, 4, (3, 5)))
    made = bound(CrossEntropy(), Target(4, shape=(5,)), y, 4)
    dZ = made.backward().copy()
    for _ in range(3):
        assert_gradient(made.forward, [made.at.Z], [dZ], unit([made.at.Z], rng))


@pytest.mark.parametrize(
    ("loss", "target", "y", "units"),
    [
        (BinaryCrossEntropy(), Target(2, shape=(3, 4)), rng.integers(0, 2, (5, 3, 4)), 1),
        (BinaryCrossEntropy(), Target(None, 2, (6,)), rng.random((5, 6, 2)), 2),
        (MeanSquaredError(), Target(None, 1, (6,)), rng.standard_normal((5, 6, 1)), 1),
        (MeanSquaredError(signed=True), Target(3, shape=(6,)), rng.integers(0, 3, (5, 6)), 3),
        (MeanAbsoluteError(), Target(None, 3, (2, 2)), rng.standard_normal((5, 2, 2, 3)), 3),
    ],
    ids=["pixels of two classes", "shares", "numbers", "labels as numbers", "pixels of colours"],
)  # fmt: skip
def test_other_losses_are_means_over_positions_too(loss: Loss, target: Target, y: np.ndarray, units: int):
    positions = bound(loss, target, y, units)
    flat = y.reshape(-1) if target.classes else y.reshape(-1, units)
    alike = Target(target.classes, target.width)
    examples = Bound(loss, positions.at.Z.reshape(-1, units).copy(), loss.encode(flat, (units,), alike))
    assert positions.forward() == pytest.approx(examples.forward(), rel=1e-12)
    np.testing.assert_allclose(positions.backward().reshape(-1, units), examples.backward(), rtol=1e-12)


def test_answers_are_read_position_by_position():
    y = rng.integers(0, 3, (4, 5))
    assert np.array_equal(CrossEntropy().labels(8.0 * np.eye(3)[y]), y)
    assert np.array_equal(BinaryCrossEntropy().labels((2.0 * (y > 1) - 1.0)[..., None]), y > 1)
    assert np.array_equal(MeanSquaredError().labels((y > 1)[..., None].astype(float)), y > 1)
    assert CrossEntropy().expected((5, 3), Target(3, shape=(5,))) == pytest.approx(np.log(3.0))


@pytest.mark.parametrize(
    ("loss", "output", "target", "sentence"),
    [
        (
            CrossEntropy(), (4,), Target(4, shape=(6,)),
            "loss.kind: cross_entropy needs an answer at each of 6 positions, but the network ends with shape (4,): "
            'let every layer keep them (returns = "sequence", no flatten)',
        ),
        (
            CrossEntropy(), (6, 4), Target(4),
            "loss.kind: cross_entropy needs one answer per example, but the network ends with shape (6, 4): "
            'take the last state of a sequence (returns = "last"), or flatten it',
        ),
        (
            CrossEntropy(), (6, 3), Target(4, shape=(6,)),
            "loss.kind: cross_entropy needs one output per class, 4 here, but the network ends with shape (6, 3): "
            "end it with dense units = 4",
        ),
        (
            MeanSquaredError(), (8, 8, 2), Target(None, 1, (8, 8)),
            "loss.kind: mse on 1 number at each of 8 x 8 positions needs 1 output, but the network ends with shape (8, 8, 2): "
            "end it with dense units = 1",
        ),
    ],
)  # fmt: skip
def test_an_answer_at_the_wrong_positions_is_refused_with_a_way_out(loss, output, target, sentence):
    with pytest.raises(ExperimentError) as refused:
        loss.check(output, target)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), MeanSquaredError()], ids=repr)
def test_only_cross_entropy_leaves_positions_out(loss):
    with pytest.raises(ExperimentError, match=r"can't leave out positions, but some labels are masked: use cross_entropy"):
        loss.encode(np.array([[0, -1]]), (2, 1), Target(2, shape=(2,)))
