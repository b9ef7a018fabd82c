"""A look at data in a process of its own: `python -m nntui.training.seen` reads a source and tells its summary.

Reading may take a second, and the libraries that it needs another: whoever draws a screen can't wait for that.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from nntui.errors import NntuiError
from nntui.measurements import DataSummary

if TYPE_CHECKING:
    from nntui.data.source import Source

NAP = 0.05
"""Seconds between two looks at whether it is done."""


def seen(source: Source, seed: int, cancelled: Callable[[], bool]) -> DataSummary | None:
    """The summary of a source's data; None if it can't be read, or nobody wants it any more."""
    from nntui.training.running import environment

    command = [sys.executable, "-P", "-m", "nntui.training.seen"]
    asked = msgspec.msgpack.encode({"data": source, "seed": seed})
    try:
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(), bufsize=-1
        )  # fmt: skip
    except OSError:
        return None
    with child:
        assert child.stdin is not None and child.stdout is not None
        try:
            child.stdin.write(asked)
            child.stdin.close()
            while child.poll() is None:
                if cancelled():
                    child.kill()
                    return None
                time.sleep(NAP)
            told = child.stdout.read()
            return msgspec.msgpack.decode(told, type=DataSummary) if child.returncode == 0 else None
        except (OSError, msgspec.DecodeError):
            return None
        finally:
            child.kill()


def main() -> int:
    """Tell on stdout what is asked for on stdin. Exit code 2: it can't be read."""
    from nntui.data.catalogue import AnySource
    from nntui.training.summary import summarize

    asked = msgspec.msgpack.decode(sys.stdin.buffer.read())
    try:
        source: Source = msgspec.convert(asked["data"], AnySource)
        told = msgspec.structs.replace(summarize(source.load(asked["seed"])), points=())
    except NntuiError:
        return 2
    sys.stdout.buffer.write(msgspec.msgpack.encode(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
