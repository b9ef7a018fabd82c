"""What a training tells its run, at a calm pace, and how it bears a run that can't be written for a while."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress

from nntui.errors import RunError
from nntui.measurements import AnyRecord, Command, Status
from nntui.runs.liveness import TrainerLock
from nntui.runs.writer import RunWriter

PACE = 0.1
"""Seconds between two writes of status and records."""

GRACE = 30.0
"""Seconds for which training goes on although the run can't be written."""


class Unwritable(RunError):
    """The run couldn't be written for longer than can be borne."""


class Teller:
    """Collects records and writes them together with the status. on_progress: called with each status told.

    lock: where viewers are told what keeps the run from being written.
    """

    def __init__(
        self, writer: RunWriter, on_progress: Callable[[Status], None] | None = None, lock: TrainerLock | None = None
    ) -> None:
        self.writer = writer
        self.untold: list[AnyRecord] = []
        """Records that aren't written yet."""
        self.last = 0.0
        """When it last told something (monotonic clock)."""
        self._on_progress = on_progress
        self._lock = lock
        self._trouble: float | None = None

    @property
    def due(self) -> bool:
        """Whether it is time to tell where training is."""
        return time.monotonic() - self.last >= PACE

    def tell(self, status: Status, final: bool = False) -> None:
        """Write the status and all that is untold. Raises Unwritable if that fails for too long, or at the end."""
        try:
            self.writer.write(self.untold, status)
            self.untold.clear()
            if self._trouble is not None:
                self._trouble = None
                self._note("")
        except RunError as error:
            self._bear(error, final)
        self.last = time.monotonic()
        if self._on_progress is not None:
            self._on_progress(status)

    def commands(self) -> list[Command]:
        """What viewers ask for. Raises Unwritable like `tell`."""
        try:
            return self.writer.take_commands()
        except RunError as error:
            self._bear(error, final=False)
            return []

    def _bear(self, error: RunError, final: bool) -> None:
        now = time.monotonic()
        if self._trouble is None:
            self._trouble = now
            self._note(f"{error}; training goes on, and it is tried again for {GRACE:g} s")
        if final or now - self._trouble > GRACE:
            raise Unwritable(str(error)) from error

    def _note(self, words: str) -> None:
        if self._lock is not None:
            with suppress(OSError):
                self._lock.note(os.getpid(), words)
