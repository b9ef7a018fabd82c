import math
import tracemalloc
from dataclasses import dataclass

import msgspec
import numpy as np
import pytest

from nn.gradients import KinkError, assert_gradient, unit
from nntui import backends
from nntui.errors import ExperimentError
from nntui.nn.layer import Place
from nntui.nn.losses import LOSSES, BinaryCrossEntropy, CrossEntropy, Loss, MeanAbsoluteError, MeanSquaredError, Target

NUMBER, NUMBERS, TWO, FIVE = Target(None), Target(None, 3), Target(2), Target(5)


@dataclass(frozen=True)
class Row:
    name: str
    loss: Loss
    target: Target
    outputs: int
    y: np.ndarray
    """Raw targets, as data has them."""
    kinks: bool = False

    def encoded(self) -> np.ndarray:
        self.loss.check((self.outputs,), self.target)
        return self.loss.encode(self.y, (self.outputs,), self.target)


_rng = np.random.default_rng(0)
_labels2, _labels5 = _rng.integers(0, 2, 6), _rng.integers(0, 5, 6)
_numbers = _rng.standard_normal((6, 3)).astype(np.float32)

TABLE = (
    Row("cross entropy of two classes", CrossEntropy(), TWO, 2, _labels2),
    Row("cross entropy of five classes", CrossEntropy(), FIVE, 5, _labels5),
    Row("binary cross entropy of labels", BinaryCrossEntropy(), TWO, 1, _labels2),
    Row("binary cross entropy of soft targets", BinaryCrossEntropy(), NUMBER, 1, _rng.random((6, 1)).astype(np.float32)),
    Row("binary cross entropy of many labels", BinaryCrossEntropy(), NUMBERS, 3, (_numbers > 0).astype(np.float32)),
    Row("mse of numbers", MeanSquaredError(), NUMBERS, 3, _numbers),
    Row("mse of two classes, one output", MeanSquaredError(), TWO, 1, _labels2),
    Row("mse of two classes, signed", MeanSquaredError(signed=True), TWO, 1, _labels2),
    Row("mse of two classes, two outputs", MeanSquaredError(), TWO, 2, _labels2),
    Row("mse of five classes, signed", MeanSquaredError(signed=True), FIVE, 5, _labels5),
    Row("mae of numbers", MeanAbsoluteError(), NUMBERS, 3, _numbers, kinks=True),
    Row("mae of two classes", MeanAbsoluteError(), TWO, 1, _labels2, kinks=True),
    Row("mae of five classes", MeanAbsoluteError(), FIVE, 5, _labels5, kinks=True),
)
every_row = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)


class Bound:
    """A loss in its place, on outputs Z (n, outputs) and encoded targets."""

    def __init__(self, loss: Loss, Z: np.ndarray, T: np.ndarray) -> None:
        self.loss, self.at = loss, Place()
        at = self.at
        at.ops, at.path, at.dtype, at.batch, at.training = backends.load("numpy"), "loss", Z.dtype.name, len(Z), True
        at.array = lambda name, shape, dtype=None: setattr(at, name, np.zeros(shape, dtype or at.dtype))  # type: ignore[method-assign]
        at.Z, at.dZ = Z, np.full_like(Z, np.nan)
        at.T = T if T.dtype.kind == "i" else T.astype(Z.dtype)
        at.value = np.zeros(1, Z.dtype)
        loss.bind(at)

    def forward(self) -> float:
        self.loss.forward(self.at)
        return float(self.at.value[0])

    def backward(self) -> np.ndarray:
        self.forward()
        self.loss.backward(self.at)
        return self.at.dZ


def _outputs(row: Row, seed: int = 0, dtype: str = "float64") -> np.ndarray:
    return (2.0 * np.random.default_rng(seed).standard_normal((len(row.y), row.outputs))).astype(dtype)


def test_every_loss_there_is_has_a_row():
    assert {type(row.loss) for row in TABLE} == set(LOSSES)


@every_row
def test_gradients_are_the_slope_along_random_directions_and_along_every_axis(row: Row):
    for seed in range(20):
        Z = _outputs(row, seed)
        bound = Bound(row.loss, Z, row.encoded())
        dZ = bound.backward().copy()
        try:
            for direction in (unit([Z], np.random.default_rng(seed)), *([axis.reshape(Z.shape)] for axis in np.eye(Z.size))):
                assert_gradient(bound.forward, [Z], [dZ], direction)
            return
        except KinkError:
            assert row.kinks, "a kink where the function should be smooth"
    pytest.fail("no point without kinks found")


