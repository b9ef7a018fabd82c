import numpy as np
import pytest

from nntui.data.source import Split
from nntui.nn.dense import Dense
from nntui.nn.embedding import Embedding
from nntui.nn.losses import BinaryCrossEntropy, CrossEntropy, MeanAbsoluteError, MeanSquaredError, Target
from nntui.nn.network import Network
from nntui.training.evaluator import Evaluator
from nntui.training.metrics import accuracy, mean_iou, r2

rng = np.random.default_rng(0)


def test_accuracy_is_the_share_of_labels_that_are_right():
    Z = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0], [0.0, 1.0, 3.0], [0.0, 5.0, 3.0]])
    assert accuracy(CrossEntropy().labels(Z), np.array([0, 2, 1, 1])) == 0.75
    assert accuracy(BinaryCrossEntropy().labels(np.array([[-3.0], [0.1]])), np.array([0, 0])) == 0.5
    assert accuracy(MeanSquaredError().labels(np.array([[0.4], [0.6]])), np.array([0, 1])) == 1.0
    assert accuracy(MeanSquaredError(signed=True).labels(np.array([[-0.1], [0.1]])), np.array([0, 1])) == 1.0
    assert accuracy(MeanAbsoluteError().labels(np.eye(3)), np.array([0, 1, 0])) == pytest.approx(2.0 / 3.0)


def test_masked_labels_are_neither_right_nor_wrong():
    assert accuracy(np.array([[1, 2], [0, 0]]), np.array([[1, -1], [2, -1]])) == 0.5
    assert np.isnan(accuracy(np.array([1]), np.array([-1])))


def test_tokens_are_evaluated_where_somebody_asks_and_told_as_perplexity():
    target = Target(4, shape=(3,))
    network = Network([Embedding(4, 4), Dense(4)], (3,))
    X = rng.integers(0, 4, (700, 3))  # more than are evaluated at once
    y = np.where(rng.random(X.shape) < 0.2, -1, X)
    y[600:] = np.where(rng.random((100, 3)) < 0.9, -1, X[600:])  # few in the last batch: each counts as much as any other
    network.load({"0.embedding.W": np.eye(4), "1.dense.W": np.diag([3.0, 2.0, 1.0, -5.0])})
    found = Evaluator(network, CrossEntropy(), target).evaluate(X, y, Split(X, y))
    Z = network.forward(X)[y >= 0].astype(np.float64)
    loss = np.mean(np.log(np.exp(Z).sum(-1)) - Z[np.arange(len(Z)), y[y >= 0]])
    assert found.loss == pytest.approx(loss, rel=1e-5)
    assert found.metrics["perplexity"] == pytest.approx(np.exp(loss), rel=1e-5)
    assert found.metrics["accuracy"] == pytest.approx(np.mean(X[y >= 0] != 3))
    assert sum(found.answered) == (y >= 0).sum() and sum(found.right) == (X[y >= 0] != 3).sum()
    assert CrossEntropy().perplexity(1e4, target) == np.inf and np.isnan(CrossEntropy().perplexity(np.nan, target))


def test_r2_is_1_when_perfect_0_for_the_mean_and_less_when_worse():
    y = rng.standard_normal((50, 1))
    assert r2(y, y) == 1.0
    assert r2(np.full_like(y, y.mean()), y) == pytest.approx(0.0)
    assert r2(-y, y) < 0.0


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


def test_mean_iou_averages_over_the_classes_there_are():
    y, answers = np.array([[0, 0, 1, -1]]), np.array([[0, 1, 1, 1]])
    assert mean_iou(answers, y, 3) == pytest.approx((1 / 2 + 1 / 2) / 2)  # nobody asks for class 2, or at the masked position
    assert mean_iou(y, y, 3) == 1.0
