"""A CSV file as text: its encoding, delimiter, header and rows, read in chunks by Python's csv module.

Rows are numbered as a spreadsheet does: the header is row 1 if nothing is above it. Empty rows are skipped.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from nntui.data.paths import readable
from nntui.errors import DataError

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 65_536
"""Characters read to find the delimiter."""
_CHUNK = 4096
"""Rows handled together."""

MISSING = frozenset({"", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN", "NULL", "null", "?"})
"""Texts that stand for a value that isn't there."""


@dataclass(frozen=True)
class Chunk:
    """Some rows, column by column, without those where something is missing."""

    rows: Sequence[int]
    columns: list[Sequence[str]]
    missing: list[tuple[int, int]]
    """Row and column (index in the header) of every value that was missing."""


@dataclass(frozen=True)
class Table:
    """A CSV file whose header was read."""

    path: Path
    delimiter: str
    header: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's own name, for messages."""
        return self.path.name

    def chunks(self, used: Sequence[int]) -> Iterator[Chunk]:
        """The rows below the header, with only the used columns. Raises DataError for a row of another length."""
        with _decoded(self.path), self.path.open(encoding="utf-8-sig", newline="") as file:
            records = _records(file, self.delimiter)
            next(records)
            while rows := list(islice(records, _CHUNK)):
                yield self._chunk(rows, used)

    def _chunk(self, rows: list[tuple[int, list[str]]], used: Sequence[int]) -> Chunk:
        width = len(self.header)
        for number, record in rows:
            if len(record) != width:
                raise DataError(
                    f"{self.name}: row {number} has {len(record)} value{'s' * (len(record) != 1)}, but the first row names {width} columns"
                )
        numbers: Sequence[int] = [number for number, _ in rows]
        everything = list(zip(*(record for _, record in rows), strict=True))
        columns: list[Sequence[str]] = [[value.strip() for value in everything[index]] for index in used]
        missing = [
            (numbers[i], index)
            for index, values in zip(used, columns, strict=True)
            if not MISSING.isdisjoint(values)
            for i, value in enumerate(values)
            if value in MISSING
        ]
        if missing:
            gone = {number for number, _ in missing}
            kept = [i for i, number in enumerate(numbers) if number not in gone]
            numbers = [numbers[i] for i in kept]
            columns = [[values[i] for i in kept] for values in columns]
        return Chunk(numbers, columns, missing)


def open_table(path: Path, delimiter: str) -> Table:
    """Read the head of a file; `delimiter` "auto" finds it. Raises DataError for what isn't a table with a header."""
    with readable(path), path.open("rb") as binary:
        start = binary.read(4)
    if start[:2] == b"PK" or start == b"\xd0\xcf\x11\xe0":
        raise DataError(f"{path.name} is a spreadsheet or an archive, not a CSV file: save the sheet as CSV (UTF-8)")
    with _decoded(path):
        with path.open(encoding="utf-8-sig", newline="") as file:
            sample = file.read(_SAMPLE)
        if "\0" in sample or start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise DataError(f"{path.name} isn't UTF-8 text: save it as CSV with encoding UTF-8")
        if not sample.strip():
            raise DataError(f"{path.name} is empty: its first row must name the columns, the others hold the examples")
        lines = sample.splitlines(keepends=True)
        if len(sample) == _SAMPLE and len(lines) > 1:
            lines.pop()  # the sample ends somewhere within it
        found = _delimiter(lines) if delimiter == "auto" else delimiter
        _, header = next(_records(lines, found))
    return Table(path, found, _names(path.name, header))


def _names(file: str, header: list[str]) -> tuple[str, ...]:
    """The header's names, checked."""
    names = tuple(name.strip() for name in header)
    if all(_is_number(name) for name in names):
        raise DataError(f"{file}: the first row must name the columns, but it holds only numbers: add a row of names above it")
    for position, name in enumerate(names):
        if not name:
            raise DataError(
                f"{file}: column {position + 1} has no name in the first row: name it, or remove the column "
                f"(pandas writes its row numbers like this: use to_csv(..., index=False))"
            )
        if name in names[:position]:
            raise DataError(f"{file}: columns {names.index(name) + 1} and {position + 1} are both named {name!r}: rename one")
    return names


def _delimiter(lines: list[str]) -> str:
    """The one that cuts all rows into the same number of values, the more the better; else the one that cuts the header most."""

    def merit(delimiter: str) -> tuple[bool, int]:
        widths = [len(record) for _, record in islice(_records(lines, delimiter), 20)]
        return len(set(widths)) == 1 and widths[0] > 1, widths[0]

    return max(_DELIMITERS, key=merit)


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers, without those that hold nothing."""
    for number, record in enumerate(csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != "\t"), start=1):
        if any(value and not value.isspace() for value in record):
            yield number, record


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@contextmanager
def _decoded(path: Path) -> Iterator[None]:
    """Turns what goes wrong while reading text into a DataError."""
    with readable(path):
        try:
            yield
        except UnicodeDecodeError as error:
            wrong = error.object[error.start]
            raise DataError(f"{path.name} isn't UTF-8 text (it holds the byte 0x{wrong:02x}): save it as CSV with encoding UTF-8") from None
        except csv.Error as error:
            raise DataError(f"{path.name} isn't a readable table ({error}): is a quotation mark left open?") from None
