"""nntui inspect: what it prints, its JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import nntui
from nntui.cli import program
from nntui.runs.run import Run
from nntui.training.running import train


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("NNTUI_GLYPHS", raising=False)


@pytest.fixture
def run() -> Run:
    return train(nntui.load("xor").set("training.epochs=40"), "xor")


def inspect(*args: str) -> Result:
    result = CliRunner().invoke(program, ["inspect", *args], prog_name="nntui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_without_a_wish_it_says_what_there_is(run: Run) -> None:
    text = inspect(run.name).output
    assert f"checkpoints 0 (the start), {run.status.step}" in text
    assert "--what weights" in text and "of 0.dense" in text and "attention" not in text
    assert json.loads(inspect(run.name, "--json").output)["steps"] == [0, run.status.step]


def test_the_matrix_is_printed_and_its_numbers_are_the_checkpoints(run: Run) -> None:
    assert "0.dense.W[0][0] = " in inspect(run.name, "--what", "weights").output
    found = json.loads(inspect(run.name, "--what", "weights", "--json").output)
    trainer = nntui.Trainer(run.experiment, "numpy")
    trainer.step(run.status.step)
    assert found["step"] == run.status.step and found["layer"] == "0.dense"
    assert found["value"]["matrix"] == trainer.network.params["0.dense.W"].tolist()
    started = json.loads(inspect(run.name, "--what", "weights", "--step", "0", "--json").output)
    assert started["value"]["matrix"] != found["value"]["matrix"]


def test_the_walk_is_printed_whole(run: Run) -> None:
    text = inspect(run.name, "--what", "walk", "--part", "train").output
    for expected in ("forward 1/", "the loss", "backward", "dL/dw[0,0] =", "the engine has"):
        assert expected in text


@pytest.mark.parametrize("what", ["neuron", "hidden", "confusion", "losses", "calibration", "predict", "landscape"])
def test_every_aspect_is_valid_json_and_text_without_colour(run: Run, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntui.inspection.landscape.POINTS", 3)
    found = json.loads(inspect(run.name, "--what", what, "--json").output)
    assert found["aspect"] == what and found["value"]
    text = inspect(run.name, "--what", what).output
    assert "\x1b" not in text and len(text.splitlines()) > 3


def test_an_example_can_be_typed_and_an_untrained_preset_looked_at() -> None:
    assert "what you typed" in inspect("xor", "--what", "predict", "--input", "1, 0").output
    assert "start" in inspect("spiral", "--what", "confusion").output


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("xor", "--what", "attention"), "no layer of this network has attention"),
        (("xor", "--what", "weights", "--layer", "1.relu9"), "there is no layer '1.relu9'; there are 0.dense"),
        (("xor", "--what", "weights", "--step", "9"), "no checkpoint yet"),
        (("xor", "--what", "predict", "--input", "z = 1"), "there is no input 'z'"),
        (("diabetes", "--what", "confusion"), "not classes"),
        (("nothing-like-it",), "there is no preset, file or run"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence_with_exit_code_2(args: tuple[str, ...], sentence: str) -> None:
    result = inspect(*args)
    assert result.exit_code == 2 and sentence in result.output and "Traceback" not in result.output
