"""Where somebody is in what is shown, and which of it fits a screen."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Cursor:
    """A place in what is shown: a row and a column, and which of several things at that place."""

    row: int = 0
    column: int = 0
    item: int = 0

    def moved(self, rows: int, columns: int, extent: tuple[int, int]) -> Cursor:
        """So many rows down and columns to the right, as far as there are any."""
        row = min(max(self.row + rows, 0), max(extent[0] - 1, 0))
        column = min(max(self.column + columns, 0), max(extent[1] - 1, 0))
        return self if (row, column) == (self.row, self.column) else Cursor(row, column)

    def within(self, extent: tuple[int, int]) -> Cursor:
        """The nearest place that there is."""
        return self.moved(0, 0, extent)

    def next(self, by: int) -> Cursor:
        """Another of the things at the same place."""
        return replace(self, item=self.item + by)
