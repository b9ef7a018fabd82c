"""How commands become steps."""

from __future__ import annotations

import pytest

from nntui.training.steering import BURST, SLICE, Steering


def test_at_full_speed_a_slice_holds_as_many_steps_as_it_does() -> None:
    assert Steering().portion(now=0.0, speed=1e6) is None


def test_paused_means_no_steps() -> None:
    steering = Steering()
    steering.pause()
    assert steering.portion(now=0.0, speed=1e6) == 0
    steering.go()
    assert steering.portion(now=0.0, speed=1e6) is None


def test_steps_by_hand_are_exact_and_then_it_pauses() -> None:
    steering = Steering()
    steering.by_hand(1)
    steering.by_hand(2)
    assert steering.portion(now=0.0, speed=1e6) == 3
    steering.trained(3)
    assert steering.paused
    assert steering.budget is None


def test_many_steps_by_hand_come_in_slices_short_enough_to_listen_between() -> None:
    steering = Steering()
    steering.by_hand(10_000)
    assert steering.portion(now=0.0, speed=1000.0) == int(1000 * SLICE)
    steering.trained(25)
    assert steering.budget == 9_975


def test_a_first_step_by_hand_is_trained_although_no_speed_is_known() -> None:
    steering = Steering()
    steering.by_hand(5)
    assert steering.portion(now=0.0, speed=0.0) == 1


@pytest.mark.parametrize("pace", [3.0, 60.0, 1500.0])
def test_a_pace_is_kept_to(pace: float) -> None:
    steering = Steering()
    steering.pace = pace
    steps = sum(steering.portion(now=n * 0.02, speed=20_000.0) or 0 for n in range(1000))
    assert steps == pytest.approx(20.0 * pace, abs=BURST * pace + 1)


def test_a_pause_at_a_slow_pace_is_not_made_up_for() -> None:
    steering = Steering()
    steering.pace = 100.0
    steering.portion(now=0.0, speed=20_000.0)
    assert steering.portion(now=3600.0, speed=20_000.0) == int(BURST * 100)


def test_a_pace_beyond_the_machine_is_full_speed_in_slices() -> None:
    steering = Steering()
    steering.pace = 1e9
    assert steering.portion(now=0.0, speed=2000.0) == int(2000 * SLICE)
