"""Deleting a run moves it to a folder beside the others, from which it can be had back until that is emptied."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nntui.errors import RunError
from nntui.runs.directory import is_run, runs_home
from nntui.runs.liveness import lock_state
from nntui.runs.run import EXPERIMENT
from nntui.runs.summary import RunSummary, glance

FOLDER = ".trash"


def discard(path: Path) -> Path:
    """Move a run to the trash and return where it lies there. Raises RunError if it is being trained or can't be moved."""
    if not is_run(path) and not (path / EXPERIMENT).is_file():
        raise RunError(f"{path} is no run: nothing was deleted")
    if lock_state(path) == "held":
        raise RunError(f"{path.name} is being trained: stop it before deleting it")
    return _move(path, path.parent / FOLDER / path.name, "delete")


def restore(trashed: Path) -> Path:
    """Move a run from the trash to where it was, and return that. Raises RunError."""
    return _move(trashed, trashed.parent.parent / trashed.name, "restore")


def _move(here: Path, there: Path, doing: str) -> Path:
    if there.exists():
        raise RunError(f"can't {doing} {here.name}: {there} exists")
    try:
        there.parent.mkdir(exist_ok=True)
        return here.rename(there)
    except OSError as error:
        raise RunError(f"can't {doing} {here.name}: {error.strerror or error}") from None


def trashed(home: Path | None = None) -> list[RunSummary]:
    """The runs in the trash, newest first."""
    folder = (runs_home() if home is None else home) / FOLDER
    try:
        found = [Path(entry.path) for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunError(f"can't read {folder}: {error.strerror}") from None
    return sorted(map(glance, found), key=lambda one: (one.created, one.name), reverse=True)


def empty(home: Path | None = None) -> int:
    """Remove everything in the trash for good, and say how many runs that were. Raises RunError."""
    runs = trashed(home)
    try:
        for run in runs:
            shutil.rmtree(run.path)
    except OSError as error:
        raise RunError(f"can't empty the trash: {error.filename}: {error.strerror or error}") from None
    return len(runs)
