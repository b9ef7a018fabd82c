"""Whether a change has helped, in words and numbers, at steps that can be compared."""

from __future__ import annotations

from nntui.diagnosis.comparison import compare
from nntui.measurements import Evaluation, State, Status
from nntui.runs.history import History


def run(state: State, *points: tuple[int, float, float], split: str = "validation", step: int = 0) -> History:
    """A history of (step, loss, accuracy)."""
    history = History()
    history.extend([Evaluation(at, at / 10, split, loss, {"accuracy": accuracy}) for at, loss, accuracy in points])  # type: ignore[arg-type]
    history.note(Status(state=state, step=step or (points[-1][0] if points else 0)))
    return history


OLD = run("finished", (0, 0.7, 0.5), (50, 0.69, 0.5), (100, 0.69, 0.52))


def test_what_is_better_at_the_end_has_helped() -> None:
    found = compare(OLD, run("finished", (0, 0.7, 0.5), (50, 0.3, 0.9), (100, 0.1, 0.97)))
    assert found.verdict == "helped" and found.final
    assert found.sentence == "It helped: validation accuracy 0.52 → 0.97, loss 0.69 → 0.1 at step 100"


def test_while_it_trains_the_same_step_of_both_is_compared() -> None:
    found = compare(OLD, run("training", (0, 0.7, 0.5), (50, 0.3, 0.9)))
    assert found.sentence == "It helped so far: validation accuracy 0.5 → 0.9, loss 0.69 → 0.3 at step 50"


def test_an_old_run_that_was_stopped_early_is_held_to_what_the_new_one_had_by_then() -> None:
    stopped = run("stopped", (0, 0.7, 0.5), (20, 0.6, 0.6))
    found = compare(stopped, run("finished", (0, 0.7, 0.5), (20, 0.5, 0.7), (100, 0.1, 1.0)))
    assert "accuracy 0.6 → 0.7" in found.numbers and "at step 20" in found.numbers


def test_what_is_worse_and_what_is_the_same_are_told_apart() -> None:
    assert compare(OLD, run("finished", (100, 0.9, 0.4))).verdict == "worse"
    assert compare(OLD, run("finished", (100, 0.685, 0.53))).verdict == "no difference"


def test_divergence_counts_more_than_numbers() -> None:
    fell = run("diverged", (0, 0.7, 0.5), step=7)
    assert compare(fell, run("finished", (100, 0.1, 0.97))).sentence.startswith("It helped: the old run diverged at step 7, this one is at")
    assert compare(OLD, run("diverged", (0, 0.7, 0.5), step=9)).sentence == "It made it worse: the new run diverged at step 9"
    assert compare(fell, run("diverged", (0, 0.7, 0.5), step=9)).verdict == "no difference"


def test_losses_of_two_kinds_are_not_compared() -> None:
    found = compare(OLD, run("finished", (100, 0.001, 0.52)), same_loss=False)
    assert found.verdict == "no difference" and "loss" not in found.numbers


def test_before_there_is_anything_to_compare_nothing_is_said() -> None:
    assert compare(OLD, run("training", (0, 0.7, 0.5))).verdict == "unknown"
    assert compare(run("stopped"), run("training", (0, 0.7, 0.5))).verdict == "unknown"
