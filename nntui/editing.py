"""Changing one value by its dotted name: optimizer.learning_rate=0.01, network[0].units=16."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import msgspec
from msgspec import inspect

from nntui.errors import ExperimentError
from nntui.schema import Location, child, dotted, schema, shown, variants
from nntui.writing import plain

NAME = r'(?:"[^"]*"|[A-Za-z0-9_-]+)'
PATH = re.compile(rf"{NAME}(?:\.{NAME}|\[\d+\])*")
STEP = re.compile(rf"\[(?P<index>\d+)\]|(?P<name>{NAME})")


def assignment(text: str) -> tuple[Location, str]:
    """ "network[0].units=16" as a path and the text of the value. Raises ExperimentError if it isn't of that form."""
    name, equals, value = text.partition("=")
    path = _path(name)
    if not equals or not path:
        raise ExperimentError(f"expected key=value, like optimizer.learning_rate=0.01 or network[0].units=16, got {shown(text)}")
    return path, value.strip()


def value_of(text: str) -> Any:
    """What a text means as a TOML value; a text that isn't one means itself, so that names need no quotes."""
    try:
        tables = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return tables["value"] if tables.keys() == {"value"} else text


def assign(raw: dict[str, Any], owner: msgspec.Struct, path: Location, text: str) -> None:
    """Put a value into `raw`, the tables that describe `owner`; an empty text takes the key away (its default holds) or the layer out.

    Changing which layer, optimizer or source a table means keeps those of its keys that the new one has, too.
    """
    here: Any = raw
    there: Any = owner
    kind: inspect.Type | None = schema(type(owner))
    for depth, step in enumerate(path):
        step = _fitting(here, step, path[:depth])
        if depth == len(path) - 1:
            _put(here, step, text, kind)
            return
        there = there[step] if isinstance(step, int) and isinstance(there, tuple) else _part(there, step)
        if isinstance(here, dict) and step not in here:
            # What a file leaves out is there by default.
            here[step] = plain(there) if isinstance(there, msgspec.Struct) else {}
        kind = child(kind, here, step) if kind is not None else None
        here = here[step]


def _put(here: Any, step: str | int, text: str, kind: inspect.Type | None) -> None:
    if not text:
        if isinstance(here, dict):
            here.pop(step, None)
        else:
            del here[int(step)]
        return
    value = value_of(text)
    if isinstance(here, dict) and kind is not None:
        key, tables = variants(kind)
        if step == key and isinstance(value, str) and value in tables:
            known = {key, *(field.encode_name for field in tables[value].fields)}
            for word in [word for word in here if word not in known]:
                del here[word]
    here[step] = value


def _fitting(here: Any, step: str | int, path: Location) -> str | int:
    """The step as a key of a table or a position in a list."""
    if isinstance(here, dict):
        return str(step)
    if not isinstance(here, list | tuple):
        raise ExperimentError(f"{dotted(path)}: is {shown(here)}, so there is no {dotted((*path, step))}")
    if isinstance(step, str) and not step.isdigit():
        raise ExperimentError(f"{dotted(path)}: is a list; say which one, like {dotted((*path, 0))}, got {shown(step)}")
    if int(step) >= len(here):
        there_are = f"there are {len(here)}, counted from 0" if here else "the list is empty"
        raise ExperimentError(f"{dotted((*path, int(step)))}: {there_are}")
    return int(step)


def _part(owner: Any, step: str | int) -> Any:
    if isinstance(owner, dict):
        return owner.get(step)
    return getattr(owner, str(step), None) if isinstance(owner, msgspec.Struct) else None


def _path(name: str) -> Location:
    name = name.strip()
    if not PATH.fullmatch(name):
        return ()
    return tuple(step["name"].strip('"') if step["index"] is None else int(step["index"]) for step in STEP.finditer(name))
