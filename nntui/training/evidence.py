"""The batch of a step that went wrong, kept beside the run with what was found: for whoever wants to look at it, years later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from nntui.errors import RunError
from nntui.training.forensics import Culprit

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.training.trainer import Trainer

NAME = "not-finite.safetensors"


def keep(folder: Path, trainer: Trainer) -> Path:
    """Write inputs X, targets T, indices into the training part and, if they are known, numbers in the source. Raises RunError."""
    from safetensors.numpy import save_file

    culprit = trainer.culprit
    assert culprit is not None
    indices = trainer.runner.batch(culprit.step - 1)
    train, origin = trainer.data.train, trainer.data.origin
    arrays = {"X": train.X[indices], "T": train.y[indices], "indices": indices}
    if origin is not None:
        arrays["numbers"] = origin.numbers[indices]
    path = folder / NAME
    about = {**msgspec.to_builtins(culprit), "numbered": origin.kind if origin is not None else None}
    try:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path, {"nntui": json.dumps(about)})
    except Exception as error:
        why = getattr(error, "strerror", None) or error
        raise RunError(f"the batch of step {culprit.step} can't be kept in {path.name}: {why}") from error
    return path


def kept(folder: Path) -> tuple[Culprit, dict[str, Array]] | None:
    """What `keep` wrote for a run, if it did. Raises RunError if it can't be read."""
    from safetensors import safe_open

    path = folder / NAME
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="np") as file:
            about: dict[str, Any] = json.loads((file.metadata() or {})["nntui"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        return msgspec.convert(about, Culprit), arrays
    except Exception as error:
        raise RunError(f"{path} is truncated or was not written by nntui ({error})") from None
