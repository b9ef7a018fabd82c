"""From TOML to typed values. What doesn't fit is named by file and key, with what was expected and what was got."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import inspect

from nntui.errors import ExperimentError
from nntui.schema import (
    Location,
    alternatives,
    bare,
    dotted,
    expected,
    long_enough,
    names,
    options,
    schema,
    shown,
    suggestion,
    variants,
    within,
)

T = TypeVar("T")


class Fault(NamedTuple):
    """One thing that is wrong, and where."""

    path: Location
    sentence: str
    unknown: bool = False
    """Whether the last step of the path is a key that isn't known there."""

    def text(self, where: str) -> str:
        """As one sentence: file, key, what is wrong."""
        return ": ".join(part for part in (where, dotted(self.path), self.sentence) if part)


def parse(text: str, where: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises ExperimentError with line and column where the text is broken."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, line, column = _located(str(error), text)
        raise ExperimentError(f"{where}: line {line}, column {column}: {message}") from None
    except RecursionError:
        raise ExperimentError(f"{where}: lists or tables are nested too deeply") from None
    except ValueError:  # Python refuses integers of more than 4,300 digits
        raise ExperimentError(f"{where}: a number in it has too many digits") from None


def convert(raw: Any, kind: type[T], where: str) -> T:
    """`raw` (tables, lists, numbers, text) as a value of type `kind`. Raises ExperimentError naming the first key that doesn't fit."""
    try:
        value = msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise ExperimentError(explain(error, raw, kind, where)) from None
    except RecursionError:
        raise ExperimentError(f"{where}: containers are nested too deeply") from None
    # msgspec lets infinities and integers of any length through, and takes 2.0 for 2. Only numbers like these are worth
    # working out the schema of the whole file, which takes longer than reading it.
    if _doubtful(raw):
        for fault in faults(raw, schema(kind)):
            raise ExperimentError(fault.text(where))
    return value


def _doubtful(raw: Any) -> bool:
    """Whether a number in it could have been let through although it doesn't fit."""
    if isinstance(raw, dict):
        return any(map(_doubtful, raw.values()))
    if isinstance(raw, list | tuple):
        return any(map(_doubtful, raw))
    if isinstance(raw, float):
        return not math.isfinite(raw) or raw.is_integer()
    return isinstance(raw, int) and not -(2**63) <= raw < 2**63


def explain(error: msgspec.ValidationError, raw: Any, kind: type[Any], where: str) -> str:
    """What a refusal of msgspec means, in one sentence for people."""
    root = schema(kind)
    for fault in faults(raw, root):
        hint = _elsewhere(fault.path, root) if fault.unknown else ""
        return Fault(fault.path, fault.sentence + hint).text(where)
    return Fault((), str(error)).text(where)


def faults(raw: Any, kind: inspect.Type, path: Location = ()) -> Iterator[Fault]:
    """Everything in `raw` that doesn't fit its type, in the order of the file."""
    for option in options(kind):
        match option:
            case inspect.AnyType():
                return
            case inspect.VarTupleType() | inspect.ListType() if isinstance(raw, list | tuple) and long_enough(raw, option):
                for index, item in enumerate(raw):
                    yield from faults(item, option.item_type, (*path, index))
                return
            case inspect.DictType() if isinstance(raw, dict):
                for key, item in raw.items():
                    yield from faults(item, option.value_type, (*path, key))
                return
            case _ if _fits(raw, option):
                return
    if isinstance(raw, dict) and variants(kind).tables:
        yield from _table_faults(raw, kind, path)
    else:
        yield Fault(path, _mismatch(raw, kind))


def _fits(raw: Any, kind: inspect.Type) -> bool:
    """Whether a scalar is what its type asks for."""
    match kind:
        case inspect.BoolType():
            return isinstance(raw, bool)
        case inspect.IntType():
            return isinstance(raw, int) and not isinstance(raw, bool) and within(raw, kind)
        case inspect.FloatType():
            return isinstance(raw, int | float) and not isinstance(raw, bool) and within(raw, kind)
        case inspect.StrType():
            return isinstance(raw, str) and long_enough(raw, kind)
        case inspect.LiteralType():
            return not isinstance(raw, bool) and raw in kind.values
    return False


def _mismatch(raw: Any, kind: inspect.Type) -> str:
    if isinstance(raw, str) and (known := names(kind)):
        return f"{shown(raw)} is not known: {suggestion(raw, known)}"
    if isinstance(raw, int) and not isinstance(raw, bool) and not -(2**63) <= raw < 2**63:
        return f"{shown(raw)} is too large, expected {expected(kind)}"
    return f"expected {expected(kind)}, got {shown(raw)}"


def _table_faults(raw: dict[str, Any], kind: inspect.Type, path: Location) -> Iterator[Fault]:
    key, tables = variants(kind)
    if key is None:
        (table,) = tables.values()
        name = "the file" if not path else f"[{dotted(path)}]"
    else:
        tag = raw.get(key)
        if key not in raw:
            yield Fault((*path, key), f"missing: expected {alternatives(tables)}")
            return
        if not isinstance(tag, str):
            yield Fault((*path, key), f"expected {alternatives(tables)}, got {shown(tag)}")
            return
        if tag not in tables:
            hint = _by_another_name(tag, tables) or suggestion(tag, tables)
            yield Fault((*path, key), f"there is no {key if key != 'kind' else _noun(path)} {shown(tag)}: {hint}")
            return
        table, name = tables[tag], tag
    fields = {field.encode_name: field for field in table.fields}
    for word, value in raw.items():
        if word in fields:
            yield from faults(value, fields[word].type, (*path, word))
        elif word != key:
            hint = suggestion(word, fields) if fields else "it takes no options"
            yield Fault((*path, word), f"{name} has no such key: {hint}", unknown=True)
    for field in table.fields:
        if field.required and field.encode_name not in raw:
            yield Fault((*path, field.encode_name), f"missing: expected {expected(field.type)}")


def _by_another_name(word: str, tables: dict[str, inspect.StructType]) -> str:
    """What others call swish is silu here: a table's class may know such names."""
    tag = next((tag for tag, table in tables.items() if word.lower() in getattr(table.cls, "synonyms", ())), None)
    return f"it is called {tag} here" if tag else ""


def _noun(path: Location) -> str:
    """What a table with a kind is called: the key it stands under."""
    return next((step for step in reversed(path) if isinstance(step, str)), "kind")


def _elsewhere(path: Location, root: inspect.Type) -> str:
    """Where an unknown key would be right. In TOML a key after a [table] header belongs to that table: easily missed."""
    top = bare(root)
    if not isinstance(top, inspect.StructType):
        return ""
    word = path[-1]
    if len(path) > 1 and any(field.encode_name == word for field in top.fields):
        return f"; {word} belongs at the top of the file, before the first [table]"
    for field in top.fields:
        for table in variants(field.type).tables.values():
            if field.encode_name not in path and any(inner.encode_name == word for inner in table.fields):
                return f"; {word} belongs in [{field.encode_name}]"
    return ""


def _located(message: str, text: str) -> tuple[str, int, int]:
    """tomllib's message without its position, and the position; at the end of the text where it names none."""
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    message = message[:1].lower() + message[1:]
    if found:
        return message[: found.start()], int(found[1]), int(found[2])
    lines = text.rstrip().split("\n")
    return message.removesuffix(" (at end of document)"), len(lines), len(lines[-1]) + 1
