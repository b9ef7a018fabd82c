"""nntui doctor: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nntui.cli import program
from nntui.experiment import Experiment
from nntui.runs.directory import find_run

HEALTHY = """
network = [{ layer = "dense", units = 16 }, { layer = "relu" }, { layer = "dense", units = 2 }]
data = { source = "moons", examples = 300 }
loss = { kind = "cross_entropy" }
optimizer = { kind = "adam", learning_rate = 0.01 }
training = { epochs = 40, batch_size = 32 }
"""
ZEROS = HEALTHY.replace("units = 16 }", 'units = 16, init = "zeros" }')
STATIC = {"rule", "severity", "layer", "step", "evidence", "sentence", "fixes"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "healthy.toml").write_text(HEALTHY)
    (tmp_path / "zeros.toml").write_text(ZEROS)
    return tmp_path


def doctor(*args: str) -> Result:
    result = CliRunner().invoke(program, ["doctor", *args], prog_name="nntui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def findings(*args: str) -> tuple[dict[str, Any], int]:
    result = doctor(*args, "--json")
    return json.loads(result.stdout), result.exit_code


def test_a_healthy_experiment_has_no_findings_and_ends_with_0() -> None:
    told, code = findings("healthy.toml")
    assert code == 0
    assert [one["rule"] for one in told["findings"] if one["severity"] != "note"] == []


def test_findings_are_one_json_object_and_errors_end_with_1() -> None:
    told, code = findings("zeros.toml")
    assert code == 1 and set(told) == {"findings"}
    first = told["findings"][0]
    assert set(first) == STATIC
    assert (first["rule"], first["severity"], first["layer"], first["step"]) == ("symmetric_units", "error", "0.dense", 0)
    assert first["fixes"] == ["initializer"]


def test_people_are_told_the_cause_its_effects_and_what_to_try() -> None:
    text = doctor("zeros.toml").stdout
    assert text.startswith("zeros: validation accuracy 0.")
    assert "error    all units of layer 0 (dense) start at 0" in text
    assert "try: start weights" in text and "so: " in text
    assert max(map(len, text.splitlines())) <= 100


def test_explanations_come_with_their_source() -> None:
    assert "*CS231n, neural networks 2" in doctor("zeros.toml", "--explain").stdout


def test_repairing_writes_an_experiment_that_learns_and_tells_the_story(here: Path) -> None:
    result = doctor("zeros.toml", "--fix")
    assert result.exit_code == 0
    assert "trial 1  kept: start weights" in result.stdout
    repaired = Experiment.from_file(here / "zeros-repaired.toml")
    assert "because all units of layer 0" in " ".join(repaired.story.split())
    assert "init" not in repaired.to_toml().split("[data]")[0].partition("network")[2]
    assert repaired.to_toml().rstrip() in result.stdout
    assert findings("zeros-repaired.toml")[1] == 0


def test_nothing_is_overwritten(here: Path) -> None:
    doctor("zeros.toml", "--fix", "--steps", "100")
    doctor("zeros.toml", "--fix", "--steps", "100")
    assert (here / "zeros-repaired.toml").exists() and (here / "zeros-repaired-2.toml").exists()


def test_a_repair_as_json_tells_every_trial(here: Path) -> None:
    told, code = findings("zeros.toml", "--fix", "--budget", "3", "--output", "better.toml")
    assert code == 0 and told["repair"]["file"] == "better.toml" and (here / "better.toml").exists()
    trial = told["repair"]["trials"][0]
    assert (trial["fix"], trial["because"], trial["kept"]) == ("initializer", "symmetric_units", True)
    assert len(told["repair"]["trials"]) <= 3


def test_a_healthy_experiment_is_left_alone(here: Path) -> None:
    assert "nothing to repair" in doctor("healthy.toml", "--fix").stdout
    assert not list(here.glob("*-repaired.toml"))


def test_a_run_is_judged_by_what_it_told_without_training_it_again() -> None:
    assert CliRunner().invoke(program, ["run", "zeros.toml", "--epochs", "10"]).exit_code == 0
    told, code = findings("zeros")
    assert code == 1 and told["findings"][0]["rule"] == "symmetric_units"
    assert find_run("zeros").name.count("zeros") == 1


@pytest.mark.parametrize(("looks", "again"), [(1_000, 1), (0, 0)])
def test_a_run_that_was_over_before_it_could_be_looked_at_is_trained_again(looks: int, again: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from nntui.doctor import examination

    trained, examine = [], examination.examine
    monkeypatch.setattr("nntui.cli_doctor.LOOKS", looks)
    monkeypatch.setattr(examination, "examine", lambda *given, **options: trained.append(given) or examine(*given, **options))
    assert CliRunner().invoke(program, ["run", "zeros.toml", "--epochs", "10"]).exit_code == 0
    told, code = findings("zeros")
    assert code == 1 and told["findings"][0]["rule"] == "symmetric_units"
    assert len(trained) == again


def test_values_can_be_changed_and_training_bounded() -> None:
    told, code = findings("healthy.toml", "--set", "network[0].init=zeros", "--steps", "20")
    assert code == 1 and told["findings"][0]["rule"] == "symmetric_units"


@pytest.mark.parametrize("args", [("nowhere",), ("healthy.toml", "--set", "nonsense=1"), ("healthy.toml", "--set", "network[2].units=3")])
def test_bad_input_is_one_sentence_and_ends_with_2(args: tuple[str, ...]) -> None:
    result = doctor(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("nntui: ") and result.stderr.count("\n") == 1


def test_a_place_that_cant_be_written_is_said_in_one_sentence() -> None:
    result = doctor("zeros.toml", "--fix", "--steps", "60", "--output", "missing/better.toml")
    assert result.exit_code == 2 and "missing" in result.stderr and "Traceback" not in result.stderr
