"""Forecasts of a loss, by curves whose end is known."""

from __future__ import annotations

import math

import pytest

from nntui.diagnosis.outlook import halved, prospect, smoothed

from .made import case, evaluation, experiment, falling, flat


def curve(loss: object, now: int) -> tuple[tuple[int, float], ...]:
    return halved([(step, loss(step)) for step in range(1, now + 1)])  # type: ignore[operator]


def test_a_loss_that_stands_still_has_no_prospect() -> None:
    assert prospect(curve(lambda step: 1.0, 50), 500) == pytest.approx(1.0)


def test_a_power_of_time_goes_on_as_one_at_least() -> None:
    assert prospect(curve(lambda step: 0.9 * (step / 50) ** -0.5, 50), 500) <= 0.9 * 10**-0.5
    assert prospect(curve(lambda step: 30.0 * (step / 50) ** -0.5, 50), 500) == pytest.approx(30.0 * 10**-0.5, rel=0.05)


def test_a_straight_fall_goes_on_straight() -> None:
    slowly = prospect(curve(lambda step: 0.99 - 1e-5 * step, 50), 500)
    assert slowly == pytest.approx(0.99 - 1e-5 * 500, abs=0.02) and slowly > 0.9
    assert prospect(curve(lambda step: 0.99 - 1.5e-3 * step, 50), 500) < 0.3


def test_what_leaves_a_plateau_ever_faster_is_trusted() -> None:
    assert prospect(curve(lambda step: 1.0 - 0.03 * (step / 50) ** 3, 50), 500) == 0.0


def test_coming_down_to_knowing_nothing_is_not_learning_yet() -> None:
    assert 0.5 < prospect(curve(lambda step: 1.0 + 40.0 / step, 50), 500) < 0.9


def test_a_loss_that_has_overflowed_has_an_infinite_end() -> None:
    assert prospect([(50, math.inf), (25, 1.0)], 500) == math.inf


def test_a_curve_is_made_of_the_points_at_the_half_and_the_quarter() -> None:
    assert [step for step, _ in halved([(step, 1.0) for step in (4, 6, 9, 13, 18, 26)])] == [26, 13, 6]
    assert len(halved([(1, 1.0), (100, 1.0)])) == 1, "what is too far away doesn't count"
    assert halved([]) == ()


def test_noise_of_batches_is_smoothed() -> None:
    points = [(step, 0.5 + 0.4 * (step % 2)) for step in range(1, 81)]
    assert all(0.5 <= loss <= 0.9 for _, loss in smoothed(points)) and [step for step, _ in smoothed(points)] == [20, 40, 80]
    assert smoothed(points[:5]) == []


def test_evaluations_are_believed_before_batches() -> None:
    noisy = [0.6 + 0.2 * (step % 2) for step in range(40)]
    known = [evaluation(step, 0.69 * 0.95**step) for step in (0, 5, 10, 20, 40)]
    assert case(losses=noisy, evaluations=known).promising
    assert case(losses=falling(40), evaluations=[evaluation(step, 0.69) for step in (0, 5, 10, 20, 40)]).failing


def test_good_answers_excuse_a_loss_that_is_sure_of_its_mistakes() -> None:
    sure = [evaluation(0, 0.69), *(evaluation(step, 5.0, accuracy=0.93) for step in (5, 10, 20, 40))]
    assert case(losses=flat(40, 5.0), evaluations=sure).well
    guessing = [evaluation(0, 0.69), *(evaluation(step, 5.0, accuracy=0.55) for step in (5, 10, 20, 40))]
    assert case(losses=flat(40, 5.0), evaluations=guessing).failing


def test_while_the_schedule_warms_up_nobody_can_say() -> None:
    warming = experiment(schedule={"kind": "one_cycle"})
    assert math.isnan(case(warming, flat(10)).outlook)
    assert case(warming, flat(40)).outlook > 0.9
