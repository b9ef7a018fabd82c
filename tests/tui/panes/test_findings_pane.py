"""Pane 7 as lines: worst first, the selected one with its numbers, what was tried above, what is gone below and dim."""

from __future__ import annotations

import pytest

from nntui.diagnosis.comparison import Comparison
from nntui.diagnosis.diagnosis import Diagnosis
from nntui.diagnosis.finding import Finding
from nntui.diagnosis.tracker import Closed
from nntui.tui.consultation import Findings, Trial
from nntui.tui.panes import findings as pane
from nntui.tui.remedies import made
from nntui.tui.view import View
from panes.made import ASCII, COLOUR, TANH, experiment, text, view

DEAD = Finding("dead_units", "warning", "1.tanh", 40, {"share": 0.9}, "90 % of the units of layer 1 (tanh) are dead", ("initializer",))
FLAT = Finding("loss_not_falling", "note", None, 60, {}, "the loss hasn't fallen", follows="dead_units")
GONE = Closed(Finding("hot_update", "note", "0.dense", 3, {}, "layer 0 (dense) is hot"), 30)
BEFORE = experiment()
REMEDY = made("clip", "clip gradients to length 2", BEFORE, BEFORE.set("training.clip_norm=2.0"))


def seen(**values: object) -> View:
    given = {"diagnosis": Diagnosis((DEAD, FLAT), (GONE,), 80), "remedies": (REMEDY,), **values}
    return view(TANH, findings=Findings(**given))  # type: ignore[arg-type]


def drawn(shown: View, width: int = 60, height: int = 16) -> str:
    return text(pane.lines(shown, width, height, COLOUR))


def test_the_selected_finding_has_its_numbers_and_what_f_does() -> None:
    lines = drawn(seen()).splitlines()
    assert lines[0].startswith("▸▲ dead units  1.tanh") and lines[0].rstrip().endswith("since step 40")
    assert "90 % of the units" in lines[1] and "share 0.9" in lines[2]
    assert lines[3].strip() == "f: training.clip_norm 1 → 2"
    assert lines[4].startswith(" ○ loss not falling") and "(follows from dead units)" in lines[5]
    assert lines[6].strip().startswith("✓ gone since step 30: layer 0 (dense) is hot")
    assert pane.title(seen()) == "findings  1 warning  1 note"


def test_another_one_is_selected() -> None:
    lines = drawn(seen(selected=1)).splitlines()
    assert lines[0].startswith(" ▲ dead") and any(line.startswith("▸○ loss not falling") for line in lines)


@pytest.mark.parametrize(
    ("verdict", "said"), [("helped", "It helped"), ("worse", "It made it worse"), ("no difference", "It made no difference")]
)
def test_whether_what_was_tried_has_helped_stands_above_all(verdict: str, said: str) -> None:
    trial = Trial(DEAD, REMEDY, BEFORE)
    comparison = Comparison(verdict, "validation accuracy 0.5 → 0.9 at step 100", True)  # type: ignore[arg-type]
    told = " ".join(drawn(seen(trial=trial, comparison=comparison)).split())
    assert told.startswith("tried: training.clip_norm 1 → 2")
    assert f"{said}: validation accuracy 0.5 → 0.9 at step 100; dead units is still there." in told
    told = " ".join(drawn(seen(trial=trial, comparison=comparison, diagnosis=Diagnosis())).split())
    assert "dead units is gone, and nothing serious is left." in told


def test_nothing_wrong_is_said_before_and_while_it_trains() -> None:
    assert "Nothing is wrong with the description" in drawn(view(TANH))


def test_in_a_low_pane_the_selected_finding_stays_in_sight() -> None:
    many = tuple(Finding("dead_units", "warning", f"{n}.relu", 1, {}, f"layer {n} is dead") for n in range(20))
    for selected in (0, 7, 19):
        assert f"layer {selected} is dead" in drawn(seen(diagnosis=Diagnosis(many), selected=selected), 40, 6)


@pytest.mark.parametrize("width", [1, 7, 20, 36, 120])
@pytest.mark.parametrize("height", [0, 1, 4, 30])
def test_lines_fill_the_pane_exactly_and_letters_only_where_there_is_nothing_else(width: int, height: int) -> None:
    for look in (COLOUR, ASCII):
        strips = pane.lines(seen(trial=Trial(DEAD, REMEDY, BEFORE)), width, height, look)
        assert len(strips) == height and all(strip.cell_length == width for strip in strips)
        assert look is COLOUR or all(strip.text.isascii() for strip in strips)


def test_since_when_it_is_so_is_said_in_the_narrowest_pane() -> None:
    assert "are dead, since step 40" in " ".join(drawn(seen(), 30, 20).split())
    assert "are dead, since" not in " ".join(drawn(seen(), 60, 20).split())
