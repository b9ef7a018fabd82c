"""Numbers of a fixed width."""

from __future__ import annotations

import math
import random

import pytest

from nntui.tui.numbers import count, duration, exponent, fixed, percent, short, si, size

NaN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.6931, "0.6931"), (12.345, "12.345"), (123.45, "123.45"), (1234.5, "1234.5"), (123456, "123456"), (1234567, "1.23e6"),
     (0.0, "     0"), (0.00712, "0.0071"), (7e-4, "7.0e-4"), (-0.6931, "-0.693"),
     (NaN, "   NaN"), (INF, "   inf"), (-INF, "  -inf"), (1e300, " 1e300")],
)  # fmt: skip
def test_a_fixed_number_has_six_cells_whatever_it_is(value: float, text: str) -> None:
    assert fixed(value) == text


def test_no_number_is_wider_than_its_column() -> None:
    stream = random.Random(1)
    for _ in range(5000):
        value = stream.choice((-1, 1)) * 10 ** stream.uniform(-320, 308)
        assert len(fixed(value)) == 6
        assert len(si(value)) <= 6
        assert len(percent(value)) <= 6
        assert len(exponent(value)) == 5
        assert len(short(value)) <= 11


@pytest.mark.parametrize(("value", "text"), [(0.01, "-2.0"), (1.0, "0.0"), (0.0, "zero"), (NaN, "-"), (INF, "inf"), (1e-120, "-120")])
def test_an_exponent_is_the_power_of_ten(value: float, text: str) -> None:
    assert exponent(value).strip() == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (1e-5, "<.1 %"), (0.021, "2.1 %"), (0.41, "41 %"), (0.0996, "10 %"), (1.0, "100 %"), (NaN, "-")]
)
def test_a_share_is_shown_in_percent(share: float, text: str) -> None:
    assert percent(share).strip() == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(31, "31"), (999, "999"), (999.6, "1.00k"), (31200, "31.2k"), (1.234e6, "1.23M"), (9.996e5, "1.00M"), (0.02, "0.020"), (NaN, "NaN")],
)
def test_a_rate_has_three_places_and_a_letter(value: float, text: str) -> None:
    assert si(value).strip() == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0.4s"), (12.3, "12s"), (59.6, "1m00s"), (72, "1m12s"), (7380, "2h03m"), (273600, "3d04h"), (-3, "0.0s"), (NaN, "-")],
)
def test_a_duration_names_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_counts_are_exact_and_sizes_are_in_bytes() -> None:
    assert count(32000) == "32,000"
    assert size(114) == "0.5 kB"
    assert size(25_000_000) == "100.0 MB"


@pytest.mark.parametrize(("value", "text"), [(0.01, "0.01"), (1e-5, "1e-5"), (3.0, "3"), (0.1 + 0.2, "0.3"), (NaN, "NaN"), (-INF, "-inf")])
def test_a_short_number_is_what_a_person_would_write(value: float, text: str) -> None:
    assert short(value) == text
