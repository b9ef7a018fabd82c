"""What a CSV file holds, column by column, without keeping it: which columns are numbers, which are categories, what the target is."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nntui.data.csv_text import Table, open_table
from nntui.data.features import input_names
from nntui.data.paths import version
from nntui.data.source import Facts
from nntui.data.task import MOST_CLASSES, are_classes, check_classes, check_numbers, class_name, target_of_numbers
from nntui.errors import DataError
from nntui.nn.losses import Target

if TYPE_CHECKING:
    from nntui.data.files import Csv

MOST_CATEGORIES = 200
"""More different texts in a column than these are names or sentences, not categories."""

_SWAP = str.maketrans(".,", ",.")


@dataclass(frozen=True)
class Column:
    """An input: a number, or one 0/1 value per category."""

    name: str
    index: int
    categories: tuple[str, ...] | None


@dataclass(frozen=True)
class Profile:
    """All that is known of a file after one pass over it."""

    table: Table
    inputs: tuple[Column, ...]
    target: int
    """Index of the target's column."""
    classes: tuple[str, ...] | tuple[float, ...] | None
    """The target's classes as they stand in the file, in order; None for regression."""
    examples: int
    bounds: tuple[float, float]
    """The least and the largest number of the target, if it isn't classes."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs: "age", "colour=red"."""
        return tuple(
            name
            for column in self.inputs
            for name in ((column.name,) if column.categories is None else (f"{column.name}={text}" for text in column.categories))
        )

    def facts(self, source: Csv) -> Facts:
        """The source's facts. Raises DataError for features that these inputs can't have."""
        planar = len(self.inputs) == 2 and all(column.categories is None for column in self.inputs)
        names = input_names(self.table.name, source.features, self.names, planar)
        if self.classes is None:
            target = target_of_numbers(self.bounds, source.standardize_target)
            return Facts((len(names),), target, None, names, self.examples)
        classes = tuple(value if isinstance(value, str) else class_name(value) for value in self.classes)
        return Facts((len(names),), Target(len(classes)), classes, names, self.examples)


def profile(source: Csv) -> Profile:
    """Scan the file, or remember what was found if it hasn't changed. Raises DataError for what can't be learned from."""
    path, changed, size = version(source.csv)
    # What doesn't change the answer doesn't belong into the key.
    return _profile(replace(source, features=(), scale="none", validation=0.0, standardize_target="auto"), path, changed, size)


def to_numbers(texts: Sequence[str], decimal: str) -> list[float] | None:
    """All texts as finite numbers, or None if one isn't."""
    if decimal == ",":
        texts = [text.translate(_SWAP) for text in texts]
    if "_" in "".join(texts):  # Python reads 1_000 as a number, nobody else does
        return None
    try:
        numbers = list(map(float, texts))
    except ValueError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


class _Statistics:
    """What the values of one column have been so far."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.numbers = self.others = self.commas = 0
        self.other: tuple[int, str] | None = None
        """Row and text of the first value that isn't a number."""
        self.comma = ""
        self.texts: set[str] = set()
        """Different texts and values, no longer collected when there are more than `most`."""
        self.values: set[float] = set()
        self.low, self.high = math.inf, -math.inf

    def add(self, rows: Sequence[int], texts: Sequence[str], decimal: str) -> None:
        numbers = to_numbers(texts, decimal)
        if numbers is None:
            numbers = []
            for row, text in zip(rows, texts, strict=True):
                one = to_numbers((text,), decimal)
                if one is not None:
                    numbers += one
                    continue
                self.others += 1
                self.other = self.other or (row, text)
                if decimal == "." and to_numbers((text,), ",") is not None:
                    self.commas += 1
                    self.comma = self.comma or text
        if numbers:
            self.numbers += len(numbers)
            self.low, self.high = min(self.low, min(numbers)), max(self.high, max(numbers))
            if len(self.values) <= self.most:
                self.values.update(numbers)
        if len(self.texts) <= self.most:
            self.texts.update(texts)

    def is_number(self, where: str, way_out: str) -> bool:
        """Whether the column holds numbers. Raises DataError if it holds mostly numbers, since that is a mistake."""
        if self.other is None:
            return True
        row, text = self.other
        if 2 * self.commas > self.numbers + self.others:
            raise DataError(f'{where} holds numbers with a decimal comma, such as {self.comma!r}: set decimal = ","')
        if self.numbers > self.others:
            raise DataError(f"{where}, row {row}: {_shown(text)} isn't a finite number, but most of the column is: mend it{way_out}")
        return False


