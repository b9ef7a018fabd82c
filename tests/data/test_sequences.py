"""Memory tasks and ratings are what they say they are."""

import numpy as np
import pytest

from nntui.data.sequences import Adding, CopyMemory, Ratings
from nntui.errors import DataError


def test_adding_marks_one_number_in_each_half_and_asks_for_their_sum():
    data = Adding(length=20, examples=500).load(0)
    X, y = data.train.X, data.train.y
    assert X.shape == (400, 20, 2) and y.shape == (400, 1)
    assert ((X[:, :, 1] == 0.0) | (X[:, :, 1] == 1.0)).all()
    np.testing.assert_array_equal(X[:, :10, 1].sum(1), 1.0)
    np.testing.assert_array_equal(X[:, 10:, 1].sum(1), 1.0)
    np.testing.assert_allclose((X[:, :, 0] * X[:, :, 1]).sum(1), y[:, 0], rtol=1e-6)
    assert 0.0 <= X[:, :, 0].min() < 0.01 and 0.99 < X[:, :, 0].max() < 1.0


def test_answering_one_to_adding_costs_a_sixth():
    y = Adding(examples=20_000).load(0).train.y
    assert np.mean((y - 1.0) ** 2) == pytest.approx(1.0 / 6.0, abs=0.005)


@pytest.mark.parametrize("blanks", [True, False])
def test_copying_shows_ten_symbols_then_nothing_then_a_sign(blanks: bool):
    data = CopyMemory(delay=7, examples=300, blanks=blanks).load(0)
    X, y = data.train.X, data.train.y
    assert X.shape == y.shape == (240, 27)
    assert set(np.unique(X[:, :10])) == set(range(1, 9))
    assert not X[:, 10:16].any() and (X[:, 16] == 9).all() and not X[:, 17:].any()
    np.testing.assert_array_equal(y[:, 17:], X[:, :10])
    assert (y[:, :17] == (0 if blanks else -1)).all()


def test_ratings_come_once_per_pair_with_the_promised_spread():
    data = Ratings(users=100, items=80, examples=8000, noise=0.0).load(1)
    X, y = np.concatenate([data.train.X, data.validation.X]), np.concatenate([data.train.y, data.validation.y])
    assert len({tuple(pair) for pair in X.tolist()}) == 8000
    table = np.empty((100, 80))
    table[X[:, 0], X[:, 1]] = y[:, 0]
    assert np.linalg.matrix_rank(table - 3.0, tol=1e-3) <= 3 + 2  # three factors, two biases
    assert y.std() == pytest.approx(np.sqrt(1.0 + 2 * 0.25), rel=0.25)


def test_more_ratings_than_pairs_are_refused():
    with pytest.raises(DataError, match="3 users can give 4 items 12 ratings, not 13"):
        Ratings(users=3, items=4, examples=13).facts()


@pytest.mark.parametrize("source", [CopyMemory(scale="minmax"), Ratings(scale="standardize")], ids=repr)
def test_ids_aren_t_scaled(source):
    with pytest.raises(DataError, match=r"data.scale: .* holds ids, not measured numbers: leave scale out"):
        source.facts()
