import numpy as np
import pytest

from nntui.data.catalogue import BY_TAG

datasets = pytest.importorskip("sklearn.datasets")


@pytest.mark.parametrize("tag", ["iris", "wine", "breast_cancer", "digits"])
def test_names_and_numbers_are_those_of_scikit_learn(tag):
    bunch, source = getattr(datasets, f"load_{tag}")(), BY_TAG[tag](validation=0.0)
    facts = source.facts()
    assert facts.features == tuple(bunch.feature_names)
    assert facts.classes == tuple(str(name) for name in bunch.target_names)
    assert (facts.examples, *facts.input_shape) == bunch.data.shape
    train = source.load(0).train
    ours = sorted((label, *row) for label, row in zip(train.y.tolist(), train.X.tolist(), strict=True))
    theirs = sorted((label, *row) for label, row in zip(bunch.target.tolist(), bunch.data.astype(np.float32).tolist(), strict=True))
    assert ours == theirs


def test_diabetes_inputs_are_plain_measurements():
    bunch = datasets.load_diabetes(scaled=False)
    source = BY_TAG["diabetes"](validation=0.0)
    assert source.facts().features == tuple(bunch.feature_names)
    X = source.load(0).train.X
    np.testing.assert_allclose(np.sort(X, axis=0), np.sort(bunch.data.astype(np.float32), axis=0))
    assert X[:, 0].min() == 19.0 and X[:, 0].max() == 79.0  # ages in years


def test_diabetes_targets_are_standardized_by_the_training_part_and_lead_back():
    data, plain = BY_TAG["diabetes"]().load(0), BY_TAG["diabetes"](standardize_target=False).load(0)
    assert data.train.y.mean() == pytest.approx(0.0, abs=1e-5) and data.train.y.std() == pytest.approx(1.0, abs=1e-5)
    assert abs(data.validation.y.mean()) > 1e-3
    assert plain.target_units is None and plain.train.y.min() >= 25.0 and plain.train.y.max() <= 346.0
    for part in ("train", "validation"):
        np.testing.assert_allclose(data.target_units.original(getattr(data, part).y), getattr(plain, part).y, rtol=1e-5)


def test_digits_as_images_are_the_same_pixels():
    flat, image = BY_TAG["digits"](scale="standardize").load(0), BY_TAG["digits"](scale="standardize", image=True).load(0)
    assert image.train.X.shape[1:] == (8, 8, 1)
    np.testing.assert_array_equal(image.train.X.reshape(len(image.train), 64), flat.train.X)


def test_digits_pixels_are_scaled_all_together():
    data = BY_TAG["digits"](scale="minmax").load(0)
    raw = BY_TAG["digits"]().load(0)
    np.testing.assert_allclose(data.train.X, raw.train.X / 16.0)
