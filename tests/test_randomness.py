import numpy as np
import pytest

from nntui.randomness import stream


def test_the_same_arguments_give_the_same_numbers():
    assert (stream(3, "shuffle", 7).random(50) == stream(3, "shuffle", 7).random(50)).all()


def test_the_numbers_are_the_same_in_every_process_and_on_every_machine():
    # Written down once; PCG64 seeded through SeedSequence is platform-independent, Python's own hash() would not be.
    assert stream(0, "init").integers(0, 2**32, 3).tolist() == [4089777381, 2885800861, 2445788889]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((0, "init"), (1, "init")),
        ((0, "init"), (0, "shuffle")),
        ((0, "shuffle", 1), (0, "shuffle", 2)),
        ((0, "shuffle"), (0, "shuffle", 0)),
        ((0, "dropout", 3, 1), (0, "dropout", 1, 3)),
        ((0,), (0, 0)),
        ((5,), (5 + 2**32,)),
    ],
)
def test_another_seed_name_or_number_gives_another_stream(one, other):
    assert not np.array_equal(stream(*one).random(20), stream(*other).random(20))


def test_streams_of_neighbouring_seeds_are_not_correlated():
    draws = np.array([stream(seed, "init").standard_normal(2000) for seed in range(8)])
    off_diagonal = np.corrcoef(draws)[~np.eye(8, dtype=bool)]
    assert np.abs(off_diagonal).max() < 0.12  # 5 standard errors of 1 / sqrt(2000)
