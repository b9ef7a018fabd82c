"""Conditions: what they mean, what they refuse, and that nothing in them is ever executed."""

from __future__ import annotations

import math
from typing import Any

import pytest

from nntui.runs.conditions import Condition, ConditionError, is_condition

RUN: dict[str, Any] = {
    "val_accuracy": 0.93, "layers": 3, "loss": math.nan, "state": "finished", "optimizer.kind": "adam", "optimizer.learning_rate": 0.01,
    "tags": ("good", "deep"), "seconds": 12.0, "steps": 300, "pinned": False,
}  # fmt: skip


def holds(text: str) -> bool:
    return Condition(text).holds(RUN.get)


@pytest.mark.parametrize(
    "text",
    [
        "val_accuracy > 0.9 and layers < 5",
        "0.9 < val_accuracy <= 0.93",
        "layers == 3 or nothing > 1",
        "not layers > 3",
        'state == "finished"',
        'state in ("finished", "stopped") and "fin" in state',
        '"good" in tags and "bad" not in tags',
        "optimizer.learning_rate * 100 >= 1 - 1e-9 and optimizer.kind != 'sgd'",
        "steps / seconds == 25 and -layers < 0",
        "not pinned",
    ],
)
def test_it_is_true_of_the_run(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    ["val_accuracy > 0.93", "0.95 < val_accuracy < 2", "missing > 0", "missing <= 0", "loss < 1", "loss >= 1", "layers / 0 > 1", "pinned"],
)
def test_what_is_false_missing_or_no_number_does_not_hold(text: str) -> None:
    assert not holds(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("layers <", "can't be read"),
        ("layers ! 3", "can't be read at character 8"),
        ("layers = 3", "equal is written =="),
        ("__import__('os').system('true') == 0", "isn't understood"),
        ("().__class__ == 1", "no name of a value"),
        ("layers ** 99999999 > 1", "isn't understood"),
        ("[x for x in tags] == 1", "isn't understood"),
        ("(lambda: 1)() > 0", "isn't understood"),
        ("'a' * 99999999 == 'b'", "one can't calculate with it"),
        ("state > 3", 'compares the text "finished" with the number 3'),
        ("layers in 3", "nothing can be in it"),
        ("(" * 300 + "1" + ")" * 300, "too deeply|can't be read"),
        ("1 < " * 500 + "1", "at most 1000"),
        ("x\0 > 1", "can't be read"),
    ],
)
def test_it_is_refused_in_one_sentence(text: str, why: str) -> None:
    with pytest.raises(ConditionError, match=why) as refusal:
        holds(text)
    assert "\n" not in str(refusal.value)


def test_a_name_that_no_run_has_is_answered_with_the_closest() -> None:
    with pytest.raises(ConditionError, match=r"no run has val_acuracy: did you mean val_accuracy\?"):
        Condition("val_acuracy > 0.5 and layers < 3").require(RUN)
    Condition("val_accuracy > 0.5").require(RUN)


@pytest.mark.parametrize("text", ["a > 1", "a==b", "a = 3", "a != 3", "not pinned", '"x" in tags', "x<1"])
def test_a_filter_with_a_comparison_is_a_condition(text: str) -> None:
    assert is_condition(text)


@pytest.mark.parametrize("text", ["spiral", "spiral-2", "^a.*b$", "(?=x)y", "digits finished", "wine in", "a|b"])
def test_anything_else_is_looked_for_in_names(text: str) -> None:
    assert not is_condition(text)
