"""Launches that are the same in every step: what varies from step to step lies in memory of the device.

A kernel's scalars are part of its launch, and a CUDA graph replays launches as they were. So on a tape, the numbers that
an optimizer computes from learning rate and step, and the seeds of random numbers, are read from one row of a table that
was sent for many steps at once. The same kernels run: where they take a scalar they also take an array of one number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

    from nntui.backends.cupy_device import Elementwise
    from nntui.backends.operations import Array

current: Tape | None = None
"""Whoever has a say in what is launched; None where launches are just made."""


class Tape:
    """Notes what varies in a step, computes it for a step to come, or makes launches read it from the device.

    numbers (K,), seeds (S,) and go (1,) are set by whoever has counted: the varying scalars, the seeds, and whether weights
    may still be changed at all.
    """

    numbers: Array
    seeds: Array
    go: Array

    def __init__(self) -> None:
        self.streams: list[np.random.Generator] = []
        """Whose numbers a step draws, in order."""
        self._scalars: list[float] = []
        self._mode: Literal["draw", "count", "read", "change"] = "draw"
        self._number = self._seed = 0

    # -- how it is used ------------------------------------------------------------------------------------------------

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Inside, launches are made as ever; it is noted who draws seeds."""
        self.streams.clear()
        with self._as("draw"):
            yield

    @contextmanager
    def counting(self) -> Iterator[list[float]]:
        """Inside, nothing is launched; gives the scalars that launches would have had."""
        self._scalars = []
        with self._as("count"):
            yield self._scalars

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Inside, launches read their seeds from the device."""
        self._number = self._seed = 0
        with self._as("read"):
            yield

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Inside, launches read their scalars from the device, and do nothing unless it says `go`."""
        with self._as("change"):
            yield

    @contextmanager
    def _as(self, mode: Literal["draw", "count", "read", "change"]) -> Iterator[None]:
        global current
        before = current, self._mode
        current, self._mode = self, mode
        try:
            yield
        finally:
            current, self._mode = before

    # -- what is asked of it --------------------------------------------------------------------------------------------

    def launch(self, kernel: Elementwise, arguments: tuple[Any, ...]) -> None:
        """Launch a kernel as this tape wants it."""
        if self._mode == "count":
            self._scalars += [argument for argument in arguments if isinstance(argument, float)]
        elif self._mode == "change":
            assert kernel.guarded is not None, "only kernels that change weights are launched here"
            kernel.guarded(self.go, *(self._from_device(argument) for argument in arguments))
        else:
            kernel.plain(*arguments)

    def _from_device(self, argument: Any) -> Any:
        if not isinstance(argument, float):
            return argument
        self._number += 1
        return self.numbers[self._number - 1 : self._number]

    def seed(self, stream: np.random.Generator) -> Any:
        """A seed drawn from a stream, or where on the device it will lie."""
        if self._mode == "read":
            self._seed += 1
            return self.seeds[self._seed - 1 : self._seed]
        self.streams.append(stream)
        return drawn(stream)


def drawn(stream: np.random.Generator) -> int:
    """The next seed of a stream: 63 bits, a positive int64."""
    return stream.bit_generator.random_raw() >> 1


def seed(stream: np.random.Generator) -> Any:
    """What a kernel is given as its seed."""
    return drawn(stream) if current is None else current.seed(stream)
