"""A person's own data: a table in a CSV file, or arrays in an NPZ file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta
from msgspec.structs import replace

from nntui.data.source import Data, Facts, Source

Task: TypeAlias = Literal["auto", "classification", "regression"]

_Task = Annotated[
    Task,
    Meta(
        description="auto: classification if the target isn't all numbers, or is at most 20 different whole numbers, "
        "each there twice on average; else regression"
    ),
]
_StandardizeTarget = Annotated[
    Literal["auto"] | bool,
    Meta(
        description="for regression: learn the target with mean 0 and standard deviation 1 of the training part; r2 stays the same. "
        "auto: unless all of it lies between 0 and 1, as probabilities and shares do, which are learned as they are"
    ),
]


class Csv(Source, tag="csv"):
    """A table in a text file. Its first row names the columns; columns of texts become one 0/1 input per category."""

    csv: Annotated[str, Meta(min_length=1, description="the file, seen from the folder of the experiment's file")]
    target: Annotated[str, Meta(min_length=1, description="the column to learn")]
    task: _Task = "auto"
    ignore: Annotated[tuple[str, ...], Meta(description="columns that are left out, such as names or row numbers")] = ()
    categories: Annotated[tuple[str, ...], Meta(description="columns of numbers that are categories, such as codes")] = ()
    delimiter: Annotated[Literal["auto", ",", ";", "\t", "|"], Meta(description="what separates values")] = "auto"
    decimal: Annotated[Literal[".", ","], Meta(description="the decimal point of numbers")] = "."
    missing: Annotated[Literal["refuse", "drop"], Meta(description="what to do with rows where a value is missing")] = "refuse"
    standardize_target: _StandardizeTarget = "auto"

    def facts(self) -> Facts:
        from nntui.data.csv_scan import profile

        return profile(self).facts(self)

    def load(self, seed: int) -> Data:
        from nntui.data.csv_loading import load
        from nntui.data.csv_scan import profile
        from nntui.data.preparation import prepare

        scanned = profile(self)
        facts = scanned.facts(self)
        return prepare(self, facts, load(self, scanned, facts.target.standardized), seed)

    def anchored(self, folder: Path) -> Csv:
        return replace(self, csv=_absolute(folder, self.csv))


class Npz(Source, tag="npz"):
    """Arrays X (n, ...) and y in a NumPy archive, as numpy.savez(file, X=X, y=y) writes it. Nothing in it is executed."""

    npz: Annotated[str, Meta(min_length=1, description="the file, seen from the folder of the experiment's file")]
    task: _Task = "auto"
    standardize_target: _StandardizeTarget = "auto"

    def facts(self) -> Facts:
        from nntui.data.npz_loading import facts

        return facts(self)

    def load(self, seed: int) -> Data:
        from nntui.data.npz_loading import load
        from nntui.data.preparation import prepare

        facts, raw = load(self)
        return prepare(self, facts, raw, seed)

    def anchored(self, folder: Path) -> Npz:
        return replace(self, npz=_absolute(folder, self.npz))


def _absolute(folder: Path, name: str) -> str:
    return str((folder / Path(name).expanduser()).absolute())
