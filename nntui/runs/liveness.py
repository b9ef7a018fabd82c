"""Whether a run's trainer is alive: told by a lock that the kernel takes back when its process ends, however it ends.

The locked file says who holds it. It is made larger than that needs, so that a trainer whose disk is full can still write
in it what is wrong: nothing has to grow for that.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Literal

import msgspec

from nntui.errors import RunError
from nntui.measurements import LIVE, Status

FILE = "trainer.lock"

ROOM = 1024
"""Bytes of the locked file: the process's number and, in lines below it, what it couldn't write anywhere else."""

HUSHED = 2.0
"""Seconds without a sign of life after which it is worth asking what keeps a living trainer from writing."""

SILENCE = 10.0
"""Seconds without a sign of life after which a trainer that can't be asked is taken for dead."""

HOST = socket.gethostname()

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, shared: bool) -> None:
        # Far behind the content: on Windows a locked byte can't even be read by others.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from None
else:
    import fcntl

    def _lock(descriptor: int, *, shared: bool) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


class TrainerLock:
    """Held by the one process that trains a run. Raises RunError if another one does.

    inherited: the descriptor of a lock that the process which started this one has handed down.
    """

    def __init__(self, path: Path, inherited: int | None = None) -> None:
        self._path = path
        if inherited is not None:
            os.set_inheritable(inherited, False)
            self._descriptor = inherited
        else:
            try:
                self._descriptor = os.open(path / FILE, os.O_RDWR | os.O_CREAT, 0o644)
            except OSError as error:
                raise RunError(f"can't write in {path}: {error.strerror}") from None
        for attempt in range(10):
            try:
                _lock(self._descriptor, shared=False)
                break
            except BlockingIOError:
                # A viewer that asks holds the lock for a moment; only who keeps it is a trainer.
                if attempt == 9:
                    os.close(self._descriptor)
                    raise RunError(f"{path.name} is already being trained{_by(path)}: watch it, or stop it first") from None
                time.sleep(0.02)
            except OSError:
                break  # a file system without locks: then nothing protects, and heartbeats tell who lives
        try:
            self.note(os.getpid())
        except OSError as error:
            self.release()
            raise RunError(f"can't write in {path}: {error.strerror}") from None

    @property
    def descriptor(self) -> int:
        """To be handed down to a process that shall hold the lock, too."""
        return self._descriptor

    def note(self, pid: int, words: str = "") -> None:
        """Say who holds the lock and, if it can't write to the run, why. Needs no room on the disk but the first time."""
        text = f"{pid}\n{words}".encode()[: ROOM - 1]
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, text.ljust(ROOM - 1) + b"\n")

    def release(self) -> None:
        """Let others train it. The file stays: removing it would let two processes lock two files of one name."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> TrainerLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


def _by(path: Path) -> str:
    pid, _ = _noted(path)
    return f" by process {pid}" if pid else ""


def _noted(path: Path) -> tuple[str, str]:
    """Number of the process that holds the lock, or held it last, and what it couldn't write anywhere else."""
    try:
        pid, _, words = (path / FILE).read_text(encoding="utf-8", errors="ignore").partition("\n")
    except OSError:
        return "", ""
    return pid.strip(), words.strip()


def lock_state(path: Path) -> Literal["held", "free", "unknown"]:
    """Whether a process on this machine trains the run; unknown where the file system has no locks."""
    try:
        descriptor = os.open(path / FILE, os.O_RDONLY)
    except FileNotFoundError:
        return "free"
    except OSError:
        return "unknown"
    try:
        _lock(descriptor, shared=True)
    except BlockingIOError:
        return "held"
    except OSError:
        return "unknown"
    finally:
        os.close(descriptor)
    return "free"


def alive(status: Status, host: str, path: Path) -> bool:
    """Whether the trainer that wrote this status, on that host, still works on the run."""
    silence = time.time() - status.heartbeat
    lock = lock_state(path) if host == HOST else "unknown"
    if lock == "held":
        return True
    if lock == "free":
        # Just started, and not yet far enough to take the lock.
        return status.state == "starting" and status.pid == 0 and silence < SILENCE
    return silence < SILENCE * (6 if status.state == "starting" else 1)


def judged(status: Status, host: str, path: Path) -> Status:
    """The status, or `killed` with a reason if it claims a life that isn't there."""
    if status.state not in LIVE:
        return status
    living = alive(status, host, path)
    if living and time.time() - status.heartbeat < HUSHED:
        return status
    pid, words = _noted(path)
    if str(status.pid) != pid:
        words = ""
    if living:
        return msgspec.structs.replace(status, message=words) if words else status
    if words:
        return msgspec.structs.replace(status, state="failed", steps_per_second=0.0, examples_per_second=0.0, message=words)
    if status.pid == 0:
        message = "its trainer never started; trainer.log in its folder says why"
    elif host == HOST:
        message = f"its trainer (process {status.pid}) is gone without a word; resuming goes on from its last checkpoint"
    else:
        message = f"no sign of life from its trainer on {host} for {time.time() - status.heartbeat:.0f} s"
    return msgspec.structs.replace(status, state="killed", steps_per_second=0.0, examples_per_second=0.0, message=message)
