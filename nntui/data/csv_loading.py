"""A scanned CSV file as arrays: numbers as they are, categories one-hot, classes as labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nntui.data.csv_scan import Profile, to_numbers
from nntui.data.preparation import Raw
from nntui.errors import DataError

if TYPE_CHECKING:
    from nntui.data.files import Csv


def load(source: Csv, profile: Profile, standardize: bool) -> Raw:
    """X float64 (examples, inputs) in the order of `profile.names`; y labels (n,), or numbers (n, 1)."""
    widths = [1 if column.categories is None else len(column.categories) for column in profile.inputs]
    X = np.zeros((profile.examples, sum(widths)))
    y = np.zeros(profile.examples, dtype=np.float64 if profile.classes is None else np.int64)
    codes = [{text: code for code, text in enumerate(column.categories or ())} for column in profile.inputs]
    classes: tuple[str | float, ...] = profile.classes or ()
    labels = {value: label for label, value in enumerate(classes)}
    named = any(isinstance(value, str) for value in classes)
    used = [*(column.index for column in profile.inputs), profile.target]
    rows = np.zeros(profile.examples, dtype=np.int64)
    start = 0
    try:
        for chunk in profile.table.chunks(used):
            stop = start + len(chunk.rows)
            rows[start:stop] = chunk.rows
            at = 0
            for texts, width, code in zip(chunk.columns[:-1], widths, codes, strict=True):
                if code:
                    X[np.arange(start, stop), [at + code[text] for text in texts]] = 1.0
                else:
                    X[start:stop, at] = _numbers(texts, source.decimal)
                at += width
            texts = chunk.columns[-1]
            values: Sequence[str | float] = texts if named else _numbers(texts, source.decimal)
            y[start:stop] = [labels[value] for value in values] if labels else values
            start = stop
    except (KeyError, ValueError, IndexError):  # a category, class, number or row that the scan hasn't seen
        start = -1
    if start != profile.examples:
        raise DataError(f"{profile.table.name} changed while it was being read: try again")
    keep = np.repeat([column.categories is not None for column in profile.inputs], widths)
    return Raw(X, y if profile.classes is not None else y[:, None], keep=keep, standardize_target=standardize, rows=rows)


def _numbers(texts: Sequence[str], decimal: str) -> list[float]:
    numbers = to_numbers(texts, decimal)
    if numbers is None:
        raise ValueError
    return numbers
