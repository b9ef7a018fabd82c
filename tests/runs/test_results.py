"""What counts as a run's result, and which is its best."""

from __future__ import annotations

import math

from run_records import evaluation, steps

from nntui.runs.results import Best, Results


def test_the_newest_of_windows_and_evaluations_is_the_loss() -> None:
    assert Results().after([steps(1, loss=0.9), evaluation(1, "train", 0.8)]).loss == 0.8
    assert Results().after([evaluation(1, "train", 0.8), steps(2, loss=0.7)]).loss == 0.7


def test_the_best_metric_is_the_highest_and_its_step_is_known() -> None:
    results = Results().after([evaluation(n, "validation", 0.5, accuracy=a) for n, a in [(1, 0.6), (2, 0.9), (3, 0.8)]])
    assert results.best == Best("accuracy", 0.9, 2, True)
    assert results.val_metrics == {"accuracy": 0.8}


def test_without_metrics_the_lowest_loss_is_best() -> None:
    results = Results().after([evaluation(n, "validation", loss) for n, loss in [(1, 0.6), (2, 0.2), (3, 0.8)]])
    assert results.best == Best("loss", 0.2, 2, True)


def test_validation_goes_before_training() -> None:
    records = [evaluation(1, "train", 0.1, accuracy=1.0), evaluation(1, "validation", 0.5, accuracy=0.6)]
    assert Results().after(records).best == Results().after(records[::-1]).best == Best("accuracy", 0.6, 1, True)


def test_a_value_that_is_no_number_is_never_better() -> None:
    records = [evaluation(n, "train", 0.5, accuracy=a) for n, a in [(1, math.nan), (2, 0.4), (3, math.nan)]]
    best = Results().after(records).best
    assert best is not None
    assert best.value == 0.4


def test_results_can_be_continued() -> None:
    records = [steps(1), evaluation(1, "validation", 0.5, r2=0.5), steps(2), evaluation(2, "validation", 0.4, r2=0.6)]
    assert Results().after(records[:2]).after(records[2:]) == Results().after(records)
