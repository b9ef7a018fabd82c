"""Arrays X and y from a NumPy archive. Objects are never unpickled: a file from a stranger can't execute anything."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy

from nntui.backends.operations import Array
from nntui.data.features import input_names
from nntui.data.paths import readable, version
from nntui.data.preparation import Raw
from nntui.data.source import Facts
from nntui.data.task import are_classes, check_classes, check_numbers, class_name, target_of_numbers
from nntui.errors import DataError
from nntui.nn.losses import Target

if TYPE_CHECKING:
    from nntui.data.files import Npz, Task

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


@dataclass(frozen=True)
class _Head:
    """What is known of an archive without its X: shapes, and the targets."""

    x: tuple[int, ...]
    """Shape of one example."""
    classes: tuple[str, ...] | None
    y: Array
    """Labels (n,), or numbers float64 (n, width)."""


def facts(source: Npz) -> Facts:
    """Reads y and the shape of X; remembered until the file changes. Raises DataError."""
    path, changed, size = version(source.npz)
    return _facts(source, path.name, _head(path, source.task, changed, size))


def load(source: Npz) -> tuple[Facts, Raw]:
    """Everything in the archive, checked. Raises DataError."""
    path, changed, size = version(source.npz)
    head = _head(path, source.task, changed, size)
    X = _array(path, "X").reshape(len(head.y), *head.x)
    _check_finite(path.name, "X", X)
    facts = _facts(source, path.name, head)
    return facts, Raw(X, head.y, joint=X.ndim > 2, standardize_target=facts.target.standardized)


def _facts(source: Npz, name: str, head: _Head) -> Facts:
    planar = head.x == (2,)
    own = () if len(head.x) > 1 else ("x", "y") if planar else tuple(f"x{i + 1}" for i in range(head.x[0]))
    names = input_names(name, source.features, own, planar)
    if head.classes:
        target = Target(len(head.classes))
    else:
        bounds = float(head.y.min()), float(head.y.max())
        target = target_of_numbers(bounds, source.standardize_target, head.y.shape[1])
    return Facts((len(names),) if names else head.x, target, head.classes, names, len(head.y))


@lru_cache(maxsize=4)
def _head(path: Path, task: Task, changed: int, size: int) -> _Head:
    x, x_type = _header(path, "X")
    if x_type.kind not in "biuf":
        raise DataError(f"{path.name}: X must hold numbers, but its type is {x_type}")
    if not x or 0 in x:
        raise DataError(
            f"{path.name}: X has shape {x}, but needs (examples, inputs) or (examples, height, width, channels), none of them 0"
        )
    y_shape, y_type = _header(path, "y")
    if y_type.kind not in "biufUS":
        raise DataError(f"{path.name}: y must hold numbers or texts, but its type is {y_type}")
    if len(y_shape) not in (1, 2) or 0 in y_shape:
        raise DataError(f"{path.name}: y has shape {y_shape}, but needs (examples,) for classes or (examples, numbers) for regression")
    if y_shape[0] != x[0]:
        raise DataError(f"{path.name}: X holds {x[0]} examples, but y {y_shape[0]}: both need the same number")
    if x[0] == 1:
        raise DataError(f"{path.name} holds a single example: at least two are needed")
    y = _array(path, "y")
    classes, y = _targets(path.name, y.ravel() if y_shape[1:] == (1,) else y, task)
    return _Head(x[1:] or (1,), classes, y)


def _targets(name: str, y: Array, task: Task) -> tuple[tuple[str, ...] | None, Array]:
    """Names of the classes and labels (n,), or None and numbers float64 (n, width)."""
    where = f"{name}: y"
    texts = y.dtype.kind in "US"
    if not texts:
        _check_finite(name, "y", y)
    if y.ndim == 2 and (texts or task == "classification"):
        raise DataError(f"{where} has shape {y.shape}, but classes need one label per example: of one-hot rows, save y.argmax(axis=1)")
    if texts and task == "regression":
        raise DataError(f'{where} holds texts, but task = "regression" needs numbers')
    if y.ndim == 1:
        values, labels = np.unique(y, return_inverse=True)
        if texts or task == "classification" or (task == "auto" and are_classes(values.tolist(), len(y))):
            check_classes(where, len(values), len(y), _named(values[0]))
            return tuple(_named(value) for value in values), labels.astype(np.int64)
    numbers = y.reshape(len(y), -1).astype(np.float64)
    for column in range(numbers.shape[1]):
        check_numbers(where if y.ndim == 1 else f"{where}[:, {column}]", numbers[:, column].min(), numbers[:, column].max())
    return None, numbers


def _named(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "backslashreplace")
    return str(value) if isinstance(value, str | np.bool_) else class_name(value)


def _header(path: Path, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of an array, without reading it."""
    with _archive(path) as archive:
        if f"{name}.npy" not in archive.namelist():
            there = ", ".join(entry.removesuffix(".npy") for entry in archive.namelist()[:8]) or "nothing"
            raise DataError(f"{path.name} has no array {name} (it has {there}): write it with numpy.savez(file, X=X, y=y)")
        with archive.open(f"{name}.npy") as file:
            form = npy.read_magic(file)
            if form not in _HEADERS:
                raise DataError(
                    f"{path.name}: {name} is in format {form[0]}.{form[1]}, which only structured arrays need: save plain numbers"
                )
            shape, _, dtype = _HEADERS[form](file)
    if dtype.hasobject:
        raise DataError(f"{path.name}: {name} holds Python objects, which are never read from a file: save it with a numeric dtype")
    return shape, dtype


def _array(path: Path, name: str) -> Array:
    with _archive(path) as archive, archive.open(f"{name}.npy") as file:
        return np.asarray(npy.read_array(file, allow_pickle=False))


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, with what is wrong with it turned into a DataError."""
    with readable(path):
        try:
            with zipfile.ZipFile(path) as archive:
                yield archive
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError, KeyError) as error:
            raise DataError(f"{path.name} isn't an intact NumPy archive ({error}): write it with numpy.savez(file, X=X, y=y)") from None
        except MemoryError:
            raise DataError(f"{path.name} doesn't fit into memory") from None


def _check_finite(name: str, array: str, values: Array) -> None:
    if values.dtype.kind == "f" and not (finite := np.isfinite(values)).all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        count = int(values.size - finite.sum())
        more = f" and {count - 1} more" if count > 1 else ""
        at = ", ".join(map(str, place))
        raise DataError(f"{name}: {array}[{at}] is {values[place]}{more}: every value must be a finite number")
