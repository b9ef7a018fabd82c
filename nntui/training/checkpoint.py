"""Checkpoints: the whole state of a training as safetensors files, one per saved step. Nothing in them can be executed."""

from __future__ import annotations

import errno
import json
import math
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntui.errors import RunError

if TYPE_CHECKING:
    from nntui.training.state import TrainerState

FORMAT = 1

SUFFIX = ".safetensors"

NEWEST = 2
"""So many of the newest are kept, so that a spoilt one has a predecessor."""

SPACED = 8
"""At most so many older ones are kept besides, the newest in each [4^n, 4^(n+1)) steps."""

ROOM = 1_000_000_000
"""Bytes that the spaced ones may take together."""


@dataclass(frozen=True)
class Saved:
    """A checkpoint as it comes back."""

    step: int
    state: TrainerState
    cursor: int
    """Number of the run's newest record when it was saved."""
    notes: dict[str, Any]
    """What whoever saved it wanted to remember."""


class Checkpoints:
    """The checkpoints in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._losses: dict[int, float] = {}
        """By step; for the files that this object has written or looked into."""

    def steps(self) -> list[int]:
        """The steps that were saved, in ascending order."""
        return sorted(int(path.stem) for path in self.folder.glob(f"*{SUFFIX}") if path.stem.isdecimal())

    def path(self, step: int) -> Path:
        """The file of a step."""
        return self.folder / f"{step}{SUFFIX}"

    def save(self, step: int, state: TrainerState, cursor: int, loss: float, notes: dict[str, Any] | None = None) -> Path:
        """Write a checkpoint, whole or not at all, then drop those no longer needed. Raises RunError.

        loss: what the best one is chosen by, the lowest; NaN if unknown.
        """
        import numpy as np
        from safetensors.numpy import save_file

        about = {"format": FORMAT, "step": step, "cursor": cursor, "loss": loss, "notes": notes or {}, "extra": state.extra}
        arrays = {name: np.array(array, order="C", copy=None) for name, array in state.arrays.items()}
        path, draft = self.path(step), self.folder / f".{step}.{os.getpid()}.new"
        try:
            self.folder.mkdir(exist_ok=True)
            save_file(arrays, draft, {"nntui": json.dumps(about)})
            _to_disk(draft)
            draft.replace(path)
            _to_disk(self.folder)
        except Exception as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise RunError(f"can't save a checkpoint in {self.folder}: {_reason(error)}") from error
        self._losses[step] = loss
        self._prune()
        return path

    def load(self, step: int) -> Saved:
        """Read the checkpoint of a step. Raises RunError if it is truncated, foreign or from a newer nntui."""
        from safetensors import safe_open

        from nntui.training.state import TrainerState

        path = self.path(step)
        about = self._about(path)
        try:
            with safe_open(path, framework="np") as file:
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
            return Saved(about["step"], TrainerState(arrays, about["extra"]), about["cursor"], about["notes"])
        except Exception as error:
            raise _spoilt(path, error) from None

    def latest(self, problems: list[str] | None = None) -> Saved | None:
        """The newest one that can be read; None if there is none.

        Those that had to be passed over are told in `problems`. Raises RunError if there are some and none can be read.
        """
        refused: list[str] = []
        for step in reversed(self.steps()):
            try:
                saved = self.load(step)
            except RunError as error:
                refused.append(str(error))
                continue
            if problems is not None:
                problems.extend(refused)
            return saved
        if refused:
            raise RunError(f"no checkpoint of {self.folder.parent.name} can be read: {refused[0]}; put it back, or train it anew")
        return None

    def drop_drafts(self) -> None:
        """Remove what processes have left that were killed while they saved."""
        for draft in self.folder.glob(".*.new"):
            with suppress(OSError):
                draft.unlink()

    def drop_after(self, step: int) -> None:
        """Remove the checkpoints of later steps: training goes on from this one."""
        for later in self.steps():
            if later > step:
                self._drop(later)

    def _prune(self) -> None:
        steps = self.steps()
        keep = set(steps[-NEWEST:])
        best = min(steps, key=lambda step: (self._loss(step), -step))
        if math.isfinite(self._loss(best)):
            keep.add(best)
        spaced = {_stretch(step): step for step in steps if step > 0}
        room = ROOM
        for step in sorted(spaced.values(), reverse=True)[:SPACED]:
            room -= self._size(step)
            if room >= 0:
                keep.add(step)
        for step in steps:
            if step not in keep:
                self._drop(step)

    def _loss(self, step: int) -> float:
        """Of a saved step, infinite if it isn't known."""
        if step not in self._losses:
            try:
                self._losses[step] = float(self._about(self.path(step))["loss"])
            except RunError:
                self._losses[step] = math.inf
        loss = self._losses[step]
        return math.inf if math.isnan(loss) else loss

    def _size(self, step: int) -> int:
        try:
            return self.path(step).stat().st_size
        except OSError:
            return 0

    def _drop(self, step: int) -> None:
        self._losses.pop(step, None)
        with suppress(OSError):  # a file too many harms nobody, and the next save tries again
            self.path(step).unlink(missing_ok=True)

    def _about(self, path: Path) -> dict[str, Any]:
        """What is written in a checkpoint besides arrays. Raises RunError."""
        from safetensors import safe_open

        try:
            with safe_open(path, framework="np") as file:
                about = json.loads((file.metadata() or {})["nntui"])
            found = about["format"]
        except Exception as error:
            raise _spoilt(path, error) from None
        if found > FORMAT:
            raise RunError(f"{path} was written by a newer nntui (format {found}, this one reads up to {FORMAT}): upgrade nntui to open it")
        return dict(about)


def _reason(error: Exception) -> str:
    """Why something couldn't be written; safetensors tells the system's reason only in its text."""
    number = getattr(error, "errno", None)
    found = re.search(r"os error (\d+)", str(error))
    if number is None and found is not None and os.name != "nt":
        number = int(found[1])
    if number == errno.ENOSPC:
        return "the disk is full: free some space"
    return os.strerror(number) if number is not None else str(error)


def _spoilt(path: Path, error: Exception) -> RunError:
    if isinstance(error, FileNotFoundError):
        return RunError(f"there is no checkpoint {path}")
    return RunError(f"{path} is truncated or no checkpoint of nntui")


def _stretch(step: int) -> int:
    """Which [4^n, 4^(n+1)) a step lies in."""
    return (step.bit_length() - 1) // 2


def _to_disk(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is really on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows keeps folders in order by itself and can't open them
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
