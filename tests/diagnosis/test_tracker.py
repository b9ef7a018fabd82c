"""Findings over time: they open once, hold still, say since when, and close with a word."""

from __future__ import annotations

from nntui.diagnosis.tracker import CLOSES, Tracker, diagnose, follow

from .made import case, experiment, falling, flat, measurement

ILL, WELL = {"delta": 1e-5}, {"delta": 1e-2}


def watched(*ill: bool) -> Tracker:
    """A run whose loss stands still, and whose signal has vanished at some looks: one every step, from step 31."""
    tracker = Tracker()
    made = experiment()
    for count in range(1, len(ill) + 1):
        looks = [measurement(30 + i, made, n0=ILL if one else WELL) for i, one in enumerate(ill[:count], 1)]
        tracker.observe(case(made, flat(30 + count), measurements=looks))
    return tracker


def rules(tracker: Tracker) -> list[str]:
    return [finding.rule for finding in tracker.open if finding.badness >= 2 and finding.rule != "learning_rate_too_low"]


def test_what_is_seen_once_is_not_said() -> None:
    assert rules(watched(False, True)) == []


def test_what_is_seen_twice_opens_and_says_since_when() -> None:
    tracker = watched(False, True, True)
    assert rules(tracker) == ["vanishing_signal"]
    assert next(finding for finding in tracker.open if finding.rule == "vanishing_signal").step == 32


def test_an_open_finding_outlives_a_few_good_looks() -> None:
    assert rules(watched(True, True, *[False] * (CLOSES - 1))) == ["vanishing_signal"]
    assert rules(watched(True, True, False, True, False, True, False)) == ["vanishing_signal"]


def test_it_closes_when_its_cause_has_been_gone_for_a_while_and_says_so() -> None:
    tracker = watched(True, True, *[False] * CLOSES)
    assert rules(tracker) == []
    closed = next(one for one in tracker.closed if one.finding.rule == "vanishing_signal")
    assert closed.step == 32 + CLOSES
    assert closed.sentence.startswith(f"gone since step {32 + CLOSES}: the signal fades")


def test_news_are_told_once() -> None:
    tracker, made = Tracker(), experiment()
    told = []
    for step in range(31, 40):
        looks = [measurement(s, made, n0=ILL) for s in range(31, step + 1)]
        news = tracker.observe(case(made, flat(step), measurements=looks))
        told += [finding.rule for finding in news if finding.badness >= 2 and finding.rule != "learning_rate_too_low"]
    assert told == ["vanishing_signal"]


def test_a_finding_gets_worse_when_it_has_been_worse_twice_and_better_only_after_a_while() -> None:
    tracker, made = Tracker(), experiment()
    severities = []
    ratios = [1e-4] * 3 + [1e-9] + [1e-4] * 3 + [1e-9] * 3 + [1e-4] * (CLOSES + 1)
    for count in range(1, len(ratios) + 1):
        looks = [measurement(30 + i, made, n0={"delta": ratio}) for i, ratio in enumerate(ratios[:count], 1)]
        tracker.observe(case(made, flat(30 + count), measurements=looks))
        severities.append(next((f.severity for f in tracker.open if f.rule == "vanishing_signal"), ""))
    # 1e-4 over 1e-2 is 1 %: a note that a loss which stands still makes a warning.
    assert severities[:3] == ["", "warning", "warning"]
    assert severities[3] == "warning" and severities[9] == "error"
    assert severities[-1] == "warning"


def test_what_stands_in_the_description_is_said_at_once() -> None:
    made = experiment({"layer": "dense", "units": 4}, {"layer": "dense", "units": 2})
    tracker = Tracker()
    assert [finding.rule for finding in tracker.observe(case(made, []))] == ["linear_stack"]


def test_a_whole_run_is_followed_from_its_records() -> None:
    seen = case(losses=flat(60), looks={"n0": ILL})
    finding = next(finding for finding in diagnose(seen) if finding.rule == "vanishing_signal")
    assert finding.step == 1
    assert diagnose(case(losses=falling(60))) == ()


def test_following_in_pieces_gives_what_following_at_once_gives() -> None:
    seen = case(losses=flat(60), looks={"n0": ILL, "n1": {"dead": 0.9}})
    tracker = Tracker()
    for one in seen.measurements:
        tracker.observe(seen.until(one.step))
    assert tracker.open == follow(seen).open
