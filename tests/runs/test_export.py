"""A run as files: every record is in them, they can be read back, and nothing is overwritten or half-written."""

from __future__ import annotations

import csv
import json
import math
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from run_records import evaluation, measurement, steps

from nntui.cli import program
from nntui.errors import RunError
from nntui.experiment import Experiment
from nntui.measurements import Event
from nntui.runs.export import curve_csv, destination, export, tables
from nntui.runs.run import Run
from nntui.runs.writer import RunWriter


@pytest.fixture
def run(path: Path) -> Run:
    with RunWriter(path) as writer:
        records = [steps(1, loss=0.5), steps(2, loss=math.nan), evaluation(2, "validation", 0.4, accuracy=0.75), measurement(2)]
        writer.write([*records, Event(step=2, kind="note", text='says "hello", twice\nor so')])
    return Run(path)


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_csv_has_every_record_and_every_bin(run: Run, tmp_path: Path) -> None:
    files = export(run, "csv", tmp_path / "out")
    assert [file.name for file in files] == [
        "evaluations.csv", "events.csv", "experiment.toml", "histograms.csv", "layers.csv", "run.json", "steps.csv",
    ]  # fmt: skip
    assert [row["loss"] for row in read(tmp_path / "out" / "steps.csv")] == ["0.5", "nan"]
    assert [float(row["accuracy"]) for row in read(tmp_path / "out" / "evaluations.csv")] == [0.75]
    histograms = read(tmp_path / "out" / "histograms.csv")
    assert [row["layer"] for row in histograms] == ["0.dense", "1.tanh"]
    assert [int(histograms[0][f"bin_{index}"]) for index in range(20)] == list(range(20))
    assert read(tmp_path / "out" / "events.csv")[0]["text"] == 'says "hello", twice\nor so'
    assert Experiment.from_file(tmp_path / "out" / "experiment.toml") == run.experiment


def test_json_is_valid_without_nan_and_gives_the_experiment_back(run: Run, tmp_path: Path) -> None:
    export(run, "json", tmp_path / "out.json")
    found = json.loads((tmp_path / "out.json").read_text(), parse_constant=lambda name: pytest.fail(name))
    assert found["steps"]["loss"] == [0.5, None]
    assert found["layers"]["delta"] == [0.1, 0.1] and found["histograms"]["bin_19"] == [19, 19]
    assert Experiment.from_tables(found["experiment"]) == run.experiment
    assert found["run"]["run"] == run.name


def test_parquet_needs_its_library_and_says_so(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(RunError, match="pip install pyarrow"):
        export(run, "parquet", tmp_path / "out")
    assert not list(tmp_path.glob("*out*")) and not list(tmp_path.glob(".*")), "and nothing is left behind"


def test_parquet_has_the_same_tables(run: Run, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    export(run, "parquet", tmp_path / "out")
    read_back = parquet.read_table(tmp_path / "out" / "histograms.parquet").to_pydict()
    assert read_back == tables(run.history)["histograms"]


def test_what_is_there_is_not_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis").touch()
    with pytest.raises(RunError, match="exists: name another place"):
        export(run, "csv", tmp_path / "out")
    with pytest.raises(RunError, match="can't write"):
        export(run, "json", tmp_path / "nowhere" / "out.json")
    assert (tmp_path / "out" / "thesis").exists()


def test_a_run_without_measurements_is_exported_too(path: Path, tmp_path: Path) -> None:
    with Run(path) as run:
        export(run, "csv", tmp_path / "out")
    assert read(tmp_path / "out" / "steps.csv") == []


def test_a_curve_is_copied_as_csv(run: Run) -> None:
    lines = curve_csv(run.history, "evaluations").splitlines()
    assert lines == ["step,epoch,split,loss,accuracy", "2,0.2,validation,0.4,0.75"]


def test_nntui_export_writes_beside_whoever_asks(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(program, ["export", str(run.path), "--format", "json"])
    assert (told.exit_code, told.output) == (0, f"{destination(run, 'json')}\n")
    assert (tmp_path / f"{run.name}.json").is_file()
    assert CliRunner().invoke(program, ["export", str(run.path), "--format", "json"]).exit_code == 2
    assert CliRunner().invoke(program, ["export", str(run.path), "--to", "here"]).exit_code == 0
    assert len(list((tmp_path / "here").iterdir())) == 7
