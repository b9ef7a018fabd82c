import math
import tracemalloc

import msgspec
import numpy as np
import pytest

from nn.gradients import KinkError, assert_gradient, unit
from nn.loss_table import FIVE, NUMBER, NUMBERS, TABLE, TWO, Bound, Row, outputs
from nntui.errors import ExperimentError
from nntui.nn.losses import (
    LOSSES,
    BinaryCrossEntropy,
    Composite,
    CrossEntropy,
    Focal,
    KLDivergence,
    MeanAbsoluteError,
    MeanSquaredError,
    Part,
    Target,
)

every_row = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)


def test_every_loss_there_is_has_a_row():
    assert {type(row.loss) for row in TABLE} == set(LOSSES)


@every_row
def test_gradients_are_the_slope_along_random_directions_and_along_every_axis(row: Row):
    for seed in range(20):
        Z = outputs(row, seed)
        bound = Bound(row.fitted, Z, row.encoded())
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
    Z = outputs(row)
    assert Bound(row.fitted, Z, row.encoded()).forward() == pytest.approx(row.formula(Z, row.y), rel=1e-6)


@every_row
def test_single_precision_agrees_with_double_and_stays_single(row: Row):
    double, single = Bound(row.fitted, outputs(row), row.encoded()), Bound(row.fitted, outputs(row, dtype="float32"), row.encoded())
    assert single.forward() == pytest.approx(double.forward(), rel=1e-5)
    np.testing.assert_allclose(single.backward(), double.backward(), rtol=1e-4, atol=1e-6)
    floats = [array for array in vars(single.at).values() if isinstance(array, np.ndarray) and array.dtype.kind == "f"]
    assert {array.dtype.name for array in floats} == {"float32"}


@every_row
def test_outputs_of_any_size_give_numbers_that_are_numbers(row: Row):
    largest = 1e4 if row.squares else 3e30  # a square has to have its place in single precision
    for size in (1e4, largest):
        Z = np.where(outputs(row) > 0, size, -size).astype(np.float32)
        with np.errstate(all="raise", under="ignore"):
            bound = Bound(row.fitted, Z, row.encoded())
            assert math.isfinite(bound.forward()) and np.isfinite(bound.backward()).all()


def test_being_sure_and_wrong_costs_the_distance_of_the_logits_and_being_sure_and_right_nothing():
    Z = np.array([[1e4, -1e4]], np.float32)
    assert Bound(CrossEntropy(), Z, np.array([1])).forward() == 2e4
    assert Bound(CrossEntropy(), Z, np.array([0])).forward() == 0.0
    assert Bound(BinaryCrossEntropy(), Z[:, :1], np.array([[0.0]])).forward() == 1e4
    assert Bound(BinaryCrossEntropy(), Z[:, :1], np.array([[1.0]])).forward() == 0.0


@every_row
def test_a_perfect_regression_has_no_loss_and_no_gradient(row: Row):
    if not hasattr(row.loss, "signed") or row.bottomless:
        return
    T = row.encoded()
    bound = Bound(row.fitted, T.astype(np.float64), T)
    assert not bound.backward().any() and bound.forward() == 0.0


@every_row
def test_nothing_of_an_arrays_size_is_allocated_once_bound(row: Row):
    copies = 65536 // len(row.y)
    bound = Bound(row.fitted, np.tile(outputs(row, dtype="float32"), (copies, 1)), np.concatenate([row.encoded()] * copies))
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
        expected = row.fitted.expected((row.outputs,), row.target)
        if expected is not None:
            assert Bound(row.fitted, np.zeros((len(row.y), row.outputs)), row.encoded()).forward() == pytest.approx(expected)
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
    if row.target.classes is None or isinstance(row.loss, Composite):
        return
    T = row.encoded()
    Z = 8.0 * np.eye(row.outputs)[row.y] if row.loss.takes_labels else T.astype(np.float64)
    if isinstance(row.loss, BinaryCrossEntropy):
        Z = 16.0 * T - 8.0
    assert row.loss.labels(Z).tolist() == row.y.tolist()
    P = row.loss.probabilities(Z)
    assert P.min() >= 0.0 and P.max() <= 1.0
    if row.loss.takes_labels:
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


@pytest.mark.parametrize(("loss", "width"), [(BinaryCrossEntropy(), 1), (KLDivergence(), 3)])
def test_losses_of_probabilities_refuse_other_numbers_before_any_are_loaded(loss, width):
    with pytest.raises(ExperimentError, match=r"needs targets between 0 and 1, but they go from 25 to 346: use mse or mae"):
        loss.check((width,), Target(None, width, bounds=(25.0, 346.0)))
    with pytest.raises(ExperimentError, match=r"^data.standardize_target: \w+ needs targets between 0 and 1 as they are"):
        loss.check((width,), Target(None, width, bounds=(0.0, 1.0), standardized=True))
    loss.check((width,), Target(None, width, bounds=(0.0, 1.0)))


def test_binary_cross_entropy_on_numbers_wants_them_between_0_and_1():
    with pytest.raises(ExperimentError, match=r"targets between 0 and 1, but they go from -1 to 3: use mse or mae"):
        BinaryCrossEntropy().encode(np.array([[-1.0], [3.0]]), (1,), NUMBER)


def test_losses_are_read_by_name():
    for kind in LOSSES:
        tag = kind.__struct_config__.tag
        if kind is Composite:
            whole = {"kind": tag, "parts": [{"loss": {"kind": "focal"}, "outputs": 3}]}
            assert msgspec.convert(whole, kind) == Composite((Part(Focal(), 3),))
        else:
            assert msgspec.convert({"kind": tag}, kind) == kind() and kind().tag == tag
