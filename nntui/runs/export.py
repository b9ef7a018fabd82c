"""A run as files for other programs: tables as CSV or Parquet, or everything in one JSON file. Histograms are among them."""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import msgspec

from nntui.errors import RunError
from nntui.measurements import LayerMeasurement, Steps

if TYPE_CHECKING:
    from nntui.runs.history import History
    from nntui.runs.run import Run

Format: TypeAlias = Literal["csv", "json", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

Cell: TypeAlias = str | int | float | None
Table: TypeAlias = dict[str, list[Cell]]
"""Columns by name, all equally long."""


def tables(history: History) -> dict[str, Table]:
    """Everything that was measured, by name: steps, evaluations, layers, histograms, events.

    A histogram is a row, its bins beside each other.
    """
    return {
        "steps": _table(_window(one) for one in history.steps),
        "evaluations": _table(
            {"step": one.step, "epoch": one.epoch, "split": one.split, "loss": one.loss, **one.metrics} for one in history.evaluations
        ),
        "layers": _table(
            {"step": one.step, "epoch": one.epoch, **_scalars(layer)} for one in history.measurements for layer in one.layers
        ),
        "histograms": _table(
            {
                "step": one.step,
                "layer": layer.path,
                "low": layer.histogram.low,
                "high": layer.histogram.high,
                **{f"bin_{index}": count for index, count in enumerate(layer.histogram.counts)},
            }
            for one in history.measurements
            for layer in one.layers
        ),
        "events": _table({"step": one.step, "kind": one.kind, "text": one.text} for one in history.events),
    }


def _window(one: Steps) -> dict[str, Cell]:
    plain: dict[str, Any] = {name: getattr(one, name) for name in one.__struct_fields__ if name != "others"}
    return {**plain, **one.others}


def _scalars(layer: LayerMeasurement) -> dict[str, Cell]:
    plain: dict[str, Any] = {name: getattr(layer, name) for name in layer.__struct_fields__ if name not in ("histogram", "path")}
    return {"layer": layer.path, **plain}


def _table(rows: Any) -> Table:
    found = list(rows)
    names = dict.fromkeys(name for row in found for name in row)
    return {name: [row.get(name) for row in found] for name in names}


def destination(run: Run, kind: Format) -> Path:
    """Where an export goes if nothing else is asked for: beside whoever asks, called like the run."""
    return Path(f"{run.name}.json" if kind == "json" else f"{run.name}-{kind}").absolute()


def export(run: Run, kind: Format, to: Path) -> list[Path]:
    """Write a run to a folder (csv, parquet) or a file (json), whole or not at all; the files written.

    Raises RunError if it is there already, can't be written, or Parquet's library is missing.
    """
    if to.exists():
        raise RunError(f"{to} exists: name another place")
    draft = to.with_name(f".{to.name}.{os.getpid()}.new")
    try:
        if kind == "json":
            draft.write_text(json.dumps(_everything(run), allow_nan=False), encoding="utf-8")
        else:
            _folder(run, kind, draft)
        draft.rename(to)
    except OSError as error:
        raise RunError(f"can't write {to}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            shutil.rmtree(draft) if draft.is_dir() else draft.unlink(missing_ok=True)
    return [to] if kind == "json" else sorted(to.iterdir())


def _everything(run: Run) -> dict[str, Any]:
    data = run.history.data
    everything = {
        "run": run.summary(),
        "experiment": run.experiment.to_tables(),
        "data": None if data is None else {key: value for key, value in msgspec.to_builtins(data).items() if key != "points"},
        **tables(run.history),
    }
    return {name: _finite(value) for name, value in everything.items()}


def _finite(value: Any) -> Any:
    """JSON knows no NaN and no infinity: they become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def _folder(run: Run, kind: Format, folder: Path) -> None:
    folder.mkdir()
    for name, table in tables(run.history).items():
        if kind == "csv":
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                write_csv(file, table)
        else:
            _parquet(folder / f"{name}.parquet", table)
    (folder / "experiment.toml").write_text(run.experiment.to_toml(), encoding="utf-8")
    (folder / "run.json").write_text(json.dumps(run.summary()), encoding="utf-8")


def write_csv(file: Any, table: Table) -> None:
    """Names first; a value that there isn't is empty, one that is no number says nan or inf."""
    writer = csv.writer(file)
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))


def _parquet(path: Path, table: Table) -> None:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise RunError("Parquet needs a library: python -m pip install pyarrow; csv and json need nothing") from None
    pyarrow.parquet.write_table(pyarrow.table({name: pyarrow.array(column) for name, column in table.items()}), path)


def curve_csv(history: History, records: Literal["steps", "evaluations"]) -> str:
    """One table as CSV text, for the clipboard."""
    import io

    text = io.StringIO(newline="")
    write_csv(text, tables(history)[records])
    return text.getvalue().replace("\r\n", "\n")
