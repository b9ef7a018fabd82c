"""A recurrent layer whose gradient doesn't reach the beginning of the sequence is told, and how gates would help."""

from __future__ import annotations

import functools
import math

import pytest

import nntui
from nntui.diagnosis.case import Case
from nntui.diagnosis.fixes import fix_named
from nntui.doctor.examination import examine
from nntui.experiment import Experiment
from nntui.nn.plan import plan

from .made import data, evaluation, falling, found, layer, steps

RULE = "vanishing_through_time"


def experiment(kind: str = "rnn", returns: str = "last") -> Experiment:
    return nntui.load("adding-rnn").set(f'network[0]={{layer="{kind}", units=4, layers=2, returns="{returns}"}}')


def case(ratio: float, losses: list[float], kind: str = "rnn", returns: str = "last") -> Case:
    from nntui.measurements import Measurement

    made = experiment(kind, returns)
    layers = (layer(f"0.{kind}", through_time=(ratio, 0.5, 1.0)), layer("1.dense"))
    measurements = [Measurement(step, step / 20, layers, 0.0) for step in range(1, len(losses) + 1, 50)]
    told = data(class_counts=(), target_std=math.sqrt(1 / 6), target_mean=1.0)
    return Case(made, plan(made.network, (50, 2)), told, steps(*losses), [evaluation(0, losses[0])], measurements)


STUCK = [1 / 6] * 120


@pytest.mark.parametrize(("ratio", "severity"), [(1e-5, "warning"), (1e-3, "note"), (0.5, None), (0.0, "warning"), (math.nan, None)])
def test_it_is_as_bad_as_little_is_left_while_nothing_is_learned(ratio: float, severity: str | None) -> None:
    finding = found(case(ratio, STUCK)).get(RULE)
    assert (finding.severity if finding is not None else None) == severity
    if finding is not None:
        assert finding.layer == "0.rnn" and finding.evidence["ratio"] == ratio
        assert "last of 50 steps" in finding.sentence and finding.fixes == ("gates", "identity_start")


def test_what_learns_all_the_same_and_gates_that_may_yet_open_are_notes_at_most() -> None:
    assert found(case(1e-5, falling(120, 1 / 6))).get(RULE) is None, "solved: no delta is left to speak of"
    assert found(case(1e-5, [1 / 6] * 60 + [0.13] * 60))[RULE].severity == "note"
    assert found(case(1e-5, STUCK, "lstm"))[RULE].severity == "note"


def test_where_every_step_is_asked_for_nothing_follows_from_it() -> None:
    assert RULE not in found(case(1e-9, STUCK, returns="sequence"))


def test_gates_take_over_what_the_plain_layer_had() -> None:
    fix = fix_named("gates", experiment())
    assert fix is not None
    (lstm, *_) = fix.apply(experiment()).network
    assert (lstm.tag, lstm.units, lstm.layers, lstm.returns) == ("lstm", 4, 2, "last")  # type: ignore[attr-defined]
    assert fix_named("gates", experiment("lstm")) is None and fix_named("identity_start", experiment("gru")) is None
    summing = fix_named("identity_start", experiment())
    assert summing is not None and summing.apply(experiment()).network[0].recurrent == "identity"  # type: ignore[attr-defined]


@functools.cache
def examined(name: str) -> Case:
    seen = examine(nntui.load(name), steps=300)
    return Case.of(seen.experiment, seen.experiment.check(), seen.history)


def test_the_adding_problem_of_fifty_steps_is_too_long_for_a_plain_rnn() -> None:
    assert found(examined("adding-rnn"))[RULE].severity == "warning"
