"""nntui check: what it prints, what it exits with, and that a run is only read."""

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import nntui
from nntui.cli import program
from nntui.lookup import preset


def run(*arguments: str):
    return CliRunner().invoke(program, ["check", *arguments])


def test_all_pass_is_0_and_one_line_for_each():
    done = run("xor", "--only", "gradients", "--only", "leak")
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.output.splitlines()] == ["pass", "skipped"]


def test_a_failure_is_1_and_json_holds_numbers():
    done = run("double-softmax", "--only", "one_batch", "--json")
    (found,) = json.loads(done.output)["checks"]
    assert done.exit_code == 1 and found["name"] == "one_batch" and found["verdict"] == "fail" and found["numbers"]["loss"] > 1.4


@pytest.mark.parametrize(
    "arguments", [("no-such-thing",), ("xor", "--only", "luck"), ("xor", "--layer", "9.dense"), ("xor", "--set", "x=1")]
)
def test_bad_input_is_2_without_a_traceback(arguments: tuple[str, ...]):
    done = run(*arguments)
    assert done.exit_code == 2 and "Traceback" not in done.output


def test_programs_get_progress_and_results_as_lines():
    lines = [json.loads(line) for line in run("xor", "--only", "gradients", "--lines").output.splitlines()]
    assert lines[0]["check"] == "gradients" and 0.0 <= lines[0]["share"] <= 1.0
    assert lines[-1]["result"]["verdict"] == "pass"


def test_a_run_is_only_read(tmp_path: Path):
    trained = nntui.train(preset("xor").experiment.set("training.epochs=20"), name="looked-at", home=tmp_path)
    trained.close()

    def written() -> dict[str, str]:
        files = [file for file in trained.path.rglob("*") if file.is_file() and file.suffix not in (".db-shm", ".db-wal")]
        return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    before = written()
    done = run(str(trained.path), "--seconds", "0.5")
    assert done.exit_code in (0, 1) and "gradients" in done.output
    assert written() == before
