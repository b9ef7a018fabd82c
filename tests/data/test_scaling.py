import numpy as np
import pytest

from nntui.data.catalogue import BY_TAG
from nntui.data.scaling import fit
from nntui.errors import DataError

X = np.array([[1.0, 10.0], [2.0, 30.0], [6.0, 20.0]])


def test_standardized_training_examples_have_mean_zero_and_deviation_one():
    Z = fit(X, "standardize")(X)
    np.testing.assert_allclose(Z.mean(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(Z.std(axis=0), 1.0, atol=1e-6)


def test_minmax_brings_training_examples_between_zero_and_one():
    np.testing.assert_allclose(fit(X, "minmax")(X), [[0.0, 0.0], [0.2, 1.0], [1.0, 0.5]], atol=1e-7)


def test_what_is_scaled_later_is_scaled_by_the_training_examples():
    np.testing.assert_allclose(fit(X, "minmax")(np.array([[11.0, 0.0]])), [[2.0, -0.5]], atol=1e-6)


@pytest.mark.parametrize("kind", ["standardize", "minmax"])
@pytest.mark.parametrize("constant", [0.0, 0.1, -7e9])
def test_a_constant_column_becomes_exactly_zero(kind, constant):
    # The computed standard deviation of 0.1, 0.1, ... is 1e-17, not 0.
    column = np.full((1000, 1), constant)
    assert (fit(column, kind)(column) == 0.0).all()


def test_pixels_are_scaled_together():
    images = np.array([[[0.0, 8.0]], [[4.0, 16.0]]])
    np.testing.assert_allclose(fit(images, "minmax", joint=True)(images), images / 16.0)
    Z = fit(images, "standardize", joint=True)(images)
    assert Z.mean() == pytest.approx(0.0, abs=1e-6) and Z.std() == pytest.approx(1.0, abs=1e-6)


def test_marked_columns_stay_as_they_are():
    Z = fit(X, "standardize", keep=np.array([False, True]))(X)
    np.testing.assert_array_equal(Z[:, 1], X[:, 1])
    assert Z[:, 0].std() == pytest.approx(1.0, abs=1e-6)


def test_no_scaling_is_none():
    assert fit(X, "none") is None


def test_small_differences_of_large_numbers_survive():
    times = (1.7e9 + np.arange(10.0))[:, None]
    np.testing.assert_allclose(fit(times, "minmax")(times)[:, 0], np.arange(10.0) / 9.0, atol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "float16", "float32"])
def test_any_kind_of_number_becomes_single_precision(dtype):
    values = np.array([[0], [1], [1], [0]]).astype(dtype)
    Z = fit(values, "standardize")(values)
    assert Z.dtype == np.float32
    np.testing.assert_allclose(Z[:, 0], [-1.0, 1.0, 1.0, -1.0])


def test_numbers_too_large_to_be_squared_are_refused():
    with pytest.raises(DataError, match="too large"):
        fit(np.array([[1e300], [-1e300]]), "standardize")


@pytest.mark.parametrize("kind", ["standardize", "minmax"])
def test_the_held_out_part_has_no_part_in_the_scaling(kind):
    raw, scaled = BY_TAG["wine"](validation=0.3).load(0), BY_TAG["wine"](scale=kind, validation=0.3).load(0)
    train, held = raw.train.X.astype(np.float64), raw.validation.X.astype(np.float64)
    if kind == "standardize":
        shift, divisor = train.mean(axis=0), train.std(axis=0)
    else:
        shift, divisor = train.min(axis=0), np.ptp(train, axis=0)
    np.testing.assert_allclose(scaled.train.X, (train - shift) / divisor, atol=1e-5)
    np.testing.assert_allclose(scaled.validation.X, (held - shift) / divisor, atol=1e-5)
    everything = np.concatenate([scaled.train.X, scaled.validation.X])
    off = np.abs(everything.mean(axis=0)).max() if kind == "standardize" else max(everything.max() - 1.0, -everything.min())
    assert off > 1e-3
