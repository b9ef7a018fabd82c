"""What was found as lines: exact at every size and in every terminal, and with the numbers that it is about."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from panes.made import LOOKS
from rich.cells import cell_len

from inspecting.made import NAMES, aspect, value
from nntui.inspection.aspects import ASPECTS
from nntui.inspection.reliability import Calibration
from nntui.inspection.walk import Walk
from nntui.tui.inspect import walk
from nntui.tui.inspect.answers import abbreviated
from nntui.tui.inspect.canvas import Canvas
from nntui.tui.inspect.catalogue import MANNERS
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.inspect.explained import HELP
from nntui.tui.inspect.keys import ACTIONS
from nntui.tui.screens.inspect import Inspect

START = Cursor()
SIZES = [(1, 1), (3, 2), (9, 5), (20, 4), (40, 12), (80, 20), (120, 36), (200, 60)]


def drawn(name: str, cursor: Cursor = START, width: int = 120, height: int = 36, look: str = "colour") -> str:
    return "\n".join(strip.text for strip in MANNERS[aspect(name)].lines(value(name), cursor, width, height, LOOKS[look]))


def test_every_aspect_has_a_manner_a_help_and_a_picture_in_these_tests() -> None:
    names = [one.name for one in ASPECTS]
    assert list(MANNERS) == names and list(HELP) == names
    assert set(map(aspect, NAMES)) == set(names)


def test_every_key_does_something_and_no_key_means_two_things() -> None:
    keys = [key for action in ACTIONS for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert all(callable(getattr(Inspect, f"do_{action.id}")) for action in ACTIONS)


@pytest.mark.parametrize("kind", LOOKS)
@pytest.mark.parametrize("name", NAMES)
def test_every_size_and_terminal_is_filled_exactly(name: str, kind: str) -> None:
    found, manner, look = value(name), MANNERS[aspect(name)], LOOKS[kind]
    rows, columns = manner.extent(found)
    last = Cursor(rows - 1, columns - 1)
    for width, height in SIZES if kind == "colour" else SIZES[::3]:
        for cursor in (Cursor(), last):
            strips = manner.lines(found, cursor, width, height, look)
            assert len(strips) == height
            assert {sum(cell_len(segment.text) for segment in strip) for strip in strips} == {width}
            text = "".join(strip.text for strip in strips)
            assert text.isprintable() and (look.unicode or text.isascii())


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("walk")])
def test_every_stage_of_a_walk_can_be_drawn_at_its_first_and_last_number(name: str) -> None:
    found = value(name)
    assert isinstance(found, Walk)
    for item in range(len(found.stages)):
        rows, columns = walk.extent(found, item)
        for cursor in (Cursor(0, 0, item), Cursor(rows - 1, columns - 1, item)):
            for width, height in ((1, 1), (40, 8), (80, 20)):
                strips = walk.lines(found, cursor, width, height, LOOKS["colour"])
                assert [strip.cell_length for strip in strips] == [width] * height


def test_the_chain_rule_stands_there_with_its_numbers() -> None:
    found = value("walk: a plane")
    assert isinstance(found, Walk)
    item = next(i for i, stage in enumerate(found.stages) if stage.way == "backward" and stage.path == "2.dense")
    affine = found.stages[item].affine
    assert affine is not None
    text = drawn("walk: a plane", Cursor(4, 1, item))
    product = affine.weight(4, 1)
    assert product is not None
    assert "dL/dw[4,1] =" in text and "x[4]" in text and "δ[1]" in text
    assert f"= {product.total:.8g}" in text and f"the engine has {product.engine:.8g}" in text
    assert "dL/db[1]" in text
    now = float(affine.W[4, 1])
    assert f"on this example alone: {now - 0.02 * product.total:.6g}" in text


def test_what_goes_on_down_is_a_sum_over_the_units_that_read_it() -> None:
    found = value("walk: a plane")
    assert isinstance(found, Walk)
    item = next(i for i, stage in enumerate(found.stages) if stage.way == "backward" and stage.path == "2.dense")
    affine = found.stages[item].affine
    assert affine is not None and affine.dx is not None
    text = drawn("walk: a plane", Cursor(len(affine.W) + 1 + 3, 0, item))
    assert "dL/dx[3] =" in text and "w[3,0]" in text and "w[3,1]" in text
    assert f"the engine has {affine.dx[3]:.8g}" in text


def test_names_that_are_cut_can_still_be_told_apart() -> None:
    assert abbreviated(("disc", "square"), 3) == ["dis", "squ"]
    assert abbreviated(("class_0", "class_1"), 3) == ["s_0", "s_1"]
    assert abbreviated(("class_0_left", "class_1_left"), 4) == ["0", "1"]


def test_a_number_that_the_engine_has_otherwise_is_marked() -> None:
    found = value("walk: a plane")
    assert isinstance(found, Walk)
    stage = found.stages[0]
    assert stage.affine is not None
    good = walk.lines(found, Cursor(), 80, 20, LOOKS["colour"])
    before = stage.affine.y[0]
    stage.affine.y[0] += 1.0
    bad = walk.lines(found, Cursor(), 80, 20, LOOKS["colour"])
    stage.affine.y[0] = before

    def styles(strips: list) -> list:  # type: ignore[type-arg]
        return [segment.style for strip in strips for segment in strip if "the engine has" in segment.text]

    assert styles(good) == [LOOKS["colour"].healthy] and styles(bad) == [LOOKS["colour"].error]


def test_a_weight_is_named_as_it_would_be_set() -> None:
    text = drawn("weights: a small matrix", Cursor(1, 4))
    found = value("weights: a small matrix")
    assert "0.dense.W[1][4] = " in text and "e changes it" in text
    assert f"{float(found.matrix[1, 4]):.4g}"[:5] in text  # type: ignore[attr-defined]


def test_numbers_that_are_none_are_marked_and_counted() -> None:
    found = value("weights: a small matrix")
    matrix = found.matrix.copy()  # type: ignore[attr-defined]
    matrix[0, 0], matrix[1, 1] = np.nan, np.inf
    broken = dataclasses.replace(found, matrix=matrix, bad=2)  # type: ignore[type-var]
    text = "\n".join(strip.text for strip in MANNERS["weights"].lines(broken, Cursor(), 100, 20, LOOKS["colour"]))
    assert "NaN" in text and "2 not finite" in text


def test_the_cell_of_a_confusion_matrix_tells_its_examples() -> None:
    found = value("confusion: images")
    truth, said, many = found.confused()[0]  # type: ignore[attr-defined]
    text = drawn("confusion: images", Cursor(truth, said))
    names = found.classes  # type: ignore[attr-defined]
    assert f"{names[truth]} taken for {names[said]}: {many}" in text and "most often confused" in text
    assert f"1/{many}: #" in text and f"2/{many}: #" in drawn("confusion: images", Cursor(truth, said, 1))


def test_words_that_don_t_fit_end_in_an_ellipsis_and_bars_and_words_that_do_are_whole() -> None:
    canvas = Canvas(12, 3, LOOKS["colour"])
    canvas.put(0, 0, "15 % and 12 %")
    canvas.put(0, 1, "15 % and 12%  ")
    canvas.put(0, 2, "█" * 13)
    assert [strip.text for strip in canvas.strips()] == ["15 % and 12…", "15 % and 12%", "█" * 12]


def test_a_gap_of_nothing_has_no_sign() -> None:
    found = value("calibration: a plane")
    assert isinstance(found, Calibration)
    even = dataclasses.replace(found, confidence=found.accuracy + 0.001)
    lines = [strip.text for strip in MANNERS["calibration"].lines(even, START, 80, 20, LOOKS["colour"])]
    assert {line[39:47].strip() for line in lines[3:13]} == {"0", "-"}


def test_an_id_is_shown_as_one_beside_the_vector_it_stands_for() -> None:
    found = value("walk: text")
    assert isinstance(found, Walk)
    stage = found.stages[0]
    lines = drawn("walk: text").splitlines()
    header = next(i for i, line in enumerate(lines) if "y[.,0]" in line)
    for place in range(3):
        _, _, id, first = f"  {lines[header + 1 + place].strip(' ▸')}".replace(str(place), f"_ {place}", 1).split()[0:4]
        assert int(id) == stage.x[place] and abs(float(first) - stage.y[place * stage.y_shape[-1]]) < 1e-3


def test_attention_says_in_words_where_a_place_looks() -> None:
    text = drawn("attention: letters", Cursor(0, 1))
    assert "head 1 of 2" in text and "place 0" in text and "100 %" in text


def test_without_colour_signs_are_told_by_glyphs() -> None:
    text = drawn("weights: a wide matrix", look="no colour")
    assert set(text) & set("░▒▓█") and set(text) & set("-=≡")


def test_words_say_what_is_shown() -> None:
    assert "bits a row" in drawn("attention: letters")
    assert "principal components" in drawn("hidden: a plane")
    assert "first / largest" in drawn("time: fifty steps")
    assert "expected calibration error" in drawn("calibration: a plane")
    assert "along two random directions" in drawn("landscape: a plane")
    assert "after 'e'" in drawn("predict: a text")
    assert "response over x" in drawn("neuron: over the plane")
    assert "nearest by angle" in drawn("embedding: letters")