@every_row
def test_the_value_is_the_formula_in_plain_numpy(row: Row):
    Z, T = _outputs(row), row.encoded()
    if isinstance(row.loss, CrossEntropy):
        P = np.exp(Z) / np.exp(Z).sum(-1, keepdims=True)
        expected = -np.mean(np.log(P[np.arange(len(Z)), T]))
    elif isinstance(row.loss, BinaryCrossEntropy):
        P = 1.0 / (1.0 + np.exp(-Z))
        expected = -np.mean(T * np.log(P) + (1.0 - T) * np.log(1.0 - P))
    elif isinstance(row.loss, MeanSquaredError):
        expected = np.mean((Z - T) ** 2)
    else:
        expected = np.mean(np.abs(Z - T))
    assert Bound(row.loss, Z, T).forward() == pytest.approx(expected, rel=1e-6)


@every_row
def test_single_precision_agrees_with_double_and_stays_single(row: Row):
    double, single = Bound(row.loss, _outputs(row), row.encoded()), Bound(row.loss, _outputs(row, dtype="float32"), row.encoded())
    assert single.forward() == pytest.approx(double.forward(), rel=1e-5)
    np.testing.assert_allclose(single.backward(), double.backward(), rtol=1e-4, atol=1e-6)
    floats = [array for array in vars(single.at).values() if isinstance(array, np.ndarray) and array.dtype.kind == "f"]
    assert {array.dtype.name for array in floats} == {"float32"}


@every_row
def test_outputs_of_any_size_give_numbers_that_are_numbers(row: Row):
    largest = 1e4 if isinstance(row.loss, MeanSquaredError) else 3e30  # a square has to have its place in single precision
    for size in (1e4, largest):
        Z = np.where(_outputs(row) > 0, size, -size).astype(np.float32)
        with np.errstate(all="raise", under="ignore"):
            bound = Bound(row.loss, Z, row.encoded())
            assert math.isfinite(bound.forward()) and np.isfinite(bound.backward()).all()


def test_being_sure_and_wrong_costs_the_distance_of_the_logits_and_being_sure_and_right_nothing():
    Z = np.array([[1e4, -1e4]], np.float32)
    assert Bound(CrossEntropy(), Z, np.array([1])).forward() == 2e4
    assert Bound(CrossEntropy(), Z, np.array([0])).forward() == 0.0
    assert Bound(BinaryCrossEntropy(), Z[:, :1], np.array([[0.0]])).forward() == 1e4
    assert Bound(BinaryCrossEntropy(), Z[:, :1], np.array([[1.0]])).forward() == 0.0


@every_row
def test_a_perfect_regression_has_no_loss_and_no_gradient(row: Row):
    if isinstance(row.loss, (CrossEntropy, BinaryCrossEntropy)):
        return
    T = row.encoded()
    bound = Bound(row.loss, T.astype(np.float64), T)
    assert not bound.backward().any() and bound.forward() == 0.0


@every_row
def test_nothing_of_an_arrays_size_is_allocated_once_bound(row: Row):
    copies = 65536 // len(row.y)
    bound = Bound(row.loss, np.tile(_outputs(row, dtype="float32"), (copies, 1)), np.concatenate([row.encoded()] * copies))
    bound.backward()
    tracemalloc.start()
    try:
        bound.backward()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        bound.backward()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1024 and peak - before < 128 * 1024


# -- what a network that knows nothing has -------------------------------------------------------------------------------------------


def test_a_network_that_gives_zeros_has_the_expected_loss():
    for row in TABLE:
        expected = row.loss.expected((row.outputs,), row.target)
        if expected is not None:
            assert Bound(row.loss, np.zeros((len(row.y), row.outputs)), row.encoded()).forward() == pytest.approx(expected)
    assert CrossEntropy().expected((10,), Target(10)) == pytest.approx(2.302585, rel=1e-6)
    assert BinaryCrossEntropy().expected((1,), TWO) == pytest.approx(0.693147, rel=1e-6)
    assert MeanSquaredError().expected((1,), NUMBER) is None


# -- targets ---------------------------------------------------------------------------------------------------------------------------


