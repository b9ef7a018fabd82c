"""Where runs lie, and how one is made, found, listed and removed."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from nntui.config import data_home
from nntui.errors import RunError
from nntui.measurements import Status
from nntui.runs import store
from nntui.runs.cached import glances
from nntui.runs.facts import facts
from nntui.runs.run import EXPERIMENT
from nntui.runs.summary import RunSummary, run_name

if TYPE_CHECKING:
    from nntui.experiment import Experiment

__all__ = ["CHECKPOINTS", "LOG", "create", "find_run", "is_run", "list_runs", "remove", "run_name", "runs_home"]

CHECKPOINTS = "checkpoints"
LOG = "trainer.log"


def runs_home() -> Path:
    """The folder of all runs: below NNTUI_HOME if that is set, else as configured, else below the user's data folder."""
    return data_home() / "runs"


def create(experiment: Experiment, name: str | None = None, home: Path | None = None) -> Path:
    """Make the folder of a new run, ready to be trained, and return its path.

    name: what its folder is called, between date and id; the experiment's title by default. Raises NntuiError
    if the experiment can't be trained, and RunError if the folder can't be written; then nothing is left behind.
    """
    plan = experiment.check()
    home = runs_home() if home is None else home.absolute()
    identity = f"{time.strftime('%Y-%m-%d')}-{_slug(name or experiment.title)}-{secrets.token_hex(3)}"
    draft = home / f".{identity}.new"
    try:
        home.mkdir(parents=True, exist_ok=True)
        draft.mkdir()
        (draft / CHECKPOINTS).mkdir()
        text = f"# A run of nntui, format {store.FORMAT}. It was trained with this: changing it changes nothing.\n{experiment.to_toml()}"
        (draft / EXPERIMENT).write_text(text, encoding="utf-8")
        told = store.encode(facts(experiment, plan))
        _fill(draft, title=experiment.title, created=time.time(), parameters=plan.size, facts=told)
        return draft.rename(home / identity)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise RunError(
            f"can't write a run in {home}: {error.strerror or error}; set NNTUI_HOME to a folder that you may write"
        ) from None
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _fill(folder: Path, **known: str | float | int | bytes) -> None:
    store.initialize(folder)
    connection = store.open_for_writing(folder)
    try:
        with store.explained(folder, "write"), store.transaction(connection):
            known |= {"generation": 0, "thinned": 0}
            connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", known.items())
            status = Status(state="stopped", message="not started yet")
            connection.execute("INSERT INTO status (id, host, body) VALUES (1, '', ?)", (store.encode(status),))
    finally:
        connection.close()


def _slug(name: str) -> str:
    """A name as part of a file name: lower case, no spaces, not too long."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-") or "run"


def is_run(path: Path) -> bool:
    """Whether a folder looks like a run."""
    return os.path.isfile(path / store.FILE)  # unlike Path.is_file, False for names that no file can have


def list_runs(home: Path | None = None) -> list[RunSummary]:
    """All runs, newest first. Folders that can't be read are among them and say why."""
    home = runs_home() if home is None else home
    try:
        folders = [Path(entry.path) for entry in os.scandir(home) if not entry.name.startswith(".") and entry.is_dir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunError(f"can't read the runs in {home}: {error.strerror}") from None
    return sorted(glances(folders, home), key=lambda summary: (summary.created, summary.name), reverse=True)


def find_run(text: str, home: Path | None = None) -> Path:
    """The run that a person means: a path, a run's whole name, or a part that only one run's name has. Raises RunError."""
    path = Path(text).expanduser()
    if is_run(path):
        return path.absolute()
    home = runs_home() if home is None else home
    names = sorted((entry.name for entry in _folders(home)), reverse=True)
    if text in names:
        return home / text
    found = [name for name in names if text and text.lower() in name.lower()]
    found = found or [one.name for one in list_runs(home) if text and text.lower() == one.labels.name.lower()]
    if len(found) == 1:
        return home / found[0]
    if found:
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise RunError(f"{text!r} could be any of {', '.join(found[:5])}{more}: type more of its name")
    if text and os.path.isdir(path):
        raise RunError(f"{path} is no run: it has no {store.FILE}")
    raise RunError(f"there is no run {text!r} in {home}; `nntui runs` lists them")


def _folders(home: Path) -> list[os.DirEntry[str]]:
    try:
        return [entry for entry in os.scandir(home) if not entry.name.startswith(".") and entry.is_dir()]
    except OSError:
        return []


def remove(path: Path) -> None:
    """Remove a run's folder, whoever trains it. At no time a viewer sees half a run: it is renamed first."""
    if not is_run(path) and not (path / EXPERIMENT).is_file():
        raise RunError(f"{path} is no run: nothing was removed")
    gone = path.with_name(f".{path.name}.removed")
    try:
        path.rename(gone)
        shutil.rmtree(gone)
    except OSError as error:
        raise RunError(f"can't remove {path}: {error.strerror or error}") from None
