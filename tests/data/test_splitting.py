import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nntui.data.splitting import split
from nntui.randomness import stream

labels_and_share = st.tuples(
    st.lists(st.integers(0, 5), min_size=1, max_size=120).map(np.array),
    st.floats(0.0, 0.95),
    st.integers(0, 10_000),
)


@settings(max_examples=150, deadline=None)
@given(labels_and_share)
def test_every_example_is_in_exactly_one_part(case):
    labels, share, seed = case
    for stratify in (labels, None):
        train, held = split(len(labels), share, stratify, stream(seed))
        assert sorted([*train, *held]) == list(range(len(labels)))
        assert len(train) >= 1


@settings(max_examples=150, deadline=None)
@given(labels_and_share)
def test_every_class_is_learned_from_and_gives_its_share_to_within_one(case):
    labels, share, seed = case
    train, held = split(len(labels), share, labels, stream(seed))
    for label, size in zip(*np.unique(labels, return_counts=True), strict=True):
        in_train, in_held = (labels[train] == label).sum(), (labels[held] == label).sum()
        assert in_train >= 1
        exact = min(int(np.ceil(len(labels) * share - 1e-9)), len(labels) - 1) * size / len(labels)
        assert in_held == pytest.approx(exact, abs=1.0) or in_train == 1


@pytest.mark.parametrize(
    ("n", "share", "expected"), [(150, 0.2, 30), (1797, 0.2, 360), (100, 0.07, 7), (10, 0.01, 1), (3, 0.9, 2), (1, 0.5, 0), (9, 0.0, 0)]
)
def test_the_share_is_rounded_up_and_one_example_always_stays(n, share, expected):
    train, held = split(n, share, None, stream(0))
    assert (len(train), len(held)) == (n - expected, expected)


def test_a_balanced_data_set_stays_balanced():
    labels = np.repeat([0, 1, 2], 50)
    train, held = split(150, 0.2, labels, stream(0))
    assert np.bincount(labels[train]).tolist() == [40, 40, 40]
    assert np.bincount(labels[held]).tolist() == [10, 10, 10]


def test_a_class_with_one_example_is_learned_from():
    labels = np.array([0] * 20 + [1])
    train, held = split(21, 0.5, labels, stream(3))
    assert 20 in train and 20 not in held


def test_both_parts_are_shuffled():
    labels = np.repeat([0, 1], 100)
    for part in split(200, 0.5, labels, stream(0)):
        assert (np.diff(part) < 0).sum() > 20
        assert (np.diff(labels[part]) != 0).sum() > 20


def test_the_same_stream_gives_the_same_split_and_another_seed_another():
    labels = np.repeat([0, 1], 100)
    one, same, other = (split(200, 0.2, labels, stream(seed, "split"))[1] for seed in (1, 1, 2))
    assert (one == same).all() and not (one == other).all()
