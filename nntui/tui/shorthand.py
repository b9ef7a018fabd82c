"""A layer in a few words: "conv 16 k3", "dropout 0.2", "lstm 32 returns=sequence". Names are begun, not spelled out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nntui.errors import ExperimentError
from nntui.nn.catalogue import BY_TAG
from nntui.nn.layer import Layer
from nntui.reading import convert
from nntui.tui.fields import Field, FieldError, fields, read

NAMED = re.compile(r"([A-Za-z_]+)(?:=(.+)|(-?[\d.].*))")
"""rate=0.2, k3, kernel3: a name, or its beginning, and a value."""
NUMBER = re.compile(r"-?[\d.][\dx.,e+-]*")
SIZE = re.compile(r"(\d+)x(\d+)")


def divided(text: str) -> tuple[str, list[str]]:
    """What names the layer, and the words about it: ("max pool", ["2"]).

    A word belongs to the name as long as some layer is called like that.
    """
    words = text.split()
    names = [tag.replace("_", " ") for tag in BY_TAG]
    end = 0
    while end < len(words) and any(" ".join(words[: end + 1]).lower().replace("_", " ") in name for name in names):
        end += 1
    end = max(end, 1)
    return " ".join(words[:end]), words[end:]


def layer(tag: str, words: Sequence[str]) -> Layer:
    """The layer of this kind that words describe. Raises FieldError with a sentence for what means nothing."""
    kind = BY_TAG[tag]
    known = {field.name: field for field in fields(kind)}
    given: dict[str, str] = {}
    for word in words:
        name, text = _meant(tag, word, known, given)
        if name in given:
            raise FieldError(name, f"is there twice: {given[name]} and {text}")
        given[name] = _size(text)
    for field in known.values():
        if field.required and field.name not in given:
            read(field, "")
    raw = {"layer": tag, **{name: read(known[name], text) for name, text in given.items()}}
    try:
        return convert(raw, kind, "")
    except ExperimentError as error:
        raise FieldError("", str(error)) from None


def _meant(tag: str, word: str, known: dict[str, Field], given: dict[str, str]) -> tuple[str, str]:
    if NUMBER.fullmatch(word):
        free = next((field.name for field in known.values() if field.name not in given and _takes_number(field)), None)
        if free is None:
            raise FieldError("", f"{tag} takes no further number: {word} means nothing to it")
        return free, word
    named = NAMED.fullmatch(word)
    if named is not None:
        return _begun(tag, named[1].lower(), known), named[2] or named[3]
    for field in known.values():
        if word.lower() in field.choices and word.lower() not in ("true", "false"):
            return field.name, word.lower()
    name = _begun(tag, word.lower(), known)
    if "true" not in known[name].choices:
        raise FieldError(name, f"expected {known[name].wanted}: write {name}=...")
    return name, "true"


def _begun(tag: str, start: str, known: dict[str, Field]) -> str:
    found = next((name for name in known if name.startswith(start)), None)
    if found is None:
        raise FieldError("", f"{tag} has nothing that begins with {start!r}: {', '.join(known) or 'it has no options'}")
    return found


def _takes_number(field: Field) -> bool:
    return not field.closed and any(word in field.wanted for word in ("integer", "number"))


def _size(text: str) -> str:
    """3x5 as the list that a kernel of two sizes is written as."""
    size = SIZE.fullmatch(text)
    return f"[{size[1]}, {size[2]}]" if size else text
