"""A form without a screen: the fields of a typed value, their texts, and what a text means or why it doesn't.

Everything is read off the types (limits, descriptions, choices), so a new layer has a form without being mentioned here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from nntui.editing import value_of
from nntui.errors import ExperimentError, NntuiError
from nntui.reading import convert, faults
from nntui.schema import expected, options, schema, variants
from nntui.writing import inline

T = TypeVar("T", bound=msgspec.Struct)


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

    @property
    def wanted(self) -> str:
        """What may be written, in words."""
        return expected(self.kind)


def fields(kind: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The fields that can be written in one line, in their order. The layers inside a container are not among them."""
    table = schema(kind)
    assert isinstance(table, inspect.StructType)
    return tuple(_field(field) for field in table.fields if not _holds_tables(field.type))


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
    return Field(field.encode_name, field.type, _description(field.type), start, field.required, tuple(words), closed and bool(words))


def _description(kind: inspect.Type) -> str:
    while isinstance(kind, inspect.Metadata):
        found = (kind.extra_json_schema or {}).get("description")
        if found:
            return str(found)
        kind = kind.type
    return ""


def _holds_tables(kind: inspect.Type) -> bool:
    return any(isinstance(option, inspect.VarTupleType) and bool(variants(option.item_type).tables) for option in options(kind))


def written(value: Any) -> str:
    """A value as a person would type it into its field."""
    match value:
        case None:
            return ""
        case str():
            return value
        case tuple():
            return ", ".join(written(item) for item in value)
    return inline(msgspec.to_builtins(value))


def texts(value: msgspec.Struct) -> dict[str, str]:
    """The form of a value filled in."""
    return {field.name: written(getattr(value, field.name)) for field in fields(type(value))}


def read(field: Field, text: str) -> Any:
    """What a text means: plain numbers, text, lists and tables; None for the default. Raises FieldError."""
    text = text.strip()
    if not text:
        if field.required:
            raise FieldError(field.name, f"missing: expected {field.wanted}")
        return None
    if text in field.choices and text not in ("true", "false"):
        return text
    raw = _parsed(field, text)
    for fault in faults(raw, field.kind, (field.name,)):
        raise FieldError(field.name, fault.text("").removeprefix(f"{field.name}: "))
    return raw


def _parsed(field: Field, text: str) -> Any:
    kinds = options(field.kind)
    if any(isinstance(kind, inspect.VarTupleType | inspect.ListType) for kind in kinds) and not text.startswith("["):
        if any(isinstance(kind, inspect.VarTupleType) and isinstance(options(kind.item_type)[0], inspect.StrType) for kind in kinds):
            return [word.strip() for word in text.split(",") if word.strip()]
        text = f"[{text}]"
    return value_of(text)


def value(kind: type[T], given: dict[str, str], keep: T | None = None) -> T:
    """The value that a filled-in form means; fields without a line (a container's body) are taken from `keep`.

    Raises FieldError for the first field that doesn't fit.
    """
    table = schema(kind)
    assert isinstance(table, inspect.StructType)
    raw: dict[str, Any] = {str(table.tag_field): table.tag} if table.tag_field else {}
    for field in fields(kind):
        meaning = read(field, given.get(field.name, field.start))
        if meaning is not None:
            raw[field.name] = meaning
    shown = {field.name for field in fields(kind)}
    for hidden in table.fields:
        if hidden.encode_name not in shown:
            raw[hidden.encode_name] = msgspec.to_builtins(getattr(keep, hidden.name)) if keep is not None else []
    try:
        return convert(raw, kind, "")
    except ExperimentError as error:
        raise FieldError("", str(error)) from None
