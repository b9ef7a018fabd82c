"""Many steps of a training without a word from the host: sent off one after the other, and asked about once.

What varies from step to step lies in a table on the device (see `cupy_tape`), losses and norms are written to another one,
and a step that goes wrong stops all later ones from changing weights. After some steps, one is captured as a CUDA graph,
compared with the same step made launch by launch, and replayed from then on; where that can't be, launches go on.

No GPU has run this yet: tests run it on a stand-in for CuPy that emulates streams and graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from nntui.backends import cupy_blas
from nntui.backends.cupy import copy
from nntui.backends.cupy_device import changing, elementwise, empty, first_line, launch_block, stream, total
from nntui.backends.cupy_tape import Tape, drawn
from nntui.backends.operations import Array

ROWS = 256
"""Steps that are sent off together at most."""
EAGER = 3
"""Steps made launch by launch before one is captured: they compile what they launch."""


class Job(NamedTuple):
    """One step, as calls that launch and ask for nothing."""

    fetch: Callable[[Array], None]
    """Take in the batch whose first example is at places[0] of the order."""
    keep: Callable[[], None]
    """Remember what a step that goes wrong would spoil."""
    compute: Callable[[], None]
    """Loss and gradient."""
    update: Callable[[float, float | None, int], None]
    """Change weights at a rate, momentum and step t."""
    loss: Array
    gradient: Array
    limit: float | None
    """The longest that a gradient may be."""
    changed: tuple[Array, ...]
    """Everything that a step changes for good."""


class Told(NamedTuple):
    """What a step came to."""

    loss: float
    square: float
    """The gradient's squared norm before clipping."""
    clipped: bool


class Steps:
    """Makes steps of one job. streams: who draws seeds in a step, in order."""

    def __init__(self, job: Job, streams: Sequence[np.random.Generator]) -> None:
        self.job = job
        self.note = ""
        """What is worth telling: why no graph could be made."""
        self._streams = tuple(streams)
        self._made = 0
        self._graph: Any = None
        self._tape = tape = Tape()
        with tape.counting() as scalars:
            job.update(0.0, None, 1)
        dtype = job.gradient.dtype.name
        self._width, self._places_width = max(len(scalars), 1), 1 + len(self._streams)
        self._all_numbers, self._all_places = empty((ROWS, self._width), dtype), empty((ROWS, self._places_width), "int64")
        self._numbers, self._places = empty((self._width,), dtype), empty((self._places_width,), "int64")
        self._row, self._go = empty((1,), "int64"), empty((1,), "int64")
        self._square, self._factor, self._told = empty((1,), dtype), empty((1,), dtype), empty((ROWS, 3), dtype)
        self._host_numbers = np.zeros((ROWS, self._width), dtype)
        self._host_places = np.zeros((ROWS, self._places_width), np.int64)
        tape.numbers, tape.seeds, tape.go = self._numbers, self._places[1:], self._go
        self._go.fill(1)
        self._states = (*job.changed, self._go)

    def make(self, places: Sequence[int], rates: Sequence[float], momenta: Sequence[float | None], t: int) -> list[Told]:
        """As many steps as there are places, at most ROWS; t is that of the first."""
        self._send(places, rates, momenta, t)
        with stream():
            for number in range(len(places)):
                if self._graph is not None:
                    self._graph.launch(stream())
                elif self._made == EAGER:
                    self._capture(number)
                else:
                    self._launch()
                self._made += 1
            told = _host(self._told[: len(places)])
        return [Told(float(loss), float(square), bool(clipped)) for loss, square, clipped in told]

    def _send(self, places: Sequence[int], rates: Sequence[float], momenta: Sequence[float | None], t: int) -> None:
        for number, (place, rate, momentum) in enumerate(zip(places, rates, momenta, strict=True)):
            with self._tape.counting() as scalars:
                self.job.update(rate, momentum, t + number)
            self._host_numbers[number, : len(scalars)] = scalars
            self._host_places[number] = [place, *(drawn(source) for source in self._streams)]
        rows = len(places)
        with stream():
            for table, host in ((self._all_numbers, self._host_numbers), (self._all_places, self._host_places)):
                _send(host[:rows], table[:rows])
            self._row.fill(0)

    def _launch(self) -> None:
        job, tape = self.job, self._tape
        launch_block(
            "next_step", self._numbers.dtype, self._all_numbers, self._all_places, self._numbers, self._places, self._row, self._width,
            self._places_width,
        )  # fmt: skip
        with tape.reading():
            with tape.changing():
                job.keep()
            job.fetch(self._places)
            job.compute()
            total("sum_of_squares", job.gradient.size, 1.0, self._square, job.gradient)
            limit = np.inf if job.limit is None else job.limit
            launch_block(
                "judge", self._numbers.dtype, job.loss, self._square, self._row, self._go, self._factor, self._told, float(limit), threads=1
            )
            with tape.changing():
                if job.limit is not None:
                    _shorten(job.gradient, self._factor, job.gradient)
                job.update(0.0, None, 1)

    # -- graphs ----------------------------------------------------------------------------------------------------------

    def _capture(self, number: int) -> None:
        """Make step `number` launch by launch, and a graph of it that does the same; or stay with launches."""
        if not cupy_blas.captures():
            self._launch()
            self._made = EAGER + 1
            self.note = "steps are launched one by one: cuBLAS can't be captured here"
            return
        before = self._copies()
        self._launch()
        after = self._copies()
        self._put_back(before, number)
        graph = self._captured()
        if graph is None:
            self._put_back(after, number + 1)
            return
        graph.launch(stream())
        if all(_bits(one) == _bits(other) for one, other in zip(self._states, after, strict=True)):
            self._graph = graph
        else:
            self._put_back(after, number + 1)
            self.note = "steps are launched one by one: a captured step did not do the same"

    def _captured(self) -> Any:
        capturing = stream()
        capturing.begin_capture()
        try:
            try:
                self._launch()
            finally:
                graph = capturing.end_capture()
        except Exception as error:  # whatever CuPy or CUDA refuses
            self.note = f"steps are launched one by one: a step can't be captured ({first_line(error)})"
            return None
        return graph

    def _copies(self) -> list[Array]:
        made = [empty(array.shape, array.dtype.name) for array in self._states]
        for array, copied in zip(self._states, made, strict=True):
            copy(array, copied)
        return made

    def _put_back(self, copies: list[Array], row: int) -> None:
        for array, copied in zip(self._states, copies, strict=True):
            copy(copied, array)
        self._row.fill(row)


_shorten = changing("shorten", "T g, T factor", "T shorter", "shorter = g * factor")
_fetch = elementwise(
    "fetch", "raw T source, raw int64 order, raw int64 places, int64 rows, int64 width", "T target",
    """
    long long k = order[places[0] + i / width];
    k = k < 0 ? 0 : k < rows ? k : rows - 1;
    target = source[k * width + i % width];
    """,
)  # fmt: skip


def fetch(source: Array, order: Array, places: Array, out: Array) -> None:
    """out[i] = source[order[places[0] + i]]."""
    rows = source.shape[0]
    _fetch(source, order, places, rows, source.size // rows, out)


def _send(host: Any, out: Any) -> None:
    out.set(host, stream=stream())  # in order with the launches: a plain copy goes by another stream


def _host(array: Any) -> Any:
    return array.get()


def _bits(array: Array) -> bytes:
    bits: bytes = _host(array).tobytes()
    return bits