def test_targets_are_encoded_as_the_loss_reads_them():
    labels = np.array([0, 1, 1])
    encoded = CrossEntropy().encode(labels, (2,), TWO)
    assert encoded.dtype == np.int64 and encoded.tolist() == [0, 1, 1]
    binary = BinaryCrossEntropy().encode(labels, (1,), TWO)
    assert binary.dtype.kind == "f" and binary.tolist() == [[0], [1], [1]]
    assert MeanSquaredError().encode(labels, (1,), TWO).tolist() == [[0], [1], [1]]
    assert MeanSquaredError(signed=True).encode(labels, (1,), TWO).tolist() == [[-1], [1], [1]]
    assert MeanSquaredError().encode(labels, (2,), TWO).tolist() == [[1, 0], [0, 1], [0, 1]]
    assert MeanAbsoluteError(signed=True).encode(np.array([2, 0]), (3,), Target(3)).tolist() == [[-1, -1, 1], [1, -1, -1]]
    assert MeanSquaredError().encode(np.array([1.5, 2.5]), (1,), NUMBER).tolist() == [[1.5], [2.5]]


@every_row
def test_outputs_that_are_right_are_read_as_the_labels_they_stand_for(row: Row):
    if row.target.classes is None:
        return
    T = row.encoded()
    Z = 8.0 * np.eye(row.outputs)[T] if isinstance(row.loss, CrossEntropy) else T.astype(np.float64)
    if isinstance(row.loss, BinaryCrossEntropy):
        Z = 16.0 * T - 8.0
    assert row.loss.labels(Z).tolist() == row.y.tolist()
    P = row.loss.probabilities(Z)
    assert P.min() >= 0.0 and P.max() <= 1.0
    if isinstance(row.loss, CrossEntropy):
        np.testing.assert_allclose(P.sum(-1), 1.0)
    assert row.loss.labels(Z).dtype == np.int64


def test_probabilities_of_huge_logits_are_probabilities():
    Z = np.array([[1e4, -1e4], [-1e4, 1e4]])
    assert CrossEntropy().probabilities(Z).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert BinaryCrossEntropy().probabilities(Z[:, :1]).tolist() == [[1.0], [0.0]]


# -- refusals ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "output", "target", "sentence"),
    [
        (CrossEntropy(), (3,), NUMBER, "loss.kind: cross_entropy needs class labels, but the target is 1 number: use mse or mae"),
        (
            CrossEntropy(), (3,), FIVE,
            "loss.kind: cross_entropy needs one output per class, 5 here, but the network ends with shape (3,): "
            "end it with dense units = 5",
        ),
        (
            BinaryCrossEntropy(), (1,), FIVE,
            "loss.kind: binary_cross_entropy tells two classes apart, but the data has 5: use cross_entropy",
        ),
        (
            BinaryCrossEntropy(), (2,), TWO,
            "loss.kind: binary_cross_entropy needs 1 output, but the network ends with shape (2,): end it with dense units = 1",
        ),
        (
            BinaryCrossEntropy(), (1,), NUMBERS,
            "loss.kind: binary_cross_entropy needs 3 outputs, but the network ends with shape (1,): end it with dense units = 3",
        ),
        (
            MeanSquaredError(), (2,), NUMBERS,
            "loss.kind: mse on 3 numbers needs 3 outputs, but the network ends with shape (2,): end it with dense units = 3",
        ),
        (
            MeanSquaredError(), (2,), NUMBER,
            "loss.kind: mse on 1 number needs 1 output, but the network ends with shape (2,): end it with dense units = 1",
        ),
        (
            MeanAbsoluteError(), (3,), TWO,
            "loss.kind: mae on 2 classes needs 1 or 2 outputs, but the network ends with shape (3,): end it with dense units = 1 or 2",
        ),
        (
            MeanSquaredError(), (1,), FIVE,
            "loss.kind: mse on 5 classes needs 5 outputs, but the network ends with shape (1,): end it with dense units = 5",
        ),
    ],
)  # fmt: skip
def test_a_loss_that_does_not_fit_says_why_and_what_would(loss, output, target, sentence):
    with pytest.raises(ExperimentError) as refusal:
        loss.check(output, target)
    assert str(refusal.value) == sentence


def test_binary_cross_entropy_on_numbers_wants_them_between_0_and_1():
    with pytest.raises(ExperimentError, match=r"targets between 0 and 1, but they go from -1 to 3: use mse or mae"):
        BinaryCrossEntropy().encode(np.array([[-1.0], [3.0]]), (1,), NUMBER)


def test_losses_are_read_by_name():
    for kind in LOSSES:
        assert msgspec.convert({"kind": kind().tag}, kind) == kind()
