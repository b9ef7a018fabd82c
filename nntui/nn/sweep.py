"""A sweep over time: where one direction of one recurrent layer computes.

Time comes first and the batch last, so that every gate of a step is one contiguous block (H, B). A step's input, the state
before it and a 1 stand below each other in S_t (D + H + 1, B): one matrix product with [W; U; b] is all that a step has to mix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class Sweep:
    """One direction of one stacked layer at its place: arrays of all steps, and the views of each step, made once.

    Rows of Z are what a step computes before its non-linearities. Times are the sweep's own: step 0 is where it begins.
    """

    D: int
    """Inputs per step."""
    first: int
    """First row of S whose gradient is wanted: D if nothing below learns."""
    reverse: bool
    W: Array
    """From the input (D, gates H)."""
    U: Array
    """From the state before (H, gates H)."""
    b: Array
    V: Array
    """What a step's S is multiplied by (D + H + 1, rows)."""
    S: Array
    """(T + 1, D + H + 1, B); the last one holds the state after the last step."""
    H: Array
    """The states after the steps (T, H, B), seen in S."""
    Z: Array
    """(T, rows or more, B); becomes the gates."""
    dS: Array
    """(T, D + H - first, B)."""
    dZ: Array
    dH: Array
    """dL/dh_t (T, H, B), by all ways from h_t to the loss."""
    past: Array | None = None
    """A way from h_t back to h_t-1 that leads past the product, written by `cell_backward`: (H, B)."""
    cell: Callable[..., None]
    cells: list[tuple[Array, ...]]
    """What `cell` is called with, step by step."""
    cell_backward: Callable[..., None]
    cells_backward: list[tuple[Array, ...]]

    if TYPE_CHECKING:  # cells keep arrays of their own

        def __getattr__(self, name: str) -> Array: ...
        def __setattr__(self, name: str, value: object) -> None: ...

    def in_time(self, A: Array) -> Array:
        """An array of this sweep (T, ...) in the order of the sequence."""
        return A[::-1] if self.reverse else A


def steps(A: Array) -> Array:
    """(B, T, D) as (T, D, B), or (B, D) as (D, B)."""
    return A.transpose(1, 2, 0) if A.ndim == 3 else A.T
