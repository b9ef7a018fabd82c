"""A form without a screen: the fields of a typed value, their texts, and what a text means or why it doesn't.

Everything is read off the types (limits, descriptions, choices), so a new layer has a form without being mentioned here.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from nntui.editing import value_of
from nntui.errors import ExperimentError, NntuiError
from nntui.nn.layer import Layer
from nntui.reading import convert, faults
from nntui.schema import bare, dotted, expected, options, schema, variants
from nntui.writing import inline, plain

T = TypeVar("T", bound=msgspec.Struct)

NONE = "none"
"""What people may write into a field that may be empty."""


class FieldError(NntuiError):
    """A text that isn't a value of its field."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}" if field else sentence)
        self.field = field


@dataclass(frozen=True)
class Field:
    """One line of a form."""

    name: str
    kind: inspect.Type
    description: str
    start: str
    """The text it starts with: its default, or nothing if a value has to be given."""
    required: bool
    choices: tuple[str, ...] = ()
    """Words that are values."""
    closed: bool = False
    """Whether there is nothing but the choices."""
    optional: bool = False
    """Whether nothing is a value, too."""

    @property
    def wanted(self) -> str:
        """What may be written, in words."""
        return expected(self.kind).replace("text in quotes", "text") + ("; empty: none" if self.optional and not self.closed else "")


def fields(kind: type[msgspec.Struct], only: tuple[str, ...] | None = None) -> tuple[Field, ...]:
    """The fields that can be written in one line, in their order, or those named.

    The layers inside a container are not among them. A table with a few values is there as its fields: early_stopping.patience.
    """
    table = _table(kind)
    if only is not None:
        by_name = {field.encode_name: field for field in table.fields}
        return tuple(line for name in only for line in _lines(by_name[name]))
    in_container = issubclass(kind, Layer)
    return tuple(line for field in table.fields if not (in_container and _holds_tables(field.type)) for line in _lines(field))


def _table(kind: type[msgspec.Struct]) -> inspect.StructType:
    table = schema(kind)
    assert isinstance(table, inspect.StructType)
    return table


def _lines(field: inspect.Field) -> list[Field]:
    inner = _inner(field)
    if inner is None:
        return [_field(field)]
    lines = [_field(one) for one in inner.fields]
    if not _optional(field):
        return [dataclasses.replace(line, name=f"{field.encode_name}.{line.name}") for line in lines]
    # Its own defaults would say that it is there.
    return [
        dataclasses.replace(line, name=f"{field.encode_name}.{line.name}", start="", required=False, optional=True, closed=False)
        for line in lines
    ]


def _inner(field: inspect.Field) -> inspect.StructType | None:
    """The table that this field holds, if it can be nothing else."""
    kinds = options(field.type)
    return kinds[0] if len(kinds) == 1 and isinstance(kinds[0], inspect.StructType) and kinds[0].tag_field is None else None


def _optional(field: inspect.Field) -> bool:
    kind = bare(field.type)
    return isinstance(kind, inspect.UnionType) and any(isinstance(bare(one), inspect.NoneType) for one in kind.types)


def _field(field: inspect.Field) -> Field:
    words: list[str] = []
    closed = True
    for option in options(field.type):
        match option:
            case inspect.LiteralType():
                words += [str(value) for value in option.values]
            case inspect.BoolType():
                words += ["true", "false"]
            case _:
                closed = False
    start = "" if field.required else written(field.default)
    optional = _optional(field) and field.default is None
    closed = closed and bool(words) and not optional
    return Field(field.encode_name, field.type, _description(field.type), start, field.required, tuple(words), closed, optional)


def _description(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata):
        found = (kind.extra_json_schema or {}).get("description")
        return str(found) if found else _description(kind.type)
    inner = kind.types if isinstance(kind, inspect.UnionType) else ()
    return next(filter(None, map(_description, inner)), "")


def _holds_tables(kind: inspect.Type) -> bool:
    return any(isinstance(option, inspect.VarTupleType) and bool(variants(option.item_type).tables) for option in options(kind))


def written(value: Any) -> str:
    """A value as a person would type it into its field."""
    match value:
        case None:
            return ""
        case str():
            return value
        case tuple() if not any(isinstance(item, msgspec.Struct) for item in value):
            return ", ".join(written(item) for item in value)
    return inline(plain(value))


def texts(value: msgspec.Struct, only: tuple[str, ...] | None = None) -> dict[str, str]:
    """The form of a value filled in."""
    found = {}
    for field in fields(type(value), only):
        here: Any = value
        for name in field.name.split("."):
            here = getattr(here, name) if here is not None else None
        found[field.name] = written(here)
    return found


def read(field: Field, text: str) -> Any:
    """What a text means: plain numbers, text, lists and tables; None for the default. Raises FieldError."""
    text = text.strip()
    if not text or (field.optional and text == NONE):
        if field.required:
            raise FieldError(field.name, f"missing: expected {field.wanted}")
        return None
    if text in field.choices and text not in ("true", "false"):
        return text
    raw = _parsed(field, text)
    for fault in faults(raw, field.kind, (field.name,)):
        raise FieldError(field.name, fault.text("").removeprefix(f"{dotted((field.name,))}: "))
    return raw


def _parsed(field: Field, text: str) -> Any:
    kinds = options(field.kind)
    lists = [kind for kind in kinds if isinstance(kind, inspect.VarTupleType | inspect.ListType)]
    if lists and not text.startswith("["):
        items = options(lists[0].item_type)
        if any(isinstance(item, inspect.StrType) for item in items):
            return [word.strip() for word in text.split(",") if word.strip()]
        if "," in text or len(lists) == len(kinds):
            text = f"[{text}]"
    if all(isinstance(kind, inspect.StrType) for kind in kinds):
        return text  # a name of digits is a name
    return value_of(text)


def value(kind: type[T], given: dict[str, str], keep: msgspec.Struct | None = None, only: tuple[str, ...] | None = None) -> T:
    """The value that a filled-in form means; fields without a line (a container's body) are taken from `keep`.

    Raises FieldError for the first field that doesn't fit.
    """
    table = _table(kind)
    raw: dict[str, Any] = {str(table.tag_field): table.tag} if table.tag_field else {}
    shown = fields(kind, only)
    for field in shown:
        meaning = read(field, given.get(field.name, field.start))
        if meaning is not None:
            *above, name = field.name.split(".")
            here = raw
            for step in above:
                here = here.setdefault(step, {})
            here[name] = meaning
    named = {field.name.split(".")[0] for field in shown}
    for hidden in table.fields:
        if hidden.encode_name not in named:
            kept = getattr(keep, hidden.name, () if _holds_tables(hidden.type) else None)
            if kept is not None:
                raw[hidden.encode_name] = plain(kept)
    try:
        return convert(raw, kind, "")
    except ExperimentError as error:
        raise FieldError("", str(error)) from None
