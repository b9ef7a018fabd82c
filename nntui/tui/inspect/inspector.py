"""The thread that does the looking: the newest wish counts, older ones are dropped, running ones are cancelled.

It is a thread of its own that computes on one core and, where the system allows it, with a lower priority: neither the screen
nor a trainer on the same machine waits for it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from textual.message import Message

from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.inspection.request import Cancelled, Request

TOLD = 0.1
"""Seconds between two words about progress."""

NICE = 5


class Looked(Message):
    """Something was found."""

    def __init__(self, request: Request, value: object) -> None:
        super().__init__()
        self.request, self.value = request, value


class LookRefused(Message):
    """Nothing can be found, and why."""

    def __init__(self, request: Request, error: NntuiError) -> None:
        super().__init__()
        self.request, self.error = request, error


class LookProgressed(Message):
    """So much of the work is done."""

    def __init__(self, request: Request, share: float) -> None:
        super().__init__()
        self.request, self.share = request, share

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LookProgressed)


class LookCancelled(Message):
    """The work was stopped on request."""


class Inspector:
    """Looks at one experiment's checkpoints. `tell` is called from the thread."""

    def __init__(self, experiment: Experiment, folder: Path | None, tell: Callable[[Message], object]) -> None:
        self._experiment, self._folder, self._tell = experiment, folder, tell
        self._wanted: Request | None = None
        self._now: Request | None = None
        self._stop = False
        self._closed = False
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="inspector", daemon=True)
        self._thread.start()

    def ask(self, request: Request) -> None:
        """Look at this next, instead of whatever is being looked at."""
        with self._wake:
            self._wanted, self._stop = request, True
            self._wake.notify()

    def cancel(self) -> bool:
        """Stop looking; False if nothing was being looked at."""
        with self._wake:
            busy = self._now is not None or self._wanted is not None
            self._wanted, self._stop = None, True
            return busy

    def close(self, seconds: float = 0.0) -> None:
        """End the thread as soon as it gets to know; wait for it so long."""
        with self._wake:
            self._closed = self._stop = True
            self._wanted = None
            self._wake.notify()
        self._thread.join(seconds)

    def _work(self) -> None:
        _be_modest()
        subject = None
        while True:
            with self._wake:
                self._now = None
                while self._wanted is None and not self._closed:
                    self._wake.wait()
                if self._closed:
                    return
                request, self._wanted, self._stop = self._wanted, None, False
                self._now = request
            assert request is not None
            try:
                if subject is None:
                    from nntui.inspection.subject import Subject

                    subject = Subject(self._experiment, self._folder)
                value = self._look(subject, request)
                self._say(Looked(request, value))
            except Cancelled:
                if self._wanted is None:
                    self._say(LookCancelled())
            except NntuiError as error:
                self._say(LookRefused(request, error))
            except MemoryError:
                self._say(LookRefused(request, NntuiError("there isn't enough memory to look at this")))
            except Exception as error:
                self._say(LookRefused(request, NntuiError(f"this can't be looked at ({type(error).__name__}: {error})")))

    def _look(self, subject: object, request: Request) -> object:
        from nntui.backends.numpy_workers import working_with
        from nntui.inspection.aspects import look
        from nntui.inspection.subject import Subject

        assert isinstance(subject, Subject)
        last = monotonic()

        def progress(share: float) -> None:
            nonlocal last
            if self._stop:
                raise Cancelled
            if monotonic() - last > TOLD:
                last = monotonic()
                self._say(LookProgressed(request, share))

        with working_with(1):
            return look(subject, request, progress)

    def _say(self, message: Message) -> None:
        if not self._closed:
            self._tell(message)


def _be_modest() -> None:
    """Lower this thread's own priority; elsewhere than on Linux that would be the whole process's."""
    if sys.platform == "linux":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        except OSError:
            pass  # who isn't allowed to be modest works as before
