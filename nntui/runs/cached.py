"""Summaries of runs that have ended, kept in one file beside them, so that a thousand runs are listed in no time.

A summary is taken from there only while the run's file is as old and as large as it was; runs that train are always read.
Losing or spoiling the file costs time and nothing else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from nntui.measurements import LIVE
from nntui.runs import store
from nntui.runs.summary import RunSummary, glance

FILE = ".summaries"

FORMAT = 1

SETTLED = 2.0
"""Seconds after which a file's time tells a later change from the last one, whatever the file system's clock."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A summary, and the state of the run's file that it was read from."""

    stamp: tuple[int, int]
    summary: RunSummary


class Cache(msgspec.Struct, frozen=True):
    """Of one folder of runs."""

    format: int
    runs: dict[str, Kept]


def glances(folders: Iterable[Path], home: Path) -> list[RunSummary]:
    """The summary of each folder, in their order, and the cache brought up to date if it can be written."""
    kept, now = _load(home), time.time_ns()
    fresh: dict[str, Kept] = {}
    found: list[RunSummary] = []
    news = False
    for folder in folders:
        stamp = _stamp(folder)
        old = kept.get(folder.name)
        if old is not None and old.stamp == stamp:
            fresh[folder.name] = old
            found.append(old.summary)
            continue
        summary = glance(folder)
        found.append(summary)
        ended = summary.status is not None and summary.status.state not in (*LIVE, "killed")
        if stamp is not None and ended and now - stamp[0] > SETTLED * 1e9 and stamp == _stamp(folder):
            fresh[folder.name] = Kept(stamp, summary)
            news = True
    if news or len(fresh) < len(kept):
        _save(home, fresh)
    return found


def _stamp(folder: Path) -> tuple[int, int] | None:
    """When and how large the run's file is; None while there is more in the log beside it."""
    try:
        with suppress(FileNotFoundError):
            if os.stat(f"{folder}/{store.FILE}-wal").st_size > 0:
                return None
        known = os.stat(f"{folder}/{store.FILE}")
    except OSError:
        return None
    return known.st_mtime_ns, known.st_size


def _load(home: Path) -> dict[str, Kept]:
    def path(kind: type, value: Any) -> Any:
        return home / value

    try:
        cache = msgspec.msgpack.decode((home / FILE).read_bytes(), type=Cache, dec_hook=path)
    except (OSError, msgspec.DecodeError, ValueError):
        return {}
    return cache.runs if cache.format == FORMAT else {}


def _save(home: Path, runs: dict[str, Kept]) -> None:
    draft = home / f"{FILE}.{os.getpid()}.new"
    try:
        draft.write_bytes(msgspec.msgpack.encode(Cache(FORMAT, runs), enc_hook=lambda path: path.name))
        draft.replace(home / FILE)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
