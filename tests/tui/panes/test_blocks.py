"""Bars and histograms."""

from __future__ import annotations

import math

import pytest

from nntui.tui.panes.blocks import bar, columns, gathered, shade
from panes.made import ASCII, PLAIN


@pytest.mark.parametrize(
    ("share", "drawn"), [(1.0, "████"), (0.5, "██"), (0.28, "█▏"), (1e-9, "▏"), (0.0, ""), (-1.0, ""), (math.nan, ""), (math.inf, "████")]
)
def test_a_bar_is_exact_to_an_eighth_of_a_cell_and_anything_above_zero_shows(share: float, drawn: str) -> None:
    assert bar(share, 4, PLAIN) == drawn


def test_a_bar_without_blocks_is_made_of_letters() -> None:
    assert bar(0.5, 4, ASCII) == "##"
    assert bar(0.01, 4, ASCII) == "#"


def test_columns_grow_over_their_lines() -> None:
    assert columns([0.0, 0.25, 0.5, 1.0, 1e-9, math.nan], 2, PLAIN) == ["   █  ", " ▄██▁ "]
    assert columns([0.0, 0.5, 1.0], 1, ASCII) == [" =@"]


def test_gathering_bins_loses_no_count() -> None:
    counts = (1, 0, 7, 3, 9, 2)
    for cells in (1, 2, 4, 6, 9, 50):
        assert sum(gathered(counts, cells)) == pytest.approx(sum(counts))
    assert gathered(counts, 3) == pytest.approx([1.0, 10.0, 11.0])
    assert gathered((), 3) == [0.0, 0.0, 0.0]


def test_shades_go_from_nothing_to_everything() -> None:
    assert [shade(share, PLAIN) for share in (0.0, 0.5, 1.0)] == [" ", "▒", "█"]
