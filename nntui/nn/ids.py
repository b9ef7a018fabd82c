"""Layers that read ids - tokens, users, categories - instead of measured numbers, and whether given ids suit them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from nntui.errors import DataError, ExperimentError
from nntui.nn.layer import Family, Layer, Learned, Place

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class TakesIds(Learned):
    """Base: X holds whole numbers that name rows of a table; always the first layer, and there is no dX.

    With several columns of ids the table is one below the other.
    """

    family: ClassVar[Family] = "sequence"
    takes_ids: ClassVar[bool] = True

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many ids there are: one number for all of X, or one for each column of it."""
        raise NotImplementedError

    def remedy(self, known: tuple[int, ...]) -> str:
        """The fields that would suit so many ids, as they stand in a file."""
        raise NotImplementedError

    def bind_ids(self, at: Place, count: int, width: int) -> None:
        """Make at.ids (count,), the rows that X names, and what the operation `scatter` needs for rows of `width` numbers."""
        at.array("ids", (count,), "int64")
        if at.learns:
            at.positions = at.ops.count(count, 1)
            at.array("order", (count,), "int64")
            at.array("gathered", (count, width))
            at.array("sums", (min(count, sum(self.sizes)), width))

    def bind_columns(self, at: Place, columns: Array) -> None:
        """Say where in at.ids every column of X goes: `columns` (columns of X, n) is a view of it."""
        import numpy as np

        starts = at.ops.from_host(np.cumsum((0, *self.sizes[:-1])), "int64")
        given = at.X.reshape(-1, len(self.sizes)).T
        # Column by column: NumPy buffers a sum whose inner loop is as short as a row.
        at.columns = [(given[k], starts[k : k + 1], columns[k]) for k in range(len(self.sizes))]

    def read_ids(self, at: Place) -> None:
        """at.ids = X, each column counted on from where its part of the table begins."""
        for given, start, rows in at.columns:
            at.ops.add(given, start, rows)

    def check(self, X: Array) -> None:
        """Raise DataError unless X (n, ...), a host array, holds whole numbers from 0 to below the sizes."""
        import numpy as np

        if X.dtype.kind == "f" and (not np.isfinite(X).all() or (np.floor(X) != X).any()):
            raise DataError(f"{self.tag} reads ids, but the data holds other numbers than whole ones: don't scale it, or use another layer")
        columns = X.reshape(-1, len(self.sizes)) if len(self.sizes) > 1 else X.reshape(-1, 1)
        for column, size in enumerate(self.sizes):
            low, high = int(columns[:, column].min(initial=0)), int(columns[:, column].max(initial=0))
            if low < 0 or high >= size:
                where = f" in column {column}" if len(self.sizes) > 1 else ""
                raise DataError(f"{self.tag} knows the ids 0 to {size - 1}{where}, but the data has {low if low < 0 else high}")


def check_ids(layers: tuple[Layer, ...], known: tuple[int, ...] | None) -> None:
    """Raise ExperimentError unless a network can read the ids of its data.

    known: how many there are, for all inputs or for each; None for data of numbers, which are looked at when they are read.
    """
    if known is None or not layers:
        return
    first = layers[0]
    if not isinstance(first, TakesIds):
        size = max(known)
        raise ExperimentError(
            f"network[0]: the data holds ids, {size} different ones, and no measured numbers: begin with "
            f'{{ layer = "embedding", vocabulary = {size}, units = {min(64, 2 ** math.ceil(math.log2(size) / 2 + 1))} }}'
        )
    needed = (max(known),) if len(first.sizes) == 1 else known
    if len(needed) != len(first.sizes) or any(have < need for have, need in zip(first.sizes, needed, strict=True)):
        have, need = (" and ".join(map(str, sizes)) for sizes in (first.sizes, needed))
        raise ExperimentError(f"network[0]: {first.tag} knows {have} ids, but the data has {need}: set {first.remedy(needed)}")
