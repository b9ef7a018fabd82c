"""A real terminal for tests: the program on one end of a pseudo-terminal, a screen that can be read on the other."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte


class Terminal:
    """Runs `python -m nntui` with arguments, or other code, in a pseudo-terminal of some size."""

    def __init__(self, *arguments: str, columns: int = 120, rows: int = 40, code: str = "", **environment: str) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        """Everything the program ever wrote."""
        self._master, slave = pty.openpty()
        self.resize(columns, rows)
        self.modes_before = termios.tcgetattr(slave)
        self._slave = slave
        root = str(Path(__file__).parents[2])
        home = {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))}
        self.began = time.monotonic()
        self.program = subprocess.Popen(
            [sys.executable, *(["-c", code] if code else ["-m", "nntui"]), *arguments],
            stdin=slave, stdout=slave, stderr=slave, preexec_fn=_in_a_session_of_its_own,
            env={**os.environ, **home, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
        )  # fmt: skip

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what the program writes within some time; whether it wrote anything."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        data = os.read(self._master, 65536)
        self.raw += data
        self._stream.feed(data)
        return True

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.screen.display)

    @property
    def last_words(self) -> str:
        """What was written on the shell's own screen at the end, on one line."""
        return " ".join(self.raw.rpartition(b"\x1b[?1049l")[2].decode(errors="replace").split())

    def wait(self, so: Callable[[], bool], seconds: float = 30.0) -> float:
        """Read until something is so; seconds since the start of the program."""
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, f"it never came to that; the screen shows:\n{self.text}"
            self.read()
        return time.monotonic() - self.began

    def shows(self, text: str, seconds: float = 30.0) -> float:
        """Wait until the screen shows a text."""
        return self.wait(lambda: text in self.text, seconds)

    def exit_code(self, seconds: float = 30.0) -> int:
        """Wait until the program ends; read its last words."""
        self.wait(lambda: self.program.poll() is not None, seconds)
        while self.read(0.05):
            pass
        return int(self.program.returncode)

    @property
    def modes_now(self) -> list[object]:
        """The terminal's modes (echo, line by line, ...), as the shell would find them."""
        return termios.tcgetattr(self._slave)

    def hang_up(self) -> None:
        """Close the terminal, as closing its window does."""
        for end in (self._slave, self._master):
            os.close(end)
        self._master = self._slave = -1

    def close(self) -> None:
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait()
        if self._master >= 0:
            self.hang_up()


def _in_a_session_of_its_own() -> None:
    """Make the pseudo-terminal the program's own, as a shell's is: then it is told when the terminal goes."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
