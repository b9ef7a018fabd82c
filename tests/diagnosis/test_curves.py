"""What a loss curve says in a sentence."""

from __future__ import annotations

import math

import msgspec

from nntui.diagnosis.curves import loss_verdict
from nntui.measurements import Evaluation, Steps

NaN = math.nan


def steps(*losses: float, non_finite: int = 0) -> list[Steps]:
    return [
        Steps(i + 1, i + 1, (i + 1) / 10, 0.0, loss, loss, loss, 1.0, 1.0, 0, 0.1, int(not math.isfinite(loss)))
        for i, loss in enumerate(losses)
    ]


def validation(*losses: float) -> list[Evaluation]:
    return [Evaluation(10 * (i + 1), float(i + 1), "validation", loss, {}) for i, loss in enumerate(losses)]


def test_a_healthy_run_tells_its_best_validation_loss() -> None:
    verdict = loss_verdict(steps(*[1.0 - 0.01 * i for i in range(60)]), validation(0.9, 0.7, 0.5), None)
    assert (verdict.severity, verdict.sentence) == ("healthy", "best validation 0.5, epoch 3")


def test_without_validation_the_least_training_loss_is_told() -> None:
    assert loss_verdict(steps(3.0, 1.5, 2.0), [], None).sentence == "best training 1.5"


def test_nothing_is_said_of_nothing() -> None:
    assert loss_verdict([], [], 0.69).sentence == ""


def test_a_loss_that_stays_nan_is_an_error_since_its_first_step() -> None:
    verdict = loss_verdict(steps(1.0, 0.9, NaN, NaN, NaN), [], None)
    assert (verdict.severity, verdict.sentence) == ("error", "no longer a number since step 3")


def test_a_loss_that_was_nan_once_is_a_warning() -> None:
    assert loss_verdict(steps(1.0, NaN, 0.8), [], None).sentence == "one loss was not a number, at step 2"
    assert loss_verdict(steps(1.0, NaN, NaN, 0.8), [], None).severity == "warning"


def test_a_loss_that_became_infinite_among_others_is_not_called_a_nan() -> None:
    """The mean of a window leaves out what isn't finite."""
    *before, last = steps(1.0, 0.9, 0.8)
    wide = msgspec.structs.replace(last, last=10, non_finite=1, infinite=1)
    assert loss_verdict([*before, wide], [], None).sentence == "infinite since step 3"
    assert loss_verdict([*before, msgspec.structs.replace(wide, infinite=0)], [], None).sentence == "no longer a number since step 3"


def test_a_loss_three_times_over_its_least_value_has_risen() -> None:
    verdict = loss_verdict(steps(*[1.0] * 50, *[0.2] * 50, *[2.0] * 20), [], None)
    assert (verdict.severity, verdict.rule) == ("warning", "risen_loss")


def test_a_single_bad_batch_is_no_rise() -> None:
    assert loss_verdict(steps(*[0.5] * 99, 40.0), [], None).rule == "best_loss"


def test_validation_rising_while_training_falls_is_overfitting() -> None:
    falling = steps(*[1.0 / (1 + i) for i in range(60)])
    verdict = loss_verdict(falling, validation(0.9, 0.5, 0.6, 0.7, 0.8, 0.9), None)
    assert (verdict.rule, verdict.sentence) == ("overfitting", "overfitting: the validation loss has risen since epoch 2")


def test_validation_rising_with_training_is_no_overfitting() -> None:
    rising = steps(*[0.5 + 0.01 * i for i in range(60)])
    assert loss_verdict(rising, validation(0.9, 0.5, 0.6, 0.7, 0.8, 0.9), None).rule == "best_loss"


def test_a_first_loss_far_above_guessing_is_noted_in_the_first_epoch_only() -> None:
    expected = math.log(10)
    verdict = loss_verdict(steps(6.0, 5.9), [], expected)
    assert (verdict.severity, verdict.rule) == ("warning", "wrong_start")
    assert "2.3" in verdict.sentence
    assert loss_verdict(steps(2.4, 2.3), [], expected).rule == "best_loss"
    assert loss_verdict(steps(*[6.0] * 15), [], expected).rule == "best_loss"


def test_a_rise_of_a_loss_that_is_nearly_nothing_is_no_overfitting() -> None:
    falling = steps(*[1.0 / (1 + i) for i in range(60)])
    assert loss_verdict(falling, validation(0.7, 0.007, 0.008, 0.009, 0.0088), None).rule == "best_loss"


def test_an_infinite_loss_is_called_infinite() -> None:
    assert loss_verdict(steps(1.0, math.inf), [], None).sentence == "infinite since step 2"
    assert loss_verdict(steps(1.0, math.inf, 0.8), [], None).sentence == "one loss was infinite, at step 2"
