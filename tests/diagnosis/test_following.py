"""Findings of a run as it goes on: every measurement is looked at once, and the end of it is that of a look at everything."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from diagnosis.made import DENSE, OUTPUT, case, experiment, falling, flat, measurement
from nntui.diagnosis import following
from nntui.diagnosis.case import Case
from nntui.diagnosis.following import Follower
from nntui.diagnosis.tracker import Tracker, follow

DEAD = {"n1": {"dead": 0.9}, "n3": {"dead": 0.9}}


def test_looking_as_it_goes_on_ends_with_what_a_look_at_everything_finds() -> None:
    whole = case(losses=flat(60), looks=DEAD)
    follower = Follower()
    for step in (0, 1, 2, 3, 17, 18, 40, 60):
        seen = follower.look(whole.until(step) if step < 60 else replace(whole, ended=""))
    tracker = Tracker()
    for step in [one.step for one in whole.measurements]:
        tracker.observe(whole.until(step))
    assert seen.open == tracker.open and seen.open


def test_a_finished_run_is_looked_at_to_its_end() -> None:
    whole = case(losses=flat(100), looks=DEAD, ended="finished")
    assert {finding.key for finding in Follower().look(whole).open} == {finding.key for finding in follow(whole).open}


def test_every_measurement_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    class Counting(Tracker):
        def observe(self, case: Case):
            looked.append(case.step)
            return super().observe(case)

    monkeypatch.setattr(following, "Tracker", Counting)
    whole = case(losses=falling(50))
    follower = Follower()
    for step in (10, 10, 30, 30, 50, 50):
        follower.look(whole.until(step))
    steps = [one.step for one in whole.measurements]
    assert looked == steps


def test_before_the_first_measurement_the_description_is_looked_at_anew_every_time() -> None:
    bent, straight = experiment(), experiment(DENSE, DENSE, OUTPUT)
    follower = Follower()
    assert not Follower().look(case(bent, losses=[], evaluations=[])).open
    for _ in range(3):
        assert [finding.rule for finding in follower.look(case(straight, losses=[], evaluations=[])).open] == ["linear_stack"]


def test_what_is_gone_is_told_newest_first_and_not_while_it_is_open_again() -> None:
    made = experiment()
    looks = [measurement(step, made, **(DEAD if step < 40 else {})) for step in range(1, 91, 3)]
    seen = Follower().look(case(made, losses=flat(90), measurements=looks))
    assert any(one.finding.rule == "dead_units" and "gone since step" in one.sentence for one in seen.closed)
    assert not {one.finding.key for one in seen.closed} & {finding.key for finding in seen.open}


def test_a_run_that_went_back_to_a_checkpoint_is_looked_at_from_the_beginning() -> None:
    follower = Follower()
    assert follower.look(case(losses=flat(60), looks=DEAD)).open
    assert "dead_units" not in {finding.rule for finding in follower.look(case(losses=falling(20))).open}


def test_a_look_at_one_more_measurement_of_twenty_layers_takes_milliseconds() -> None:
    made = experiment(*[layer for _ in range(20) for layer in (DENSE, "relu")], OUTPUT)
    whole = case(made, losses=falling(400))
    follower = Follower()
    follower.look(whole.until(390))
    begun = time.process_time()
    follower.look(whole)
    assert (time.process_time() - begun) / 2 < 0.05  # two more; 3 ms are usual, a busy machine takes its time
