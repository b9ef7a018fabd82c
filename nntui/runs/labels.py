"""What a person writes on a run: another name, tags, a note, a pin. Kept in the run's own file, beside what was measured."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from nntui.errors import RunError
from nntui.runs.store import encode, explained, open_for_writing, transaction

LONGEST_NAME = 60
LONGEST_NOTE = 2000
MOST_TAGS = 20


class Labels(msgspec.Struct, frozen=True, omit_defaults=True):
    """Nothing of it changes what was trained."""

    name: str = ""
    """What the run is called instead of its folder's name."""
    tags: tuple[str, ...] = ()
    note: str = ""
    pinned: bool = False
    """Whether it stands first in the table."""


decode_labels = msgspec.msgpack.Decoder(Labels).decode


def name_of(text: str) -> str:
    """A name in one line; "" takes it back. Raises RunError if it is too long."""
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        raise RunError(f"a name has at most {LONGEST_NAME} characters, this one has {len(name)}")
    return name


def tags_of(words: Iterable[str]) -> tuple[str, ...]:
    """Tags from words, each once, sorted. Raises RunError for one that isn't a word."""
    found = sorted({word.strip().lstrip("#") for word in words} - {""})
    for tag in found:
        if not re.fullmatch(r"[\w.+-]{1,30}", tag):
            raise RunError(f"a tag is one word of at most 30 letters, digits and - . +, got {tag[:40]!r}")
    if len(found) > MOST_TAGS:
        raise RunError(f"a run has at most {MOST_TAGS} tags, got {len(found)}")
    return tuple(found)


def note_of(text: str) -> str:
    """A note. Raises RunError if it is too long."""
    note = text.strip()
    if len(note) > LONGEST_NOTE:
        raise RunError(f"a note has at most {LONGEST_NOTE} characters, this one has {len(note)}")
    return note


def write_labels(path: Path, labels: Labels) -> None:
    """Put labels on the run in a folder, also while it trains. Raises RunError if it can't be written."""
    connection = open_for_writing(path)
    try:
        with explained(path, "write"), transaction(connection, "IMMEDIATE"):
            connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('labels', ?)", (encode(labels),))
    finally:
        connection.close()
