"""Examining, judging and repairing experiments, one change at a time."""

from __future__ import annotations

import dataclasses

import pytest

from nntui.doctor.assessment import Assessment, assess
from nntui.doctor.examination import examine
from nntui.doctor.repair import Trial, repair
from nntui.experiment import Experiment


def moons(**tables: object) -> Experiment:
    given = {
        "network": [{"layer": "dense", "units": 16}, {"layer": "relu"}, {"layer": "dense", "units": 2}],
        "data": {"source": "moons", "examples": 300}, "loss": {"kind": "cross_entropy"},
        "optimizer": {"kind": "adam", "learning_rate": 0.03}, "training": {"epochs": 40, "batch_size": 32},
    }  # fmt: skip
    return Experiment.from_tables({**given, **tables})


ZEROS = [{"layer": "dense", "units": 16, "init": "zeros"}, {"layer": "relu"}, {"layer": "dense", "units": 2}]


def look(experiment: Experiment) -> Assessment:
    return assess(examine(experiment))


def test_an_examination_sees_the_same_every_time() -> None:
    first, second = examine(moons(), steps=100), examine(moons(), steps=100)
    seen = [repr([(one.step, one.layers) for one in examination.history.measurements]) for examination in (first, second)]
    assert seen[0] == seen[1]
    assert [one.step for one in first.history.measurements][:5] == [1, 2, 3, 4, 5]
    assert (first.steps, first.outcome) == (100, None)


def test_an_examination_ends_with_the_training_or_its_time() -> None:
    assert examine(moons()).outcome == "finished"
    assert examine(moons(), seconds=1e-9).steps <= 1
    diverged = examine(moons(optimizer={"kind": "sgd", "learning_rate": 1e6}, loss={"kind": "mse"}))
    assert diverged.outcome == "diverged" and diverged.message


def test_a_healthy_network_has_nothing_serious_and_a_skill_near_one() -> None:
    seen = look(moons())
    assert seen.serious == () and seen.skill > 0.9 and seen.healthy
    assert seen.sentence.startswith("validation accuracy ")


def test_zero_weights_are_repaired_by_one_change() -> None:
    told: list[Trial] = []
    repaired = repair(moons(network=ZEROS), look, told=told.append)
    assert [trial.fix.name for trial in told if trial.kept] == ["initializer"]
    assert repaired.last.skill > 0.9
    assert "start weights" in repaired.experiment.story and "stay one unit" in repaired.experiment.story
    assert Experiment.from_toml(repaired.experiment.to_toml()) == repaired.experiment


def test_several_faults_are_mended_one_after_the_other() -> None:
    wrong = moons(network=ZEROS, optimizer={"kind": "adam", "learning_rate": 1e-6})
    repaired = repair(wrong, look)
    assert repaired.last.skill > 0.9
    assert sum(trial.kept for trial in repaired.trials) >= 2


def test_a_healthy_network_is_left_alone() -> None:
    repaired = repair(moons(), look)
    assert repaired.trials == () and not repaired.changed


def test_a_budget_is_kept() -> None:
    hopeless = moons(data={"source": "moons", "examples": 300, "noise": 2.0})
    assert len(repair(hopeless, look, budget=2).trials) <= 2


def test_what_made_it_worse_is_undone() -> None:
    healthy, ill = look(moons()), look(moons(network=ZEROS))
    assert healthy.better_than(ill) and not ill.better_than(healthy)
    trials = repair(moons(network=ZEROS), look, budget=8).trials
    assert all(trial.kept == (trial.after.skill >= trial.before.skill - 0.02) for trial in trials if trial.kept)


@pytest.mark.parametrize("skill", [0.5, 0.9])
def test_of_equal_results_the_one_with_less_wrong_is_better(skill: float) -> None:
    healthy, ill = look(moons()), look(moons(network=ZEROS))
    assert dataclasses.replace(healthy, skill=skill).better_than(dataclasses.replace(ill, skill=skill))
