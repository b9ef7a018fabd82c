"""What layers cost and how far they see, where there is room to say it."""

from __future__ import annotations

import pytest

import nntui
from nntui.tui.panes import costs, network
from nntui.tui.view import View
from panes.made import ASCII, PLAIN, text


def shown(name: str) -> View:
    experiment = nntui.load(name)
    return View(experiment, experiment.check())


def row(drawn: str, part: str) -> list[str]:
    return next(line for line in drawn.splitlines() if part in line).split()


def test_a_wide_pane_says_what_layers_cost_and_see() -> None:
    drawn = text(network.lines(shown("digits-cnn"), 118, 34, PLAIN))
    assert row(drawn, "layer")[-4:] == ["out", "params", "mult-adds", "sees"]
    assert row(drawn, "2 conv2d")[-4:] == ["8×8×32", "4,640", "295k", "5×5"]
    assert row(drawn, "7 dense")[-2:] == ["32.8k", "all"]
    assert "multiply-adds per example, about" in drawn and "to train with batches of" in drawn


@pytest.mark.parametrize("width", [20, 37, 60, network.WIDE - 1])
def test_a_narrow_pane_keeps_to_shapes_and_parameters(width: int) -> None:
    drawn = text(network.lines(shown("digits-cnn"), width, 34, PLAIN))
    assert "mult-adds" not in drawn and "multiply-adds" not in drawn


def test_without_unicode_fields_are_written_with_an_x() -> None:
    assert row(text(network.lines(shown("unet-shapes"), 118, 40, ASCII)), "0 conv2d")[-1] == "3x3"


def test_costs_are_worked_out_once_for_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    view = shown("digits-cnn")
    first = costs.of(view.plan)
    monkeypatch.setattr(costs, "costs", None)
    assert costs.of(view.plan) is first
