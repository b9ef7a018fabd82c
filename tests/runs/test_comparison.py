"""Two experiments side by side: every value and every layer that differs, and nothing else."""

from __future__ import annotations

import json
import math

from click.testing import CliRunner
from run_records import evaluation, experiment, steps

from nntui.cli import program
from nntui.lookup import load
from nntui.runs.comparison import Change, Line, Outcome, compare
from nntui.runs.history import History


def past(*losses: float) -> History:
    history = History()
    for step, loss in enumerate(losses, 1):
        history.extend([steps(step, loss=loss), evaluation(step, "validation", loss + 1.0, accuracy=1.0 - loss)])
    return history


def test_an_experiment_does_not_differ_from_itself() -> None:
    found = compare(experiment(), experiment("title=Another"))
    assert found.changes == found.layers == found.outcomes == []


def test_values_that_differ_are_named_with_both_sides() -> None:
    found = compare(experiment(), experiment("optimizer.kind=sgd", "optimizer.momentum=0.9", "seed=3", "training.clip_norm=1.0"))
    changes = {change.name: change for change in found.changes}
    assert changes["optimizer.kind"] == Change("optimizer.kind", "adam", "sgd")
    assert changes["optimizer.momentum"] == Change("optimizer.momentum", None, 0.9)
    assert changes["seed"] == Change("seed", 0, 3)
    assert changes["training.clip_norm"] == Change("training.clip_norm", None, 1.0)
    assert not any(name.startswith(("data", "loss", "network", "layers")) for name in changes)


def test_layers_are_compared_one_by_one() -> None:
    found = compare(experiment(), experiment('network=[{layer="dense",units=4},{layer="relu"},{layer="dropout"},{layer="dense",units=2}]'))
    assert [(line.mark, line.layer.split('"')[1]) for line in found.layers] == [
        (" ", "dense"), ("-", "tanh"), ("+", "relu"), ("+", "dropout"), (" ", "dense"),
    ]  # fmt: skip
    assert Line("-", '{ layer = "tanh" }') in found.layers and found.changes == []


def test_curves_are_compared_by_their_ends_and_their_best_points() -> None:
    found = compare(experiment(), experiment("seed=1"), past(0.5, 0.2, 0.3), past(0.5, math.nan))
    outcomes = {one.curve: one for one in found.outcomes}
    assert outcomes["loss"] == Outcome("loss", 0.3, 0.5, 0.2, 0.5, 2, 1)
    assert outcomes["val_accuracy"].best_a == 0.8 and outcomes["val_accuracy"].step_a == 2, "the highest is the best"


def test_nntui_diff_tells_and_ends_like_diff() -> None:
    told = CliRunner().invoke(program, ["diff", "vanishing-sigmoid", "vanishing-fixed"])
    assert told.exit_code == 1 and '- { layer = "sigmoid" }' in told.output and '+ { layer = "relu" }' in told.output
    same = CliRunner().invoke(program, ["diff", "spiral", "spiral"])
    assert (same.exit_code, same.output) == (0, "nothing differs\n")
    found = json.loads(CliRunner().invoke(program, ["diff", "wine-raw", "wine-standardized", "--json"]).output)
    assert {"name": "data.scale", "a": load("wine-raw").data.scale, "b": "standardize"} in found["changes"]
    assert CliRunner().invoke(program, ["diff", "spiral", "nothing-like-it"]).exit_code == 2
