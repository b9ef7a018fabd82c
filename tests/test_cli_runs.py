"""nntui runs, label, delete and trash."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nntui.cli import program
from nntui.lookup import load
from nntui.runs.directory import create, list_runs


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def nntui(*args: str, code: int = 0) -> str:
    result = CliRunner().invoke(program, args, prog_name="nntui")
    assert result.exit_code == code, result.output
    return click.unstyle(result.output)


@pytest.fixture
def made() -> list[str]:
    """Names of an xor run and two spirals."""
    spiral = load("spiral")
    paths = [create(load("xor"), "xor"), create(spiral, "spiral"), create(spiral.set("optimizer.learning_rate=0.5"), "spiral")]
    return [path.name for path in paths]


def test_runs_are_filtered_by_expression_and_condition(made: list[str]) -> None:
    assert nntui("runs", "^x").count("\n") == 2
    assert made[2] in nntui("runs", "--where", "learning_rate == 0.5") and nntui("runs", "--where", "learning_rate == 0.5").count("\n") == 2
    assert nntui("runs", "nothing-like-it") == "none of 3 runs is meant by that\n"
    assert "no run has lerning_rate: did you mean" in nntui("runs", "--where", "lerning_rate > 1", code=2)
    assert "regular expression" in nntui("runs", "(", code=2)


def test_runs_are_sorted_limited_and_say_how_they_differ(made: list[str]) -> None:
    lines = nntui("runs", "--sort", "learning_rate", "--limit", "2", "--reverse", "spiral").splitlines()
    assert lines[0].split()[-1] == "differs" and "learning_rate 0.5" in lines[1] and len(lines) == 3
    assert made[2] in lines[1]
    assert "can't be sorted by nonsense" in nntui("runs", "--sort", "nonsense", code=2)


def test_json_has_everything_by_name(made: list[str]) -> None:
    rows = json.loads(nntui("runs", "--json"))
    assert {row["run"] for row in rows} == set(made)
    assert all(row["state"] == "stopped" and row["layers"] and row["path"].endswith(row["run"]) for row in rows)
    assert json.loads(nntui("runs", "--json", "nothing")) == []


def test_labels_are_written_read_and_taken_back(made: list[str]) -> None:
    told = nntui("label", made[0], "--name", "My XOR", "--tag", "good", "--tag", "small", "--note", "works", "--pin")
    assert told == f"{made[0]}  My XOR  #good  #small  pinned\nworks\n"
    assert nntui("label", "my xor", "--untag", "small", "--unpin", "--note", "") == f"{made[0]}  My XOR  #good\n"
    assert nntui("label", made[0]) == f"{made[0]}  My XOR  #good\n"
    assert f"My XOR ({made[0]})" in nntui("runs", "--where", '"good" in tags')
    assert "one word" in nntui("label", made[0], "--tag", "two words", code=2)
    assert "untrained" not in nntui("show", "my xor") and "XOR" in nntui("show", "my xor")


def test_what_is_deleted_can_be_had_back_until_the_trash_is_emptied(made: list[str]) -> None:
    assert nntui("trash") == "the trash is empty\n"
    nntui("delete", made[0], made[1])
    assert [run.name for run in list_runs()] == [made[2]]
    assert nntui("trash").count("\n") == 3
    assert "could be any of" in nntui("trash", "restore", "-", code=2)
    nntui("trash", "restore", made[0])
    assert {run.name for run in list_runs()} == {made[0], made[2]}
    assert nntui("trash", "empty") == "removed 1 run\n"
    assert "no run" in nntui("trash", "restore", made[1], code=2)
    assert "there is no run" in nntui("delete", made[1], code=2)
