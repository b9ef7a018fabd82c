"""What a person may name where an experiment is wanted: a preset, a TOML file, a run, or an address of TensorFlow Playground."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from nntui.errors import ExperimentError, NntuiError, RunError
from nntui.experiment import Experiment
from nntui.playground import from_address, means_playground
from nntui.schema import shown, suggestion

PRESETS = Path(__file__).parent / "presets"

Origin: TypeAlias = Literal["preset", "file", "run"]


@dataclass(frozen=True)
class Found:
    """An experiment, and where it comes from."""

    name: str
    """What its runs are called: the preset's name, the file's name without its ending, the run's name."""
    experiment: Experiment
    origin: Origin
    path: Path
    """Its file; for a run, its folder."""

    def check(self, changed: Experiment | None = None) -> None:
        """Make sure that it, or what has been made of it, can be trained. Raises NntuiError naming its file and the key."""
        experiment = changed or self.experiment
        try:
            experiment.check()
            _check_lesson(experiment)
            if experiment.start is not None and experiment.start.source is not None:
                _check_source(experiment.start.source)
            if self.origin == "file" and experiment.pair is not None and experiment.pair not in preset_names():
                raise ExperimentError(f"pair: there is no preset {_unknown(experiment.pair)}")
        except NntuiError as error:
            whose = f"{self.path}: " if self.origin == "file" else ""
            raise type(error)(f"{whose}{error.in_file}") from None


def _check_lesson(experiment: Experiment) -> None:
    """Raise ExperimentError for a task whose condition can't be read."""
    from nntui.runs.conditions import Condition

    for number, task in enumerate(experiment.lesson.tasks if experiment.lesson is not None else ()):
        try:
            Condition(task.check)
        except NntuiError as error:
            raise ExperimentError(f"lesson.tasks[{number}].check: {error}") from None


def _check_source(source: str) -> None:
    try:
        find(source)
    except NntuiError as error:
        raise ExperimentError(f"start.source: {error}") from None


def load(target: str | os.PathLike[str]) -> Experiment:
    """The experiment that a preset's name, the path of a .toml file, or a run (its folder, or a part of its name) stands for.

    Raises NntuiError, with the closest names, if there is none.
    """
    return find(target).experiment


def find(target: str | os.PathLike[str]) -> Found:
    """The same with its name and where it was found. A preset's name comes before files and runs of that name."""
    text = os.fspath(target)
    if text in preset_names():
        return preset(text)
    if means_playground(text):
        return Found("playground", from_address(text), "file", Path("playground.toml"))
    path = Path(text).expanduser()
    try:
        if path.is_dir():
            return _run(path)
        if path.is_file():
            return _file(path)
    except (OSError, ValueError):  # a name that no file can have: too long, or with a NUL
        pass
    if _means_a_path(text):
        raise ExperimentError(f"{text}: there is no such file")
    return _run(_named_run(text))


def preset_names() -> list[str]:
    """The names of all presets, sorted."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def preset(name: str) -> Found:
    """The preset of this name. Raises ExperimentError, with the closest names, if there is none."""
    path = PRESETS / f"{name}.toml"
    if name not in preset_names():
        raise ExperimentError(f"there is no preset {_unknown(name)}")
    return Found(name, Experiment.from_file(path), "preset", path)


def presets() -> Iterator[Found]:
    """Every preset, by name."""
    return map(preset, preset_names())


def _file(path: Path) -> Found:
    if path.suffix.lower() in (".csv", ".npz"):
        option = path.suffix.lower().removeprefix(".")
        raise ExperimentError(f'{path}: is data, not an experiment: write {option} = "{path.name}" under [data] of one')
    name = re.sub(r"[^\w.-]+", "-", path.stem).strip("-.") or "experiment"
    return Found(name, Experiment.from_file(path), "file", path)


def _run(folder: Path) -> Found:
    description = folder / "experiment.toml"
    if not description.is_file():
        raise RunError(f"{folder}: is a folder, but not a run: it has no experiment.toml")
    from nntui.runs.directory import run_name

    return Found(run_name(folder), Experiment.from_file(description), "run", folder)


def _named_run(text: str) -> Path:
    from nntui.runs.directory import find_run, list_runs

    wanted = text.lower()
    if wanted and any(wanted in run.name.lower() or wanted == run.labels.name.lower() for run in list_runs()):
        return find_run(text)
    raise ExperimentError(f"there is no preset, file or run called {_unknown(text)}")


def _unknown(name: str) -> str:
    return f"{shown(name)}: {suggestion(name, preset_names(), 'nntui presets lists what there is')}"


def _means_a_path(text: str) -> bool:
    """Whether somebody who writes this means a file."""
    separators = {os.sep, os.altsep or os.sep}
    return any(separator in text for separator in separators) or text.endswith((".toml", ".csv", ".npz"))
