"""Curves of a run as arrays."""

from __future__ import annotations

import numpy as np
import pytest
from run_records import evaluation, steps

from nntui.errors import RunError
from nntui.runs.history import History
from nntui.runs.series import OF_EVALUATIONS, OF_STEPS, series


@pytest.fixture
def history() -> History:
    history = History()
    history.extend([steps(1, loss=0.9), evaluation(1, "train", 0.8, accuracy=0.5), evaluation(1, "validation", 0.7, accuracy=0.6)])
    history.extend([steps(2, 5, loss=0.4), evaluation(5, "validation", 0.3, accuracy=0.9)])
    return history


@pytest.mark.parametrize(
    ("name", "at", "values"),
    [
        ("loss", [1, 5], [0.9, 0.4]),
        ("gradient_norm", [1, 5], [1.0, 1.0]),
        ("learning_rate", [1, 5], [0.01, 0.01]),
        ("train_loss", [1], [0.8]),
        ("val_loss", [1, 5], [0.7, 0.3]),
        ("accuracy", [1], [0.5]),
        ("val_accuracy", [1, 5], [0.6, 0.9]),
    ],
)
def test_a_curve_has_steps_and_values(history: History, name: str, at: list[int], values: list[float]) -> None:
    x, y = series(history, name)
    np.testing.assert_array_equal(x, at)
    np.testing.assert_array_equal(y, values)


def test_a_curve_that_the_run_does_not_have_is_empty(history: History) -> None:
    x, y = series(history, "val_r2")
    assert x.shape == y.shape == (0,)


def test_every_known_curve_is_empty_in_an_empty_run() -> None:
    assert all(len(series(History(), name)[0]) == 0 for name in OF_STEPS + OF_EVALUATIONS)


def test_an_unknown_curve_is_refused_with_those_there_are(history: History) -> None:
    with pytest.raises(RunError, match="no curve named 'los'; there are loss, .*val_accuracy"):
        series(history, "los")
