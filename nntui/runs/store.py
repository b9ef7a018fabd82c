"""The SQLite file of a run: its schema, how it is opened, and what its refusals mean.

Write-ahead logging lets one trainer write while any number of viewers read. Committing doesn't wait for the disk
(synchronous NORMAL): after a power cut the last moments may be missing, but what is there is whole.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from nntui.errors import RunError
from nntui.measurements import AnyRecord, Command, DataSummary, Status, Steps

FORMAT = 1
"""Version of everything in a run directory; kept in the file as `PRAGMA user_version`."""

FILE = "run.db"

PATIENCE = 5.0
"""Seconds to wait for another writer before giving up."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE status (id INTEGER PRIMARY KEY CHECK (id = 1), host TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice, so a reader's "what is new since" stays right
    step INTEGER NOT NULL,
    kind TEXT NOT NULL,
    peak REAL,  -- NULL: kept for ever; else how loud it is among those that may be thinned
    body BLOB NOT NULL
);
CREATE INDEX thinnable ON records (kind, step) WHERE peak IS NOT NULL;
CREATE TABLE commands (id INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL, done INTEGER NOT NULL DEFAULT 0);
CREATE INDEX pending ON commands (id) WHERE done = 0;
"""

encode = msgspec.msgpack.Encoder().encode
decode_record = msgspec.msgpack.Decoder(AnyRecord).decode
decode_status = msgspec.msgpack.Decoder(Status).decode
decode_command = msgspec.msgpack.Decoder(Command).decode


@contextmanager
def explained(path: Path, doing: str = "read") -> Iterator[None]:
    """Turn what SQLite and msgpack refuse into a RunError that says which run, what, and what would help."""
    try:
        yield
    except (sqlite3.Error, msgspec.DecodeError) as error:
        raise RunError(f"can't {doing} {path / FILE}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    text = str(error)
    match getattr(error, "sqlite_errorname", "") or "":
        case name if name.startswith("SQLITE_FULL"):
            return "the disk is full; free some space, then resume the run"
        case name if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return f"another program has kept it locked for {PATIENCE:g} s; close that program, then try again"
        case name if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
            return "it may not be written; copy the run to a folder of your own"
        case name if name.startswith("SQLITE_CANTOPEN"):
            return "it is missing or may not be opened"
        case name if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return "it is damaged or no run of nntui"
        case name if name.startswith("SQLITE_IOERR"):
            return f"the disk refuses ({text}); check that it is there and not full"
    if isinstance(error, msgspec.DecodeError) or "no such table" in text or "no such column" in text:
        return "it is damaged or no run of nntui"
    return text


def initialize(folder: Path) -> None:
    """Write an empty store into a folder that has none. Raises RunError."""
    with explained(folder, "write"):
        connection = _connect(folder, "mode=rwc")
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        finally:
            connection.close()


def open_for_writing(path: Path) -> sqlite3.Connection:
    """A connection that may write, to a store that exists. Raises RunError."""
    with explained(path, "open"):
        connection = _connect(path, "mode=rw")
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
            _check_format(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def open_for_following(path: Path) -> sqlite3.Connection:
    """A connection that reads while somebody else writes. Raises RunError.

    In a folder that may not be written SQLite can't keep its shared index; a store that nobody has left anything
    beside is then read as the unchanging file that it is.
    """
    with explained(path, "open"):
        try:
            return _reading(path, "mode=ro")
        except sqlite3.OperationalError:
            if _has_log(path) or not (path / FILE).exists():
                raise
            return _reading(path, "mode=ro&immutable=1")


def open_for_a_glance(path: Path) -> sqlite3.Connection:
    """The cheapest connection for reading once what is there now; leaves no files behind if nobody writes. Raises RunError."""
    if _has_log(path):
        return open_for_following(path)
    with explained(path, "open"):
        return _reading(path, "mode=ro&immutable=1")


def _reading(path: Path, mode: str) -> sqlite3.Connection:
    connection = _connect(path, mode)
    try:
        _check_format(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _has_log(path: Path) -> bool:
    """Whether there is something in the write-ahead log that isn't in the file itself yet."""
    try:
        return (path / f"{FILE}-wal").stat().st_size > 0
    except OSError:
        return False


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{(path / FILE).absolute().as_uri()}?{mode}"
    return sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False)


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > FORMAT:
        raise RunError(f"{path} was written by a newer nntui (format {found}, this one reads up to {FORMAT}): upgrade nntui to open it")
    if found < 1:
        raise RunError(f"can't open {path / FILE}: it is damaged or no run of nntui")


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "DEFERRED") -> Iterator[None]:
    """All of it or nothing of it."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def step_of(record: AnyRecord) -> int:
    """The step after which a record was made."""
    match record:
        case Steps():
            return record.last
        case DataSummary():
            return 0
    return record.step
