"""Curves: nothing that aborts plotext reaches it, no spike is lost, a gap stays a gap."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from rich.style import Style

from nntui.tui.look import Look
from nntui.tui.plots import Canvas, Curve, dashes, draw, finite_runs, thinned
from nntui.tui.ticks import Axis

NaN, INF = math.nan, math.inf
BRAILLE, BLOCKS, ASCII = Look.plain(), Look.plain(braille=False), Look.plain(unicode=False, braille=False)
UNIT = Axis(0.0, 1.0)
RED, BLUE = Style(color="red"), Style(color="blue")

LETHAL = {
    "gap and infinity": [1.0, NaN, INF, 3.0],
    "empty": [],
    "one point": [2.0],
    "all NaN": [NaN, NaN, NaN],
    "constant": [5.0] * 20,
    "enormous": [1e300, -1e300, 1.7976931348623157e308],
    "tiny": [5e-324, 1e-320, 0.0],
    "not positive": [-1.0, 0.0, 3.0],
    "only infinite": [INF, -INF],
}


def text(canvas: Canvas) -> list[str]:
    return ["".join(row) for row in canvas.characters]


@pytest.mark.parametrize("log", [False, True], ids=["linear", "log"])
def test_what_aborts_plotext_doesnt_abort_us(log: bool) -> None:
    # In another process: what plotext does with a NaN can't be caught.
    code = f"""
import math
from nntui.tui.look import Look
from nntui.tui.plots import Curve, draw
from nntui.tui.ticks import spanning
from rich.style import Style
nan, inf = math.nan, math.inf
for name, y in {LETHAL!r}.items():
    known = [value for value in y if math.isfinite(value)] or [0.0]
    axis = spanning(min(known), max(max(known), 1e-9) if {log} else max(known), log={log})
    for look in (Look.plain(), Look.plain(braille=False), Look.plain(unicode=False, braille=False)):
        for dashed in (False, True):
            for size in ((1, 1), (30, 8)):
                across = spanning(0.0, float(len(y)))
                canvas = draw([Curve(range(len(y)), y, Style(), dashed)], *size, across, axis, look)
                assert (canvas.width, canvas.height) == size, name
print("alive")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr[-2000:]


def test_plotext_is_imported_only_when_a_curve_is_drawn() -> None:
    code = "import sys, nntui.tui.plots, nntui.tui.panes.catalogue; print('plotext' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"


def test_a_curve_goes_from_corner_to_corner() -> None:
    canvas = draw([Curve([0.0, 1.0], [0.0, 1.0], RED)], 10, 5, UNIT, UNIT, BRAILLE)
    lines = text(canvas)
    assert lines[4][0] != " " and lines[0][9] != " "
    assert lines[0][0] == " " and lines[4][9] == " "


@pytest.mark.parametrize("look", [BRAILLE, BLOCKS, ASCII], ids=["braille", "blocks", "ascii"])
def test_places_are_the_same_with_every_kind_of_marker(look: Look) -> None:
    canvas = draw([Curve([0.0, 1.0], [0.5, 0.5], RED)], 12, 5, UNIT, UNIT, look)
    assert [row for row in range(5) if text(canvas)[row].strip()] == [2]
    assert len(text(canvas)[2].strip()) == 12


def test_every_curve_has_its_own_style_and_later_ones_lie_on_top() -> None:
    flat = Curve([0.0, 1.0], [0.1, 0.1], RED)
    steep = Curve([0.0, 1.0], [0.0, 1.0], BLUE)
    canvas = draw([flat, steep], 20, 8, UNIT, UNIT, BRAILLE)
    styles = {style for row in canvas.styles for style in row if style is not None}
    assert styles == {RED, BLUE}
    assert canvas.styles[7][0] is BLUE and canvas.styles[7][19] is RED


def test_a_missing_value_is_a_gap() -> None:
    x = [index / 20 for index in range(21)]
    y = [NaN if 8 <= index <= 12 else 0.5 for index in range(21)]
    line = text(draw([Curve(x, y, RED)], 20, 1, UNIT, UNIT, BRAILLE))[0]
    assert line[:7].strip() and line[13:].strip()
    assert line[8:12] == "    "


def test_a_single_point_can_be_seen() -> None:
    assert "•" in text(draw([Curve([0.5], [0.5], RED)], 9, 3, UNIT, UNIT, BRAILLE))[1]
    assert "*" in text(draw([Curve([0.5], [0.5], RED)], 9, 3, UNIT, UNIT, ASCII))[1]


def test_a_dashed_curve_has_gaps_and_a_solid_one_has_none() -> None:
    dashed = text(draw([Curve([0.0, 1.0], [0.5, 0.5], RED, dashed=True)], 24, 1, UNIT, UNIT, BRAILLE))[0]
    solid = text(draw([Curve([0.0, 1.0], [0.5, 0.5], RED)], 24, 1, UNIT, UNIT, BRAILLE))[0]
    assert " " not in solid
    assert 6 <= dashed.count(" ") <= 10


def test_curves_are_told_apart_by_letters_where_there_are_only_letters() -> None:
    curves = [Curve([0.0, 1.0], [0.1, 0.1], RED, symbol="*"), Curve([0.0, 1.0], [0.9, 0.9], BLUE, dashed=True, symbol="o")]
    assert text(draw(curves, 8, 3, UNIT, UNIT, ASCII)) == ["oooooooo", "        ", "********"]


def test_values_beyond_the_axis_lie_on_its_end() -> None:
    canvas = draw([Curve([0.0, 1.0], [7.0, 7.0], RED)], 10, 4, UNIT, UNIT, BRAILLE)
    assert text(canvas)[0].strip() and not any(line.strip() for line in text(canvas)[1:])


def test_finite_runs_split_where_either_coordinate_is_no_number() -> None:
    assert finite_runs([0, 1, NaN, 3, 4], [1, 2, 3, INF, 5]) == [[(0, 1), (1, 2)], [(4, 5)]]
    assert finite_runs([], []) == []


def test_thinning_keeps_least_and_greatest_of_every_column_in_their_order() -> None:
    points = [(index / 1000, 0.5) for index in range(1000)]
    points[503] = (0.503, 0.99)
    points[507] = (0.507, 0.01)
    found = thinned(points, 20)
    assert len(found) <= 2 * 20
    assert found.index((0.503, 0.99)) + 1 == found.index((0.507, 0.01))


def test_few_points_are_left_alone() -> None:
    points = [(0.0, 0.1), (0.5, 0.9), (1.0, 0.2)]
    assert thinned(points, 10) == points


def test_dashes_follow_the_line() -> None:
    for dash in dashes([(0.0, 0.0), (1.0, 1.0)], 30):
        assert all(up == pytest.approx(across) for across, up in dash)


def test_runs_of_a_canvas_cover_its_width() -> None:
    canvas = Canvas(6, 1)
    canvas.write(2, 0, "ab", RED)
    canvas.put(9, 0, "x", RED)
    assert [(piece, style) for piece, style in canvas.runs(0)] == [("  ", Style()), ("ab", RED), ("  ", Style())]
