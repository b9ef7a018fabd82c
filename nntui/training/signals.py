"""Signals as wishes: whoever asks a trainer to end gets a saved run, never half a step."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class StopWish:
    """While it is entered, ctrl+c, a termination or a hang-up set `made` instead of ending the process, however often they come.

    Only the main thread can listen to signals; elsewhere it does nothing.
    """

    SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

    def __init__(self) -> None:
        self.made = ""
        """Name of the signal that came, "" as long as none did."""
        self._before: dict[int, Any] = {}

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.made = self.made or signal.Signals(number).name

    def __enter__(self) -> StopWish:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._hear) for number in self.SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
