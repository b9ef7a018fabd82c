"""Header, footer and the choice of panes, line by line, without an app."""

from __future__ import annotations

import re

import pytest
from played import Played

from nntui.experiment import Experiment
from nntui.measurements import State, Status
from nntui.nn.plan import plan
from nntui.tui.arrangement import AT_WISH, COLUMNS, visible
from nntui.tui.draft import Draft
from nntui.tui.footer import footer, hints
from nntui.tui.header import Head, architecture, header
from nntui.tui.line import paragraph
from nntui.tui.look import Look
from nntui.tui.workbench import Workbench

PLAIN = Look.plain()
PANES = [name for names in COLUMNS.values() for name in names]


def head(experiment: Experiment, state: State = "training", **status: float) -> Head:
    values = {"step": 740, "total_steps": 4000, "epoch": 37.0, "epochs": 200, "steps_per_second": 31.0, "examples_per_second": 31200.0}
    told = Status(state, backend="numpy", measuring=0.014, **(values | status))  # type: ignore[arg-type]
    return Head("spiral", plan(experiment.network, (2,)), "auto", state, told, False, False)


def test_the_header_tells_what_is_trained_where_how_fast_and_how_far(tiny: Experiment) -> None:
    line = header(head(tiny), 140, PLAIN).text
    assert re.fullmatch(
        r" nntui  spiral  2-4-2 +numpy · 31\.2k examples/s · measuring 1\.4 %   ● training   epoch  37/200   1m45s left ", line
    )


def test_nothing_in_the_header_moves_while_numbers_change(tiny: Experiment) -> None:
    lines = [
        header(head(tiny, epoch=epoch, examples_per_second=speed, step=step), 140, PLAIN).text
        for epoch, speed, step in ((0.3, 999.0, 5), (9.9, 31200.0, 500), (150.0, 1.2e6, 3990))
    ]
    for word in ("numpy", "examples/s", "measuring", "● training", "epoch", "left"):
        assert len({line.index(word) for line in lines}) == 1, word


@pytest.mark.parametrize("width", [1, 10, 20, 40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("state", ["training", "paused", "finished", "diverged", "killed", "starting"])
def test_the_header_fits_any_width_and_keeps_the_state_longest(tiny: Experiment, width: int, state: State) -> None:
    line = header(head(tiny, state), width, PLAIN)
    assert line.cell_length == width
    if width >= 40:
        assert state in line.text and "spiral" in line.text


def test_an_architecture_is_its_sizes_and_a_deep_one_is_shortened(tiny: Experiment) -> None:
    from nntui.nn.dense import Dense

    assert architecture(plan(tiny.network, (2,))) == "2-4-2"
    assert architecture(plan(tiny.network, (8, 4))) == "8×4-8×4-8×2"
    assert architecture(plan(tuple(Dense(n) for n in range(10, 30)), (2,))) == "2-10-11-12-…-27-28-29"


def test_the_footer_shows_what_matters_now(tiny: Experiment, played: Played) -> None:
    bench = Workbench(tiny, "tiny")

    def keys(width: int = 200) -> str:
        return footer(hints(bench, several=True), width, PLAIN).text

    assert " space train " in keys() and " [ ] rate " in keys() and "undo" not in keys()
    bench.alter(Draft.delete)
    assert " u undo " in keys()
    bench.undo()
    wish = bench.train()
    assert wish is not None
    bench.attach(played.start(wish), wish.experiment)
    assert " space pause " in keys() and " a add " not in keys() and " i inspect " in keys()
    played.end("finished")
    bench.poll()
    assert " space again " in keys() and " r reset " in keys() and " i inspect " in keys()
    for width in (12, 20, 40, 60, 80):
        assert keys(width).strip().startswith("space") and len(keys(width)) == width


def test_a_big_screen_shows_every_pane_and_any_screen_the_focused_one() -> None:
    assert visible(120, 50, "network", "boundary") == set(PANES) - set(AT_WISH)
    assert visible(120, 40, "network", "boundary") == set(PANES) - set(AT_WISH) - {"findings"}
    assert visible(120, 40, "loss", "boundary", below="findings") == set(PANES) - set(AT_WISH) - {"run"}
    for columns in (1, 40, 71, 72, 109, 110, 300):
        for rows in (1, 10, 17, 18, 31, 32, 100):
            for focused in PANES:
                for beside in ("flow", "boundary", "activations"):
                    shown = visible(columns, rows, focused, beside if focused in ("network", "run", "findings", "loss") else focused)
                    assert focused in shown
                    assert visible(columns, rows, focused, beside, zoomed=True) == {focused}


def test_a_usual_terminal_shows_network_loss_and_one_more() -> None:
    assert visible(80, 24, "network", "boundary") == {"network", "loss", "boundary"}
    assert visible(80, 24, "activations", "activations") == {"network", "loss", "activations"}
    assert visible(40, 10, "loss", "boundary") == {"loss"}


def test_a_long_story_ends_in_an_ellipsis() -> None:
    assert paragraph("one two three", 7, 2) == ["one two", "three"]
    assert paragraph("one two three four", 7, 2) == ["one two", "three…"]
    assert paragraph("", 7, 2) == []
