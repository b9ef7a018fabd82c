"""The command line: what it prints, what it refuses, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

import nntui as package
from nntui import __version__
from nntui.cli import COMMANDS, program
from nntui.cli_lists import chain
from nntui.lookup import load, preset_names
from nntui.measurements import LIVE, Command
from nntui.runs.directory import create, find_run, list_runs
from nntui.runs.run import Run

TREE = Path(package.__file__).parent.parent


STARTED: list[subprocess.Popen[str]] = []
"""Processes that end with the test."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "home"
    while STARTED:
        process = STARTED.pop()
        process.kill()
        process.wait()


def nntui(*args: str | Path) -> Result:
    result = CliRunner().invoke(program, [str(arg) for arg in args], prog_name="nntui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refusal(*args: str | Path) -> str:
    """What is said on stderr, in one line, with exit code 2 and nothing else."""
    result = nntui(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("nntui: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("nntui: ").rstrip("\n")


def outside(*args: str, **options: IO[str] | int) -> subprocess.Popen[str]:
    """The real program, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nntui", *args],
        stdin=subprocess.DEVNULL,
        stdout=options.get("stdout", subprocess.PIPE),
        stderr=options.get("stderr", subprocess.PIPE),
        text=True,
        env={**os.environ, "PYTHONPATH": str(TREE)},
    )
    STARTED.append(process)
    return process


def wait_for_line(stream: IO[str] | None, part: str) -> str:
    """The next line with this part in it."""
    assert stream is not None
    for line in stream:
        if part in line:
            return line
    raise AssertionError(f"no line with {part!r}")


def reach(run: Run, condition: Callable[[], bool]) -> None:
    """Follow a run until something holds."""
    deadline = time.monotonic() + 60.0
    while not condition():
        assert time.monotonic() < deadline, run.status
        time.sleep(0.01)
        run.refresh()


# -- help ------------------------------------------------------------------------------------------------------------------


def test_help_names_every_command() -> None:
    text = nntui("--help").stdout
    assert all(f"  {name} " in text for name in COMMANDS)


def test_help_imports_neither_numpy_nor_textual() -> None:
    script = """
import sys
from nntui.cli import program
try:
    program(["--help"])
except SystemExit:
    print(sorted({"numpy", "textual", "sklearn", "msgspec"} & set(sys.modules)))
"""
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=TREE).stdout
    assert printed.endswith("[]\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_loads_and_is_described_as_in_the_list(name: str) -> None:
    command = program.get_command(click.Context(program), name)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert nntui(name, "--help").exit_code == 0


def test_the_version_is_the_package_s() -> None:
    assert nntui("--version").stdout == f"nntui, version {__version__}\n"


# -- the workbench -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [(), ("xor",)])
def test_without_a_terminal_it_says_what_to_use_instead(args: tuple[str, ...]) -> None:
    said = refusal(*args)
    assert said.startswith("the workbench needs a terminal; without one, use nntui run ")


def test_an_unknown_first_word_is_taken_for_a_preset() -> None:
    assert refusal("spirl").startswith('there is no preset, file or run called "spirl": did you mean spiral')


def test_a_misspelt_command_is_told_the_right_one() -> None:
    assert refusal("presest").endswith("; or the command presets?")
    result = nntui("rnu", "spiral")
    assert result.exit_code == 2
    assert "did you mean nntui run spiral?" in result.stderr


def test_the_workbench_opens_one_experiment() -> None:
    result = nntui("xor", "spiral")
    assert result.exit_code == 2
    assert "the workbench opens one experiment" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("args", "opened"), [([], "nothing"), (["xor"], "preset xor"), (["./mine.toml"], "file mine")])
def test_in_a_terminal_the_workbench_is_opened_and_its_exit_code_handed_on(tmp_path: Path, args: list[str], opened: str) -> None:
    pexpect = pytest.importorskip("pexpect")
    (tmp_path / "mine.toml").write_text(load("xor").to_toml())
    script = """
import sys, types
app = types.ModuleType("nntui.tui.app")
def launch(found):
    print("opened", f"{found.origin} {found.name}" if found else "nothing", "with textual" if "textual" in sys.modules else "")
    return 7
app.launch = launch
sys.modules["nntui.tui.app"] = app
from nntui.cli import main
main()
"""
    child = pexpect.spawn(
        sys.executable, ["-c", script, *args], encoding="utf-8", timeout=60,
        env={**os.environ, "PYTHONPATH": str(TREE), "TERM": "xterm"},
    )  # fmt: skip
    child.expect(f"opened {opened} \r\n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 7


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_that_can_not_move_its_cursor_is_refused() -> None:
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(
        sys.executable, ["-m", "nntui", "xor"], encoding="utf-8", timeout=60, dimensions=(24, 200),
        env={**os.environ, "PYTHONPATH": str(TREE), "TERM": "dumb"},
    )  # fmt: skip
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    assert child.before == (
        "nntui: the workbench needs a terminal that can move its cursor, but TERM is dumb: use nntui run xor --plain, or nntui --help\r\n"
    )


# -- bad input ---------------------------------------------------------------------------------------------------------------


def test_broken_toml_is_located(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("title = 'a'\n[data\n")
    assert refusal("run", "x.toml") == "x.toml: line 2, column 6: expected ']' at the end of a table declaration"


def test_a_wrong_value_is_named_by_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(load("xor").to_toml().replace("units = 8", "units = 0"))
    assert refusal("run", "x.toml") == "x.toml: network[0].units: expected an integer >= 1, got 0"


def test_a_wrong_change_is_named_by_its_key() -> None:
    said = refusal("run", "xor", "--set", "optimizer.learning_rate=fast")
    assert said == 'optimizer.learning_rate: expected a finite number >= 0, got "fast"'


def test_a_seed_below_zero_is_refused() -> None:
    assert refusal("run", "xor", "--seed", "-1") == "seed: expected an integer >= 0, got -1"


def test_zero_epochs_are_refused() -> None:
    assert refusal("run", "xor", "--epochs", "0") == "training.epochs: expected an integer >= 1 and <= 1000000000, got 0"


def test_shapes_that_do_not_fit_are_named_by_their_key() -> None:
    said = refusal("run", "xor", "--set", "network[0]={layer='reshape', shape=[7]}")
    assert said.startswith("network[0].shape: reshape can't make [7] of (2,)")


def test_labels_that_do_not_fit_the_loss_are_refused() -> None:
    assert "cross_entropy needs class labels" in refusal("run", "diabetes", "--set", "loss.kind=cross_entropy")


def test_a_data_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = refusal("run", "iris", "--set", "data.csv=none.csv", "--set", "data.target=y")
    assert str(tmp_path / "none.csv") in said


def test_a_missing_backend_is_told_how_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    monkeypatch.delitem(sys.modules, "nntui.backends.cupy", raising=False)
    assert "pip install" in refusal("run", "xor", "--backend", "cupy")


@pytest.mark.parametrize("args", [("show", "none"), ("resume", "none")])
def test_a_run_that_is_not_there_is_refused(args: tuple[str, ...]) -> None:
    assert "none" in refusal(*args)


def test_a_run_of_a_newer_nntui_is_not_misread() -> None:
    path = create(load("xor"), "future")
    with sqlite3.connect(path / "run.db") as database:
        database.execute("PRAGMA user_version = 99")
    for command in ("show", "resume"):
        assert "newer" in refusal(command, path)
    assert "newer" in nntui("runs").stdout


def test_a_home_that_can_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path / "file"))
    assert str(tmp_path / "file") in refusal("run", "xor")


@pytest.mark.parametrize("args", [("run",), ("run", "xor", "--backend", "tpu"), ("run", "xor", "--nothing"), ("--nothing",)])
def test_a_wrong_use_is_explained_with_exit_code_2(args: tuple[str, ...]) -> None:
    result = nntui(*args)
    assert result.exit_code == 2
    assert "Usage: nntui" in result.stderr


def test_nothing_is_left_behind_by_what_was_refused(home: Path) -> None:
    refusal("run", "xor", "--set", "network[0].units=0")
    refusal("run", "diabetes", "--set", "loss.kind=cross_entropy")
    refusal("run", "xor", "--set", "network=[]")
    assert not home.exists()


# -- lists -------------------------------------------------------------------------------------------------------------------


def test_presets_are_listed_with_title_network_and_data() -> None:
    lines = nntui("presets").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == preset_names()
    (line,) = [line for line in lines if line.startswith("xor ")]
    assert "2-8-1 on xor_table, adam" in line
    (line,) = [line for line in lines if line.startswith("residual-100 ")]
    assert "  64-(101 x 32)-10 on digits, adam" in line


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([2, 8, 8, 2], "2-8-8-2"),
        ([7], "7"),
        ([2, *[98] * 12, 3], "2-(12 x 98)-3"),
        ([32, *[4096, 1024] * 5, 800], "32-(5 x 4096-1024)-800"),
        ([4] * 4, "(4 x 4)"),
        ([1, 2, 1, 2], "1-2-1-2"),
    ],
)
def test_what_repeats_in_a_network_is_written_once(sizes: list[int], words: str) -> None:
    assert chain(sizes) == words


def test_without_runs_the_list_says_how_to_make_one(home: Path) -> None:
    assert nntui("runs").stdout == f"no runs yet in {home / 'runs'}: nntui run PRESET makes one\n"


def test_runs_are_listed_with_their_state() -> None:
    path = create(load("xor"), "mine")
    head, line = nntui("runs").stdout.splitlines()
    assert head.split() == ["run", "when", "state", "epoch", "loss", "best"]
    assert line.startswith(path.name)
    assert "stopped" in line


def test_a_run_that_can_not_be_read_is_listed_with_the_reason(home: Path) -> None:
    create(load("xor"), "good")
    (home / "runs" / "broken").mkdir(parents=True)
    (home / "runs" / "broken" / "run.db").write_text("nothing")
    lines = nntui("runs").stdout.splitlines()
    assert any(line.startswith("broken") and "unreadable" in line for line in lines)
    assert len(lines) == 1 + len(list_runs()) == 3


# -- training ----------------------------------------------------------------------------------------------------------------

KEYS = {"run", "steps", "seconds", "steps_per_second", "backend", "loss", "accuracy", "val_loss", "val_accuracy", "state"}

ENDLESS = ("run", "iris", "--plain", "--epochs", "10000000")
"""A run that only a stop ends."""


def test_a_run_ends_with_what_came_of_it_and_where_it_is(home: Path) -> None:
    result = nntui("run", "xor", "--epochs", "30", "--seed", "3")
    assert result.exit_code == 0
    (summary,) = list_runs()
    for part in ("finished after 30 epochs: 30 steps", "on numpy", "accuracy", "expected at least", str(home / "runs" / summary.name)):
        assert part in result.stdout
    assert Run(summary.path).experiment == load("xor").set("training.epochs=30", "seed=3")


def test_json_is_all_there_is_on_stdout() -> None:
    result = nntui("run", "iris", "--epochs", "3", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    told = json.loads(result.stdout)
    assert set(told) == KEYS
    assert told["state"] == "finished"
    run = Run(list_runs()[0].path)
    assert run.history.data is not None
    assert told["steps"] == 3 * -(-run.history.data.train_examples // run.experiment.training.batch_size)
    assert told["run"] == run.name
    assert 0.0 <= told["val_accuracy"] <= 1.0


def test_what_an_experiment_does_not_have_is_null_in_json() -> None:
    told = json.loads(nntui("run", "xor", "--epochs", "3", "--json").stdout)
    assert told["val_loss"] is None
    assert told["val_accuracy"] is None


def test_lines_that_stay_tell_epoch_loss_metric_and_speed() -> None:
    lines = nntui("run", "iris", "--epochs", "20", "--plain").stdout.splitlines()
    (last,) = [line for line in lines if "epoch 20/20" in line]
    assert "  loss " in last
    assert "  val_accuracy " in last
    assert len(lines) < 25


def test_a_file_s_run_is_named_after_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(load("xor").to_toml())
    assert nntui("run", "mine.toml", "--epochs", "2").exit_code == 0
    assert "-mine-" in list_runs()[0].name


def test_a_run_can_be_trained_anew_from_its_own_description() -> None:
    nntui("run", "xor", "--epochs", "2", "--seed", "5")
    first = list_runs()[0]
    assert nntui("run", first.name).exit_code == 0
    assert len(list_runs()) == 2
    assert {Run(summary.path).experiment.seed for summary in list_runs()} == {5}


def test_a_data_file_is_looked_for_where_the_person_is(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,y\n" + "".join(f"{i},{i % 3},{i % 2}\n" for i in range(40)))
    changes = ("--set", "data={csv='t.csv', target='y'}", "--set", "network=[{layer='dense', units=2}]", "--epochs", "2")
    assert nntui("run", "iris", *changes).exit_code == 0
    assert Run(list_runs()[0].path).experiment.to_tables()["data"]["csv"] == str(tmp_path / "t.csv")


def test_a_diverged_run_says_so_with_exit_code_1() -> None:
    changes = ("--set", "loss.kind=mse", "--set", "optimizer.kind=sgd", "--set", "optimizer.learning_rate=1e10")
    result = nntui("run", "xor", *changes)
    assert result.exit_code == 1
    assert "diverged after" in result.stdout
    assert "learning rate" in result.stdout
    told = json.loads(nntui("run", "xor", *changes, "--json").stdout)
    assert (told["state"], told["loss"]) == ("diverged", None)


@pytest.mark.parametrize("options", [(), ("--plain",), ("--json",)])
def test_data_that_turns_out_to_be_unusable_leaves_no_run_behind_and_no_word_but_the_refusal(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """What only a look at every value can tell is found by the trainer."""
    X = np.ones((40, 2))
    X[3, 1] = np.nan
    np.savez(tmp_path / "bad.npz", X=X, y=np.arange(40) % 2)
    assert refusal("run", "spiral", "--set", "data.npz=bad.npz", *options).startswith("bad.npz: X[3, 1] is nan")
    assert list_runs() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_saves_and_stops_and_says_how_to_go_on(number: signal.Signals) -> None:
    program = outside(*ENDLESS)
    wait_for_line(program.stdout, ": process ")
    run = Run(list_runs()[0].path)
    reach(run, lambda: run.status.step > 0)
    program.send_signal(number)
    printed, complaints = program.communicate(timeout=60)
    assert (program.returncode, complaints) == (130, "")
    assert f"go on with it: nntui resume {run.name}" in printed
    run.refresh()
    assert run.status.state == "stopped"
    assert list((run.path / "checkpoints").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="a process can't be held there")
def test_a_second_interrupt_leaves_at_once_with_one_sentence() -> None:
    program = outside(*ENDLESS)
    pid = int(wait_for_line(program.stdout, ": process ").split()[-1])
    wait_for_line(program.stdout, "epoch")
    os.kill(pid, signal.SIGSTOP)  # it takes its time to save
    program.send_signal(signal.SIGINT)
    wait_for_line(program.stdout, "interrupt again to leave without waiting")
    program.send_signal(signal.SIGINT)
    printed, _ = program.communicate(timeout=60)
    run = Run(list_runs()[0].path)
    assert printed == f"process {pid} goes on saving; nntui show {run.name} tells what came of it\n"
    assert program.returncode == 130
    os.kill(pid, signal.SIGCONT)
    reach(run, lambda: not run.live)
    assert run.status.state == "stopped"


def test_a_stopped_run_is_resumed_where_it_was() -> None:
    program = outside(*ENDLESS)
    wait_for_line(program.stdout, ": process ")
    run = Run(list_runs()[0].path)
    reach(run, lambda: run.status.step > 0)
    run.send(Command("stop"))
    program.communicate(timeout=60)
    assert program.returncode == 0, "somebody else's stop is no error"
    run.refresh()
    stopped_at = run.status.step
    again = outside("resume", run.name[-6:], "--plain")
    assert f"checkpoint of step {stopped_at}" in wait_for_line(again.stdout, "continued from the checkpoint")
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=60)
    run.refresh()
    assert run.status.state == "stopped"
    assert run.status.step >= stopped_at


def test_a_finished_run_can_not_be_resumed() -> None:
    nntui("run", "xor", "--epochs", "2")
    assert "finished" in refusal("resume", list_runs()[0].name)


def test_a_folder_removed_while_it_is_trained_is_named(home: Path) -> None:
    watcher = outside("run", "digits-mlp", "--epochs", "100000", "--plain")
    wait_for_line(watcher.stdout, "epoch")
    (run,) = list_runs()
    shutil.rmtree(run.path)
    _, error = watcher.communicate(timeout=60)
    assert watcher.returncode == 2
    assert error == f"nntui: {run.path} was removed or renamed while it was being trained\n"


def test_training_goes_on_when_the_program_that_watches_is_killed() -> None:
    program = outside(*ENDLESS)
    wait_for_line(program.stdout, ": process ")
    run = Run(list_runs()[0].path)
    reach(run, lambda: run.status.step > 0)
    program.kill()
    program.communicate(timeout=60)
    run.refresh()
    seen = run.status.step
    assert run.status.state in LIVE
    run.send(Command("stop"))
    reach(run, lambda: not run.live)
    assert run.status.state == "stopped"
    assert run.status.step > seen


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_one_line_is_rewritten_and_gone_at_the_end() -> None:
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(
        sys.executable, ["-m", "nntui", *(word for word in ENDLESS if word != "--plain")], encoding="utf-8",
        dimensions=(24, 60), timeout=60, env={**os.environ, "PYTHONPATH": str(TREE), "COLUMNS": "200"},
    )  # fmt: skip
    child.expect(r"\repoch \d+/10000000  loss [^\r\n]*")
    assert len(child.match.group().strip()) < 60
    child.sendintr()
    child.expect(r"\r +\r")
    child.expect("stopped after")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


# -- show --------------------------------------------------------------------------------------------------------------------


def test_show_tells_what_was_trained_what_came_of_it_and_what_the_rules_say() -> None:
    nntui("run", "vanishing-sigmoid", "--epochs", "5")
    text = nntui("show", "vanishing").stdout
    assert load("vanishing-sigmoid").set("training.epochs=5").to_toml().rstrip() in text
    assert "finished after 5 epochs" in text
    assert ["step", "epoch", "loss", "accuracy", "val_loss", "val_accuracy"] in [line.split() for line in text.splitlines()]
    assert "the signal dies" in text or "the signal fades" in text


def test_show_as_json_is_the_same_object_as_at_the_end_of_a_run() -> None:
    told = json.loads(nntui("run", "xor", "--epochs", "2", "--json").stdout)
    assert json.loads(nntui("show", told["run"], "--json").stdout) == told


def test_what_an_experiment_would_cost_is_shown_before_it_is_trained(tmp_path: Path) -> None:
    text = nntui("show", "digits-cnn").stdout
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line[:1].isdigit()}
    assert rows["0.conv2d"] == ["8x8x16", "160", "9.22k", "1.02k", "3x3"]  # 64 cells of 9 weights to 16 filters
    assert rows["7.dense"][-1] == "all"
    told = json.loads(nntui("show", "digits-cnn", "--json").stdout)
    layers = {layer["layer"]: layer for layer in told["layers"]}
    assert (layers["0.conv2d"]["multiply_adds"], layers["0.conv2d"]["sees"]) == (64 * 9 * 16, [3, 3])
    assert told["multiply_adds"] == sum(layer["multiply_adds"] for layer in told["layers"])
    assert told["parameters"] == load("digits-cnn").check().size and told["training_bytes"] > 16 * told["parameters"]
    (tmp_path / "mine.toml").write_text(load("xor").to_toml())
    assert "2x" not in nntui("show", "mine.toml").stdout and "33 parameters" in nntui("show", "mine.toml").stdout


def test_a_preset_s_name_means_its_run_once_there_is_one() -> None:
    assert "multiply-adds per example" in nntui("show", "xor").stdout
    create(load("xor"), "xor")
    assert "not started yet" in nntui("show", "xor").stdout


def test_a_run_that_never_started_can_be_shown() -> None:
    path = create(load("xor"), "new")
    result = nntui("show", path)
    assert result.exit_code == 0
    assert "not started yet" in result.stdout


def test_a_run_is_found_by_a_part_of_its_name_only_if_it_is_the_only_one() -> None:
    first, second = create(load("xor"), "twin"), create(load("xor"), "twin")
    said = refusal("show", "twin")
    assert first.name in said
    assert second.name in said
    shutil.rmtree(first)
    assert find_run("twin") == second
    assert nntui("show", "twin").exit_code == 0


def test_what_cannot_be_trained_is_refused_with_its_file_before_a_run_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTUI_HOME", str(tmp_path / "home"))
    file = tmp_path / "short.toml"
    file.write_text(load("iris").set("network[2].units=2").to_toml(), encoding="utf-8")
    where = Path(package.__file__).parent.parent
    done = subprocess.run([sys.executable, "-m", "nntui", "run", str(file)], capture_output=True, text=True, cwd=where)
    assert done.returncode == 2
    assert done.stderr.startswith(f"nntui: {file}: loss.kind: cross_entropy needs one output per class, 3 here")
    assert not list((tmp_path / "home").rglob("experiment.toml"))


# -- sample --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def language_model(home: Path) -> Path:
    changes = "data.length=3000", "data.context=12", "network[1].units=8", "training.epochs=1", "program.length=5"
    assert nntui("run", "char-lstm", *(part for change in changes for part in ("--set", change)), "--plain").exit_code == 0
    return list_runs()[0].path


def test_a_trained_language_model_speaks(language_model: Path) -> None:
    options = ("--prompt", "the dog", "--length", "40", "--temperature", "0.5", "--top-k", "3")
    said = nntui("sample", language_model, *options)
    assert said.exit_code == 0
    assert said.stdout.startswith("the dog") and len(said.stdout) == len("the dog") + 40 + 1
    again = json.loads(nntui("sample", "char-lstm", *options, "--json").stdout)
    assert again == {
        "run": language_model.name, "prompt": "the dog", "text": said.stdout.removeprefix("the dog")[:-1],
        "temperature": 0.5, "top_k": 3, "seed": 0,
    }  # fmt: skip
    assert nntui("sample", "char-lstm", "--seed", "1").stdout != nntui("sample", "char-lstm").stdout
    assert refusal("sample", "char-lstm", "--prompt", "DOG").startswith("characters: only these are known: space . a b c d")
    with Run(language_model) as run:
        assert [len(said.text) for said in run.history.said][-1] == 5


def test_what_a_language_model_said_at_first_and_at_last_is_shown(language_model: Path) -> None:
    said = [line for line in nntui("show", language_model).stdout.splitlines() if line.startswith("says at step")]
    assert next(line.split(":")[0] for line in said) == "says at step 0" and len(said) == 2


def test_what_can_not_speak_says_why() -> None:
    assert refusal("sample", "nobody").startswith("there is no run 'nobody'")
    path = create(load("char-lstm"), "untrained")
    assert refusal("sample", path) == f"{path.name} has no checkpoint to begin with: train it first"
    assert nntui("sample", path, "--temperature", "-1").exit_code == 2
