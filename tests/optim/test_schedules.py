import math
from itertools import pairwise

import pytest

from nntui.optim.schedules import (
    COLD,
    SCHEDULES,
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    OneCycle,
    Plateau,
    Polynomial,
    Schedule,
    Step,
    cosine,
)

PROGRESS = [k / 1000.0 for k in range(1001)]


@pytest.mark.parametrize(
    ("schedule", "start", "middle", "end"),
    [
        (Constant(), 1.0, 1.0, 1.0),
        (Step(), 1.0, 0.1, 0.01),
        (Step(drops=1, gamma=0.5), 1.0, 0.5, 0.5),
        (Step(drops=3, gamma=0.5), 1.0, 0.25, 0.125),
        (Cosine(), 1.0, 0.5, 0.0),
        (Cosine(final=0.2), 1.0, 0.6, 0.2),
        (Exponential(), 1.0, 0.1, 0.01),
        (Exponential(final=0.25), 1.0, 0.5, 0.25),
        (Polynomial(), 1.0, 0.5, 0.0),
        (Polynomial(power=2.0, final=0.2), 1.0, 0.4, 0.2),
        (CosineRestarts(cycles=1), 1.0, 0.5, 0.0),
        (CosineRestarts(cycles=3), 1.0, 0.5, 0.0),
        (CosineRestarts(cycles=2, final=0.1), 1.0, 1.0, 0.1),
        (CosineRestarts(cycles=2, growth=3.0), 1.0, 0.75, 0.0),
        (Plateau(), 1.0, 1.0, 1.0),
        (OneCycle(), 0.04, cosine(1.0, 1e-5, 1.0 / 3.0), 1e-5),
        (OneCycle(warmup=0.5, start_divisor=10.0, final_divisor=100.0), 0.1, 1.0, 0.01),
    ],
)
def test_factors_at_the_beginning_in_the_middle_and_at_the_end(schedule: Schedule, start, middle, end):
    assert schedule.scale(0.0) == pytest.approx(start)
    assert schedule.scale(0.5) == pytest.approx(middle)
    assert schedule.scale(1.0) == pytest.approx(end)


@pytest.mark.parametrize(
    "schedule", [Constant(), Step(), Step(drops=7, gamma=0.9), Cosine(), Cosine(final=0.3), Exponential(), Polynomial(power=0.5)]
)
def test_these_never_rise(schedule: Schedule):
    factors = [schedule.scale(p) for p in PROGRESS]
    assert all(later <= earlier for earlier, later in pairwise(factors))
    assert all(schedule.momentum(p) is None for p in PROGRESS)


def test_step_drops_after_equal_stretches():
    schedule = Step(drops=3, gamma=0.5)
    assert [schedule.scale(p) for p in (0.0, 0.249, 0.251, 0.499, 0.501, 0.749, 0.751, 1.0)] == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125]


def test_restarts_begin_anew_and_each_cycle_is_longer_than_the_one_before():
    schedule = CosineRestarts(cycles=3, growth=2.0)
    starts = [p for before, p in pairwise(PROGRESS) if schedule.scale(p) > schedule.scale(before)]
    assert starts == pytest.approx([1.0 / 7.0, 3.0 / 7.0], abs=0.001)  # lengths 1, 2 and 4 of 7
    assert [schedule.scale(p) for p in (0.0, 1.0 / 7.0 + 1e-12, 3.0 / 7.0 + 1e-12)] == pytest.approx([1.0, 1.0, 1.0])


@pytest.mark.parametrize("schedule", [kind(warmup=0.2) for kind in SCHEDULES if kind is not OneCycle], ids=lambda schedule: schedule.tag)
def test_every_schedule_can_warm_up_in_a_straight_line_and_then_runs_its_course(schedule: Schedule):
    assert schedule.scale(0.0) == COLD > 0.0
    assert schedule.scale(0.1) == pytest.approx((1.0 + COLD) / 2.0)
    for p in (0.2, 0.36, 0.6, 1.0):
        assert schedule.scale(p) == pytest.approx(type(schedule)().scale((p - 0.2) / 0.8))


@pytest.mark.parametrize("warmup", [0.1, 0.25, 0.9])
def test_one_cycle_rises_to_the_peak_then_falls_and_momentum_does_the_opposite(warmup: float):
    schedule = OneCycle(warmup=warmup)
    up = [schedule.scale(p) for p in PROGRESS if p <= warmup]
    down = [schedule.scale(p) for p in PROGRESS if p >= warmup]
    assert up == sorted(up) and down == sorted(down, reverse=True)
    assert schedule.scale(warmup) == 1.0 and max(up) <= 1.0
    momenta = [schedule.momentum(p) for p in (0.0, warmup, 1.0)]
    assert momenta == [pytest.approx(0.95), pytest.approx(0.85), pytest.approx(0.95)]
    for p in PROGRESS:
        momentum = schedule.momentum(p)
        assert momentum is not None and 0.85 <= momentum <= 0.95


def test_schedules_have_no_jumps_except_step():
    for schedule in (Constant(), Cosine(), Exponential(), Polynomial(), Polynomial(warmup=0.3), OneCycle()):
        factors = [schedule.scale(p) for p in PROGRESS]
        assert max(abs(b - a) for a, b in pairwise(factors)) < 0.01


def test_a_cosine_goes_from_start_to_end_and_no_further():
    assert cosine(2.0, 4.0, 0.0) == 2.0 and cosine(2.0, 4.0, 1.0) == pytest.approx(4.0) and cosine(2.0, 4.0, 0.5) == pytest.approx(3.0)
    assert cosine(2.0, 4.0, -1.0) == 2.0 and cosine(2.0, 4.0, 7.0) == pytest.approx(4.0)
    assert cosine(1.0, 0.0, 1.0 / 3.0) == pytest.approx(0.5 * (1.0 + math.cos(math.pi / 3.0)))


def test_every_schedule_there_is_gives_a_usable_factor_everywhere():
    for kind in SCHEDULES:
        assert all(0.0 <= kind().scale(p) <= 1.0 for p in PROGRESS)
