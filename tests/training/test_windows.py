import json
import math
import random

import pytest

from nntui.measurements import Steps
from nntui.training.windows import DENSE, Window, width


def records(losses: list[float], window: Window | None = None, first: int = 1) -> list[Steps]:
    """The windows that losses of steps first, first + 1, ... end up in, as the trainer fills them."""
    window = window or Window()
    closed = []
    for step, loss in enumerate(losses, first):
        if step > window.end:
            window.open(step)
        window.add(loss, 2.0 * loss, clipped=loss > 1.0)
        if step == window.end:
            closed.append(window.close(step, epoch=step / 10.0, seconds=0.0, rate=0.1))
    return closed


def test_early_steps_are_kept_one_by_one():
    made = records([1.0 / k for k in range(1, DENSE + 1)])
    assert [(w.first, w.last) for w in made] == [(k, k) for k in range(1, DENSE + 1)]
    assert all(w.loss == w.loss_min == w.loss_max == 1.0 / w.last for w in made)


def test_a_million_steps_make_less_than_15000_rows_without_gap_or_overlap():
    expected = 1
    count = 0
    while expected <= 1_000_000:
        window = Window()
        window.open(expected)
        assert window.end >= expected
        expected, count = window.end + 1, count + 1
    assert 10_000 < count < 15_000


def test_windows_widen_as_steps_double_and_never_beyond_a_thousandth_of_the_way():
    assert [width(k * DENSE) for k in (1, 2, 4, 8)] == [1, 2, 4, 8]
    assert width(DENSE + 1) == 2 and width(2 * DENSE + 1) == 4
    assert all(width(step) <= max(1, step / 1000) for step in range(1, 300_000, 97))


def test_where_a_window_ends_depends_on_the_step_alone():
    for step in range(1, 40_000):
        window = Window()
        window.open(step)
        again = Window()
        again.open(window.end)
        assert again.end == window.end


def test_a_window_is_mean_smallest_and_largest():
    rng = random.Random(0)
    losses = [rng.random() for _ in range(20_000)]
    for w in records(losses):
        inside = losses[w.first - 1 : w.last]
        assert w.loss == pytest.approx(sum(inside) / len(inside))
        assert (w.loss_min, w.loss_max) == (min(inside), max(inside))
        assert w.gradient_norm == pytest.approx(2.0 * w.loss) and w.gradient_norm_max == 2.0 * w.loss_max
        assert w.epoch == w.last / 10.0 and w.learning_rate == 0.1 and w.non_finite == 0


def test_no_spike_is_lost():
    losses = [0.5] * 100_000
    rng = random.Random(1)
    spikes = rng.sample(range(100_000), 30)
    for at in spikes:
        losses[at] = 1000.0 + at
    found = {w.loss_max for w in records(losses) if w.loss_max > 1.0}
    assert {max(losses[w.first - 1 : w.last]) for w in records(losses) if w.loss_max > 1.0} == found
    assert sum(w.clipped for w in records(losses)) == 30


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_no_loss_that_is_not_a_number_is_lost_and_the_others_stay_readable(bad: float):
    losses = [0.5] * 9000
    for at in (3, 5000, 8500, 8501):
        losses[at] = bad
    made = records(losses)
    assert sum(w.non_finite for w in made) == 4
    assert all(w.loss == w.loss_min == w.loss_max == 0.5 for w in made if w.non_finite < w.last - w.first + 1)
    alone = made[3]
    assert alone.first == alone.last == 4 and alone.non_finite == 1
    assert alone.loss == bad or (math.isnan(alone.loss) and math.isnan(bad)), "an infinite loss is told as one"
    assert math.isnan(alone.loss_max) and math.isnan(alone.gradient_norm)


def test_what_was_too_large_is_told_from_what_is_no_number():
    window = Window()
    window.open(5000)
    for loss, norm in ((0.5, 1.0), (math.inf, math.nan), (0.5, math.inf), (math.inf, 1.0), (math.nan, math.nan)):
        window.add(loss, norm, False)
    closed = window.close(5004, 0.0, 0.0, 0.1)
    assert (closed.non_finite, closed.infinite) == (4, 2)


def test_a_gradient_that_is_not_a_number_counts_too():
    window = Window()
    window.open(1)
    window.add(0.5, math.nan, False)
    closed = window.close(1, 0.0, 0.0, 0.1)
    assert closed.non_finite == 1


def test_an_open_window_goes_on_where_it_was_saved():
    losses = [1.0 / (k + 1) + (k % 7 == 0) for k in range(20_000)]
    whole = records(losses)
    for cut in (1, DENSE + 1, 10_001, 10_003, 19_999):
        window = Window()
        before = records(losses[:cut], window)
        saved = json.loads(json.dumps(window.state(), allow_nan=False))
        resumed = Window()
        resumed.restore(saved)
        assert before + records(losses[cut:], resumed, cut + 1) == whole


def test_a_window_nothing_was_added_to_can_be_saved_in_strict_json():
    window = Window()
    window.restore(json.loads(json.dumps(window.state(), allow_nan=False)))
    assert records([0.5], window) == records([0.5])
