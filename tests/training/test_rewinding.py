"""The checkpoint to go back to: the newest before the loss grew."""

from nntui.measurements import Steps
from nntui.training.rewinding import good, level


def windows(*losses: float) -> list[Steps]:
    return [
        Steps(i, i, i / 10, 0.0, loss, loss, loss, 1.0, 1.0, 0, 0.1, int(loss != loss)) for i, loss in enumerate(losses, 1)
    ]


def test_the_newest_is_taken_that_was_before_the_loss_grew():
    steps = windows(*[1.0] * 20, *[0.5] * 20, *[50.0] * 20)
    assert good([10, 30, 38, 58], steps) == 38
    assert good([10, 20], steps) == 20


def test_one_batch_that_strays_makes_no_checkpoint_bad():
    losses = [0.5] * 40
    losses[29] = 9.0
    assert good([10, 30], windows(*losses)) == 30


def test_what_was_never_good_is_the_newest_and_where_nothing_was_saved_there_is_none():
    assert good([3, 6], windows(*[float("nan")] * 6)) == 6
    assert good([0], windows(1.0)) is None and good([], []) is None
    assert level(windows(1.0, float("nan")), 2) == float("inf")
