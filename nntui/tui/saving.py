"""Writing an experiment where a person wants it: whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nntui.errors import ExperimentError
from nntui.experiment import Experiment


def destination(text: str) -> Path:
    """The file that a name or a path means; .toml is added where there is no ending. Raises ExperimentError if it can't be one."""
    text = text.strip()
    if not text or "\0" in text:
        raise ExperimentError("expected a name, like my-network.toml")
    path = Path(text).expanduser().absolute()
    if text.endswith(("/", os.sep)) or path.is_dir():
        raise ExperimentError(f"{path}: is a folder: add a name")
    if not path.suffix:
        path = path.with_name(f"{path.name}.toml")
    if path.suffix != ".toml":
        raise ExperimentError(f"{path.name}: an experiment is a .toml file")
    if not path.parent.is_dir():
        raise ExperimentError(f"{path.parent}: there is no such folder")
    return path


def save(experiment: Experiment, path: Path) -> None:
    """Write it; a file that is there is replaced at once. Raises ExperimentError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.write_text(experiment.to_toml(), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise ExperimentError(f"{path}: can't be written: {error.strerror or error}") from None
