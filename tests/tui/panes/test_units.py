"""The units pane: a picture for each hidden unit, in the theme's colours or as shades."""

from __future__ import annotations

import msgspec

from nntui.measurements import UnitMap
from nntui.tui.panes import units
from panes.made import ASCII, COLOUR, PLAIN, falling, history, surface, text, view

HALVES = bytes([1] * 72 + [255] * 72)
"""A picture whose upper half is most negative and whose lower half is most positive."""


def shown(*maps: UnitMap, **rest):  # type: ignore[no-untyped-def]
    return view(history=history(falling(), msgspec.structs.replace(surface(), units=maps)), **rest)


def test_each_layer_is_a_row_with_its_name() -> None:
    maps = [UnitMap(path, 2, 12, 12, 1.0, HALVES * 2) for path in ("1.tanh", "3.tanh")]
    drawn = text(units.lines(shown(*maps), 40, 14, PLAIN)).splitlines()
    assert [line.split()[:2] for line in drawn if line.strip()[:1].isdigit()] == [["1", "tanh"], ["3", "tanh"]]


def test_the_upper_half_of_a_picture_is_above_the_lower_one() -> None:
    drawn = text(units.lines(shown(UnitMap("1.tanh", 1, 12, 12, 1.0, HALVES)), 24, 12, PLAIN)).splitlines()
    rows = [line[7:].strip() for line in drawn if line.strip()]
    assert "█" not in rows[0] and set(rows[-1]) == {"█"}
    coloured = units.lines(shown(UnitMap("1.tanh", 1, 12, 12, 1.0, HALVES)), 24, 12, COLOUR)
    backgrounds = {segment.style.bgcolor for strip in coloured for segment in strip if segment.style and segment.style.bgcolor}
    assert backgrounds == {COLOUR.ramp[0], COLOUR.ramp[-1]}


def test_of_many_layers_those_around_the_selected_one_are_shown() -> None:
    maps = [UnitMap(f"{2 * index + 1}.tanh", 8, 12, 12, 1.0, HALVES * 8) for index in range(8)]
    small = text(units.lines(shown(*maps, selected="13.tanh"), 30, 6, PLAIN))
    assert "13 tanh"[:6] in small and " 1 tanh" not in small


def test_without_pictures_it_says_what_brings_them_and_a_dead_layer_is_told() -> None:
    assert "data in a plane" in text(units.lines(view(), 60, 5, PLAIN))
    dead = shown(UnitMap("1.relu", 1, 12, 12, 0.0, bytes([128] * 144)))
    assert units.subtitle(dead) == "1.relu: nothing but zeros" and "@" in units.title(dead)
    assert text(units.lines(dead, 40, 10, ASCII)).isascii()
