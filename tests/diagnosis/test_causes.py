"""Of findings that explain each other the cause is said, and what follows from it becomes a note."""

from __future__ import annotations

import itertools

from nntui.diagnosis.catalogue import FIXES
from nntui.diagnosis.causes import EXPLAINS, attributed
from nntui.diagnosis.finding import Finding
from nntui.diagnosis.thresholds import Severity


def finding(rule: str, severity: Severity = "warning", step: int = 0) -> Finding:
    return Finding(rule, severity, None, step, {}, rule)


def told(*findings: Finding) -> dict[str, tuple[str, str]]:
    return {one.rule: (one.severity, one.follows) for one in attributed(findings)}


def test_effects_become_notes_that_name_their_cause_which_is_as_bad_as_they_were() -> None:
    assert told(finding("unscaled_inputs"), finding("dead_units", "error", 4), finding("loss_not_falling", "warning", 300)) == {
        "unscaled_inputs": ("error", ""), "dead_units": ("note", "unscaled_inputs"), "loss_not_falling": ("note", "unscaled_inputs"),
    }  # fmt: skip


def test_two_causes_that_dont_explain_each_other_are_both_said() -> None:
    assert told(finding("vanishing_signal", step=1), finding("learning_rate_too_high", step=20)) == {
        "vanishing_signal": ("warning", ""), "learning_rate_too_high": ("warning", ""),
    }  # fmt: skip


def test_what_was_there_from_the_start_isnt_brought_about_by_steps() -> None:
    assert told(finding("dead_units", step=1), finding("learning_rate_too_high", step=20))["dead_units"] == ("warning", "")
    later = told(finding("dead_units", step=30), finding("learning_rate_too_high", step=20))
    assert later["dead_units"] == ("note", "learning_rate_too_high")


def test_notes_neither_explain_nor_follow() -> None:
    assert told(finding("unscaled_inputs", "note"), finding("dead_units", step=4))["dead_units"] == ("warning", "")
    assert told(finding("unscaled_inputs"), finding("dead_units", "note", 4))["dead_units"] == ("note", "")


def test_something_serious_is_always_left_to_be_said() -> None:
    names = [*EXPLAINS, "not_finite", "one_class_predicted", "overfitting"]
    for pair in itertools.permutations(names, 2):
        for steps in ((1, 1), (1, 50), (50, 1), (50, 50)):
            made = attributed(finding(rule, "warning", step) for rule, step in zip(pair, steps, strict=True))
            assert any(one.badness >= 2 for one in made), pair
    everything = attributed(finding(rule, "error", step) for rule, step in zip(names, itertools.cycle((1, 30)), strict=False))
    assert max(one.badness for one in everything) == 3


def test_only_rules_that_exist_are_connected() -> None:
    assert set(EXPLAINS) <= set(FIXES)
    assert set().union(*EXPLAINS.values()) <= set(FIXES)
