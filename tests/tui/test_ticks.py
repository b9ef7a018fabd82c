"""Axes: round numbers, ends that stand still, labels that fit."""

from __future__ import annotations

import math
import random

import pytest

from nntui.tui.ticks import Axis, growing, label, spanning


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [(0.03, 0.69, (0.0, 0.8)), (5.2, 5.9, (5.2, 6.0)), (-3.0, 2.0, (-4.0, 2.0)), (0.0, 0.0, (0.0, 1.0)), (0.3, 0.3, (0.1, 0.5))],
)
def test_a_linear_axis_ends_at_round_numbers_and_starts_at_zero_if_the_values_come_near_it(
    low: float, high: float, ends: tuple[float, float]
) -> None:
    axis = spanning(low, high)
    assert (axis.low, axis.high) == pytest.approx(ends)


@pytest.mark.parametrize(("low", "high", "ends"), [(0.034, 0.69, (0.02, 1.0)), (1e-7, 12.0, (1e-7, 20.0)), (0.5, 0.5, (0.2, 1.0))])
def test_a_logarithmic_axis_ends_at_1_2_or_5(low: float, high: float, ends: tuple[float, float]) -> None:
    axis = spanning(low, high, log=True)
    assert (axis.low, axis.high) == pytest.approx(ends)


def test_the_horizontal_axis_grows_by_jumps_and_never_beyond_the_end() -> None:
    assert [growing(now).high for now in (0.3, 9.0, 11.0, 14.9, 37.0, 82.0)] == [0.3, 10.0, 15.0, 15.0, 40.0, 100.0]
    assert growing(82.0, end=90.0).high == 90.0
    assert growing(90.0, end=90.0).high == 90.0
    assert growing(95.0, end=90.0).high == 100.0
    assert growing(0.0, end=50.0).high == 50.0
    assert growing(math.nan).high == 1.0


@pytest.mark.parametrize(
    ("axis", "most", "labels"),
    [
        (Axis(0.0, 0.8), 4, ["0.00", "0.25", "0.50", "0.75"]),
        (Axis(0.0, 0.8), 2, ["0.0", "0.5"]),
        (Axis(0.0, 0.8), 5, ["0.0", "0.2", "0.4", "0.6", "0.8"]),
        (Axis(0.0, 80.0), 5, ["0", "20", "40", "60", "80"]),
        (Axis(0.0, 2e6), 3, ["0", "1e6", "2e6"]),
        (Axis(-4.0, 2.0), 4, ["-4", "-2", "0", "2"]),
        (Axis(1.0, 30000.0, log=True), 3, ["1", "100", "10000"]),
        (Axis(0.02, 1.0, log=True), 4, ["0.03", "0.1", "0.3", "1"]),
        (Axis(0.02, 1.0, log=True), 2, ["0.1", "1"]),
        (Axis(1e-7, 10.0, log=True), 3, ["1e-7", "0.0001", "0.1"]),
    ],
)
def test_ticks_stand_at_numbers_that_are_read_at_a_glance(axis: Axis, most: int, labels: list[str]) -> None:
    assert [text for _, text in axis.ticks(most)] == labels


def test_ticks_are_never_more_than_asked_for_and_their_labels_differ_and_fit() -> None:
    stream = random.Random(0)
    for _ in range(500):
        low, high = sorted((stream.uniform(-1, 1) * 10 ** stream.uniform(-12, 12), stream.uniform(-1, 1) * 10 ** stream.uniform(-12, 12)))
        for log in (False, True):
            if log and high <= 0.0:
                continue
            axis = spanning(low, high, log)
            for most in (1, 2, 3, 5, 9):
                ticks = axis.ticks(most)
                assert len(ticks) <= most
                texts = [text for _, text in ticks]
                assert len(set(texts)) == len(texts)
                assert all(len(text) <= 8 for text in texts)
                assert all(-1e-6 <= axis.place(value) <= 1.0 + 1e-6 for value, _ in ticks)


def test_places_run_from_0_to_1_and_values_beyond_lie_at_the_ends() -> None:
    assert Axis(2.0, 4.0).places([1.0, 2.0, 3.0, 4.0, 9.0]) == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert Axis(0.01, 100.0, log=True).places([-1.0, 0.0, 0.01, 1.0, 100.0]) == [0.0, 0.0, 0.0, 0.5, 1.0]
    assert math.isnan(Axis(0.0, 1.0).place(math.nan))
    assert Axis(-1e300, 1e300).place(0.0) == 0.5


@pytest.mark.parametrize(("low", "high"), [(1e300, 1e300), (-1.7e308, 1.7e308), (5e-324, 5e-324), (1e16, 1e16 + 2), (0.0, 5e-324)])
def test_absurd_values_make_usable_axes(low: float, high: float) -> None:
    for log in (False, True):
        axis = spanning(low, high, log)
        assert math.isfinite(axis.low) and math.isfinite(axis.high) and axis.low < axis.high
        assert 0.0 <= axis.place(low) <= axis.place(high) <= 1.0


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [(0.5, 0.5, "0.5"), (1.0, 0.25, "1.00"), (20.0, 10.0, "20"),
     (0.0, 0.1, "0.0"), (0.0, 1e-6, "0"), (3e-7, 0.0, "3e-7"), (7.05e-12, 5e-14, "7.05e-12")],
)
def test_a_label_has_the_decimals_that_its_step_needs(value: float, step: float, text: str) -> None:
    assert label(value, step) == text
