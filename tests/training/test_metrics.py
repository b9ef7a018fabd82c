import numpy as np
import pytest

from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, MeanAbsoluteError, MeanSquaredError, Target
from nntui.training.metrics import metrics, r2

rng = np.random.default_rng(0)


def test_accuracy_is_the_share_of_labels_that_are_right():
    Z = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0], [0.0, 1.0, 3.0], [0.0, 5.0, 3.0]])
    assert metrics(CrossEntropy(), Target(3), Z, np.array([0, 2, 1, 1])) == {"accuracy": 0.75}
    assert metrics(BinaryCrossEntropy(), Target(2), np.array([[-3.0], [0.1]]), np.array([0, 0])) == {"accuracy": 0.5}
    assert metrics(MeanSquaredError(), Target(2), np.array([[0.4], [0.6]]), np.array([0, 1])) == {"accuracy": 1.0}
    assert metrics(MeanSquaredError(signed=True), Target(2), np.array([[-0.1], [0.1]]), np.array([0, 1])) == {"accuracy": 1.0}
    assert metrics(MeanAbsoluteError(), Target(3), np.eye(3), np.array([0, 1, 0])) == {"accuracy": pytest.approx(2.0 / 3.0)}


def test_r2_is_1_when_perfect_0_for_the_mean_and_less_when_worse():
    y = rng.standard_normal((50, 1))
    assert r2(y, y) == 1.0
    assert r2(np.full_like(y, y.mean()), y) == pytest.approx(0.0)
    assert r2(-y, y) < 0.0
    assert metrics(MeanSquaredError(), Target(None), y, y) == {"r2": 1.0}


def test_r2_is_that_of_scikit_learn():
    score = pytest.importorskip("sklearn.metrics").r2_score
    y = rng.standard_normal((40, 3)).astype(np.float32)
    Z = y + 0.3 * rng.standard_normal((40, 3)).astype(np.float32)
    assert r2(Z, y) == pytest.approx(score(y, Z, multioutput="variance_weighted"), rel=1e-6)


def test_an_output_whose_target_never_varies_does_not_count():
    y = np.stack([np.ones(10), np.arange(10.0)], axis=1)
    assert r2(y, y) == 1.0


def test_outputs_that_are_not_numbers_have_no_r2():
    y = rng.standard_normal((5, 1))
    assert np.isnan(r2(np.full_like(y, np.nan), y))