@lru_cache(maxsize=16)
def _profile(source: Csv, path: Path, changed: int, size: int) -> Profile:
    table = open_table(path, source.delimiter)
    target = _index(table, source.target, "data.target")
    ignored = {_index(table, name, "data.ignore") for name in source.ignore}
    if target in ignored:
        raise DataError(f"data.ignore: {source.target!r} is the target, it can't be ignored")
    coded = {_index(table, name, "data.categories") for name in source.categories}
    if target in coded:
        raise DataError(f'data.categories: {source.target!r} is the target: say task = "classification" instead')
    inputs = [index for index in range(len(table.header)) if index != target and index not in ignored]
    if not inputs:
        raise DataError(f"{table.name} has no column left as input beside the target {source.target!r}")

    used = [*inputs, target]
    statistics = [_Statistics(MOST_CATEGORIES) for _ in inputs] + [_Statistics(MOST_CLASSES)]
    missing: list[tuple[int, int]] = []
    examples = skipped = 0
    for chunk in table.chunks(used):
        for column, texts in zip(statistics, chunk.columns, strict=True):
            column.add(chunk.rows, texts, source.decimal)
        examples += len(chunk.rows)
        missing += chunk.missing
        skipped += len({row for row, _ in chunk.missing})
    if missing and source.missing == "refuse":
        raise DataError(_missing(table, missing))
    if examples == 0:
        why = f"a value is missing in each of its {skipped} rows" if skipped else "it has a first row with names, but no rows below it"
        raise DataError(f"{table.name} holds no examples: {why}")
    if examples == 1:
        raise DataError(f"{table.name} holds a single example: at least two are needed")

    columns = tuple(_column(table, index, found, examples, index in coded) for index, found in zip(inputs, statistics[:-1], strict=True))
    asked = statistics[-1]
    return Profile(table, columns, target, _classes(source, table, asked, examples), examples, (asked.low, asked.high))


def _column(table: Table, index: int, found: _Statistics, examples: int, coded: bool) -> Column:
    name = table.header[index]
    where = f"{table.name}, column {name!r}"
    if not coded and found.is_number(where, ", or name the column in categories or ignore"):
        return Column(name, index, None)
    count = len(found.texts)
    if count > MOST_CATEGORIES or count == examples >= 10:
        many = f"more than {MOST_CATEGORIES} different texts" if count > MOST_CATEGORIES else "a different text in every row"
        raise DataError(f"{where} has {many}, too many to be categories: leave it out with ignore = [{_quoted(name)}]")
    return Column(name, index, tuple(sorted(found.texts, key=_order)))


def _classes(source: Csv, table: Table, found: _Statistics, examples: int) -> tuple[str, ...] | tuple[float, ...] | None:
    where = f"{table.name}, target column {source.target!r}"
    if source.task == "regression" and found.other is not None:
        row, text = found.other
        raise DataError(f"{where}, row {row}: {_shown(text)} isn't a finite number, but task = 'regression' needs numbers")
    if found.other is None:
        if source.task == "regression" or (source.task == "auto" and not are_classes(found.values, examples)):
            check_numbers(where, found.low, found.high)
            return None
        values = tuple(sorted(found.values))
        check_classes(where, len(values), examples, class_name(values[0]))
        return values
    if source.task == "auto":
        found.is_number(where, ', or set task = "classification"')
    texts = tuple(sorted(found.texts))
    check_classes(where, len(texts), examples, texts[0])
    return texts


def _order(text: str) -> tuple[float, str]:
    """Numbers by size, then texts by the alphabet."""
    number = to_numbers((text,), ".")
    return (number[0] if number else math.inf, text)


def _index(table: Table, name: str, key: str) -> int:
    """Where the column of that name is."""
    if name in table.header:
        return table.header.index(name)
    if len(table.header) == 1:
        raise DataError(
            f"{key}: {table.name} has a single column, {table.header[0]!r}: if there are more, say what separates them with delimiter"
        )
    close = difflib.get_close_matches(name, table.header, 3, 0.5) or table.header[:8]
    others = " or ".join(repr(other) for other in close)
    raise DataError(f"{key}: {table.name} has no column {name!r}; did you mean {others}?")


def _missing(table: Table, places: list[tuple[int, int]]) -> str:
    """Where values are missing, at most three places of them."""
    places = sorted(places)
    named = ", ".join(f"row {row}, column {table.header[index]!r}" for row, index in places[:3])
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    values = "a value is" if len(places) == 1 else f"{len(places)} values are"
    return f'{table.name}: {values} missing ({named}{more}): fill in what is missing, or leave such rows out with missing = "drop"'


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
