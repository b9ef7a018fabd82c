"""What a typed value may look like in a file, in words: "an integer >= 1", "a table with layer = ...".

Everything is read off the types themselves, so a new field or a new layer is explained without being mentioned here.
"""

from __future__ import annotations

import datetime
import difflib
import json
import math
from collections.abc import Iterable, Sized
from typing import Any, NamedTuple, TypeAlias

from msgspec import inspect

LISTED = 150
"""Characters that a list of all possibilities may take in a sentence; longer ones are left out when there is a close name."""

SCALARS = (inspect.IntType, inspect.FloatType, inspect.BoolType, inspect.StrType, inspect.LiteralType)

Location: TypeAlias = tuple[str | int, ...]
"""Where a value lies in a file: keys and list positions from the top."""


class Variants(NamedTuple):
    """The tables that may stand in one place, told apart by one key."""

    key: str | None
    """The key that says which one it is ("layer", "kind"), or None if there is only one table."""
    tables: dict[str, inspect.StructType]


_schemas: dict[Any, inspect.Type] = {}


def schema(kind: Any) -> inspect.Type:
    """What msgspec knows about a type."""
    if kind not in _schemas:
        _schemas[kind] = inspect.type_info(kind)
    return _schemas[kind]


def bare(kind: inspect.Type) -> inspect.Type:
    """The type without its description."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return kind


def options(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    """What may stand in this place; files have no null, so None isn't one of them."""
    kind = bare(kind)
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return tuple(bare(k) for k in kinds if not isinstance(bare(k), inspect.NoneType))


def variants(kind: inspect.Type) -> Variants:
    """The tables among the options."""
    structs = [k for k in options(kind) if isinstance(k, inspect.StructType)]
    key = structs[0].tag_field if structs else None
    return Variants(key, {str(s.tag) if s.tag is not None else s.cls.__name__: s for s in structs})


def child(kind: inspect.Type, value: Any, step: str | int) -> inspect.Type | None:
    """The type of what lies one step below `value`, which is of type `kind`; None if there is no such place."""
    for option in options(kind):
        match option:
            case inspect.VarTupleType() | inspect.ListType() if isinstance(step, int):
                return option.item_type
            case inspect.DictType() if isinstance(step, str):
                return option.value_type
    key, tables = variants(kind)
    if key is not None and isinstance(value, dict):
        chosen = value.get(key)
        tables = {chosen: tables[chosen]} if isinstance(chosen, str) and chosen in tables else {}
    for table in tables.values():
        for field in table.fields:
            if field.encode_name == step:
                return field.type
    return None


def expected(kind: inspect.Type) -> str:
    """What would be right, in words."""
    words = [_scalar(k) for k in options(kind) if isinstance(k, SCALARS)]
    for option in options(kind):
        match option:
            case inspect.VarTupleType() | inspect.ListType():
                key = variants(option.item_type).key
                least = f", {option.min_length} or more" if option.min_length else ""
                words.append(f"a list of tables like [ {{ {key} = ... }} ]" if key else f"a list{least}, each {expected(option.item_type)}")
            case inspect.DictType():
                words.append("a table")
    key, tables = variants(kind)
    if key is not None:
        # Where a name will do, it has been listed already.
        words.append(f"a table like {{ {key} = ... }}" if words else f"a table with {key} = {alternatives(tables)}")
    elif tables:
        words.append("a table")
    return " or ".join(words) or "something else"


def _scalar(kind: inspect.Type) -> str:
    match kind:
        case inspect.IntType():
            return f"an integer{_bounds(kind)}"
        case inspect.FloatType():
            return f"a finite number{_bounds(kind)}"
        case inspect.BoolType():
            return "true or false"
        case inspect.LiteralType():
            return alternatives(names(kind))
        case inspect.StrType(min_length=int(least)) if least > 0:
            return "text in quotes, not empty" if least == 1 else f"text in quotes, {least} characters or more"
    return "text in quotes"


def names(kind: inspect.Type) -> list[str]:
    """The words that may stand in this place, in quotes where they are not words."""
    words = [str(v) for option in options(kind) if isinstance(option, inspect.LiteralType) for v in option.values]
    return [word if word.isidentifier() else shown(word) for word in words]


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    signs = ((">=", kind.ge), (">", kind.gt), ("<=", kind.le), ("<", kind.lt))
    limits = " and ".join(f"{sign} {limit if isinstance(limit, int) else f'{limit:g}'}" for sign, limit in signs if limit is not None)
    return f" {limits}" if limits else ""


def long_enough(value: Sized, kind: inspect.StrType | inspect.VarTupleType | inspect.ListType) -> bool:
    """Whether a text or a list has a length that its type allows."""
    return (kind.min_length is None or len(value) >= kind.min_length) and (kind.max_length is None or len(value) <= kind.max_length)


def within(number: float, kind: inspect.IntType | inspect.FloatType) -> bool:
    """Whether a number keeps the limits of its type and fits a machine's."""
    if isinstance(kind, inspect.IntType) and not -(2**63) <= number < 2**63:
        return False
    try:
        finite = math.isfinite(number)
    except OverflowError:
        return False
    return (
        finite
        and (kind.ge is None or number >= kind.ge)
        and (kind.gt is None or number > kind.gt)
        and (kind.le is None or number <= kind.le)
        and (kind.lt is None or number < kind.lt)
    )


def alternatives(words: Iterable[str]) -> str:
    """ "a, b or c"."""
    *most, last = list(words)
    return f"{', '.join(most)} or {last}" if most else last


def suggestion(word: str, known: Iterable[str], elsewhere: str = "") -> str:
    """Half a sentence that leads from a wrong name to the right ones: close names first, all of them if they are few.

    elsewhere: says where all of them can be read, if they are many.
    """
    known = list(known)
    close = difflib.get_close_matches(word.lower(), known, n=3)
    close += [name for name in known if len(word) > 2 and word.lower() in name and name not in close][: 3 - len(close)]
    everything = ", ".join(known)
    if close and len(everything) > LISTED:
        return f"did you mean {alternatives(close)}?"
    if close and len(known) > len(close):
        return f"did you mean {alternatives(close)}? (there are {everything})"
    if close:
        return f"did you mean {alternatives(close)}?"
    if elsewhere and len(everything) > LISTED:
        return elsewhere
    return f"there {'is' if len(known) == 1 else 'are'} {everything}" if known else "there is none"


def shown(value: Any) -> str:
    """What was got, as it stands in the file, short."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            text = str(value) if abs(value) < 10**30 else "a number of more than 30 digits"
        case str():
            text = json.dumps(value, ensure_ascii=False)
        case dict():
            text = "a table" if value else "an empty table"
        case list() | tuple():
            text = f"a list of {len(value)}" if value else "an empty list"
        case datetime.date() | datetime.time():
            text = f"the date or time {value}"
        case _:
            text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def dotted(path: Location) -> str:
    """A path as people write it: network[2].units."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            plain = bool(step) and all(c.isalnum() or c in "-_" for c in step)
            text += ("." if text else "") + (step if plain else f'"{step}"')
    return text
