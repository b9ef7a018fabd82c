"""Data that is too large for the device: it stays in the host's memory, and a batch at a time is sent by way of pinned memory.

Pages that can't be moved are what the device reads by itself; two buffers of them take turns, so that one is filled while
the other is being sent. Written without a GPU at hand.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cupy
import numpy as np

from nntui.backends.cupy_device import memory, stream
from nntui.backends.operations import Array

SHARE = 0.5
"""Of the free memory that data may take: the network has to fit, too."""


def fits(size: int) -> bool:
    """Whether so many bytes of data may lie on the device."""
    return size <= SHARE * memory().free


def send_rows(source: Array, chosen: Any, out: Array) -> None:
    """out = source[chosen] for a source on the host; chosen: indices on the host, or a slice."""
    buffer = _buffers(out.dtype.name, 1 << (out.size - 1).bit_length()).next(out.size).reshape(out.shape)
    if isinstance(chosen, slice):
        np.copyto(buffer, source[chosen], casting="same_kind")
    else:
        np.copyto(buffer, source[np.clip(chosen, 0, len(source) - 1)], casting="same_kind")
    target: Any = out
    target.set(buffer, stream=stream())
    _buffers(out.dtype.name, 1 << (out.size - 1).bit_length()).sent()


class Buffers:
    """Two pieces of pinned memory for so many numbers that are filled in turns."""

    def __init__(self, dtype: str, size: int) -> None:
        self._pieces: list[Array] = []
        self._events: list[Any] = [None, None]
        for _ in range(2):
            pinned = cupy.cuda.alloc_pinned_memory(size * np.dtype(dtype).itemsize)
            self._pieces.append(np.frombuffer(pinned, dtype, size))
        self._turn = 0

    def next(self, size: int) -> Array:
        """The piece whose turn it is, once it has been sent."""
        self._turn = 1 - self._turn
        event = self._events[self._turn]
        if event is not None:
            event.synchronize()
        return self._pieces[self._turn][:size]

    def sent(self) -> None:
        """Note when what is in the last piece will have been sent."""
        event = self._events[self._turn] = self._events[self._turn] or cupy.cuda.Event(disable_timing=True)
        event.record(stream())


@cache
def _buffers(dtype: str, size: int) -> Buffers:
    return Buffers(dtype, size)
