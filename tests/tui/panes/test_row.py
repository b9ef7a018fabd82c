"""Lines of exact width, whatever is written into them."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.style import Style

from nntui.tui.panes.row import Row, filled, kept, listed, printable, window, wrapped, written

RED = Style(color="red")


def test_a_row_is_padded_to_its_width() -> None:
    strip = Row(10).add("ab", RED).strip()
    assert (strip.text, strip.cell_length) == ("ab        ", 10)


def test_what_doesnt_fit_is_cut() -> None:
    assert Row(4).add("abcdef").add("gh").strip().text == "abcd"


def test_wide_characters_are_counted_as_two_cells_and_never_halved() -> None:
    for width in range(1, 8):
        strip = Row(width).add("寿司屋").strip()
        assert cell_len(strip.text) == strip.cell_length == width


def test_neighbours_of_one_style_become_one_segment() -> None:
    assert [segment.text for segment in Row(6).add("a", RED).add("b", RED).add("c").strip()] == ["ab", "c   "]


def test_text_on_the_right_is_left_out_if_it_doesnt_fit() -> None:
    assert Row(8).add("abc").right("xyz").strip().text == "abc  xyz"
    assert Row(5).add("abc").right("xyz").strip().text == "abc  "
    assert Row(5).add("abc").fit("xyz").fit("yz").strip().text == "abcyz"


def test_what_a_terminal_would_act_on_is_shown_as_a_question_mark() -> None:
    assert printable("a\x1b[31mb\nc\x07\u202e") == "a?[31mb?c??"
    assert Row(5).add("a\tb").strip().text == "a?b  "


def test_a_style_behind_a_row_lies_under_all_of_it() -> None:
    behind = Style(bgcolor="blue")
    assert all(segment.style is not None and segment.style.bgcolor == behind.bgcolor for segment in Row(5).add("a", RED).strip(behind))


def test_lines_are_filled_up_and_cut_off_to_the_height() -> None:
    strips = written("one two three", 5, RED)
    assert [strip.text for strip in filled(strips, 5, 4)] == ["one  ", "two  ", "three", "     "]
    assert len(filled(strips, 5, 2)) == 2


@pytest.mark.parametrize("width", [1, 2, 3, 7, 20])
def test_wrapped_text_loses_nothing_and_is_never_too_wide(width: int) -> None:
    text = "a bb ccc donaudampfschiff 寿司屋 e"
    lines = wrapped(text, width)
    assert all(cell_len(line) <= max(width, 2) for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_nothing_fits_into_no_width() -> None:
    assert wrapped("abc", 0) == []


def test_listed_words_are_broken_only_between_them() -> None:
    assert listed(["adam 0.01", "batch 10", "one_cycle"], 20) == ["adam 0.01, batch 10", "one_cycle"]


def test_columns_are_kept_in_the_order_of_their_importance() -> None:
    assert kept(10, [("first", 6), ("second", 6), ("third", 4)]) == {"first": 6, "third": 4}


@pytest.mark.parametrize(
    ("count", "rows", "focus", "expected"),
    [
        (5, 9, 3, range(0, 5)),
        (100, 10, 0, range(0, 10)),
        (100, 10, 50, range(45, 55)),
        (100, 10, 99, range(90, 100)),
        (0, 5, 0, range(0, 0)),
    ],
)
def test_a_window_holds_its_focus_in_the_middle_where_it_can(count: int, rows: int, focus: int, expected: range) -> None:
    assert window(count, rows, focus) == expected


def test_words_that_are_too_long_end_in_an_ellipsis_between_two_of_them() -> None:
    assert Row(12).short("all of it", "…").strip().text == "all of it   "
    assert Row(12).short("layer 4 is slow", "…").strip().text == "layer 4 is… "
    assert Row(4).add("abcd").short("layer", "…").strip().text == "abcd"
