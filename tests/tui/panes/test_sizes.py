"""Whatever a pane is given to show, and however little room: exact lines, nothing that a terminal would act on, no error."""

from __future__ import annotations

from itertools import pairwise

import pytest
from rich.cells import cell_len

from nntui.tui.panes.catalogue import PANES
from panes.hostile import VIEWS
from panes.made import ASCII, LOOKS

SIZES = [(1, 1), (2, 3), (3, 2), (7, 5), (12, 4), (20, 4), (21, 9), (24, 6), (40, 7), (40, 13), (61, 22), (120, 3), (200, 60)]
SOME_SIZES = [(1, 1), (5, 3), (20, 4), (40, 12), (90, 25)]


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("pane", PANES)
def test_every_size_is_filled_exactly_whatever_there_is_to_show(pane: str, name: str) -> None:
    for width, height in SIZES:
        strips = PANES[pane].lines(VIEWS[name], width, height, LOOKS["colour"])
        assert len(strips) == height
        assert {strip.cell_length for strip in strips} == {width}
        assert {sum(cell_len(segment.text) for segment in strip) for strip in strips} == {width}


@pytest.mark.parametrize("width", range(1, 201, 7))
def test_every_width_is_filled_exactly(width: int) -> None:
    for pane in PANES.values():
        for height in (1, 4, 11):
            strips = pane.lines(VIEWS["healthy"], width, height, LOOKS["no colour"])
            assert [strip.cell_length for strip in strips] == [width] * height


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_no_room_at_all_is_no_error(size: tuple[int, int]) -> None:
    width, height = size
    for pane in PANES.values():
        strips = pane.lines(VIEWS["healthy"], width, height, LOOKS["colour"])
        assert [strip.cell_length for strip in strips] == [width] * height


@pytest.mark.parametrize("kind", LOOKS)
@pytest.mark.parametrize("pane", PANES)
def test_every_kind_of_terminal_is_served(pane: str, kind: str) -> None:
    for shown in VIEWS.values():
        for width, height in SOME_SIZES:
            for strip in PANES[pane].lines(shown, width, height, LOOKS[kind]):
                assert all(segment.text.isprintable() for segment in strip)


@pytest.mark.parametrize("pane", PANES)
def test_a_terminal_without_unicode_gets_ascii_only(pane: str) -> None:
    for name, shown in VIEWS.items():
        for width, height in SOME_SIZES:
            assert all(strip.text.isascii() for strip in PANES[pane].lines(shown, width, height, ASCII)), name


@pytest.mark.parametrize("pane", PANES)
def test_without_braille_no_braille_is_drawn(pane: str) -> None:
    for shown in VIEWS.values():
        for strip in PANES[pane].lines(shown, 60, 20, LOOKS["no braille"]):
            assert not any("\u2800" <= character <= "\u28ff" for character in strip.text)


@pytest.mark.parametrize("pane", PANES)
def test_without_colour_no_colour_is_used(pane: str) -> None:
    for shown in VIEWS.values():
        for strip in PANES[pane].lines(shown, 60, 20, LOOKS["no colour"]):
            assert all(segment.style is None or (segment.style.color is None and segment.style.bgcolor is None) for segment in strip)


@pytest.mark.parametrize("pane", PANES)
def test_neighbours_of_one_style_are_one_segment(pane: str) -> None:
    for strip in PANES[pane].lines(VIEWS["healthy"], 80, 24, LOOKS["colour"]):
        styles = [segment.style for segment in strip]
        assert all(before != after for before, after in pairwise(styles))


@pytest.mark.parametrize("pane", PANES)
def test_title_subtitle_and_help_are_there_for_everything(pane: str) -> None:
    assert PANES[pane].KEY in (*range(10), "O")
    assert PANES[pane].HELP.startswith("## ")
    for heard in ("Look for", "Common mistakes", "*"):
        assert heard in PANES[pane].HELP
    for shown in VIEWS.values():
        assert PANES[pane].title(shown)
        assert isinstance(PANES[pane].subtitle(shown), str)
