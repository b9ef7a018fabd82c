"""The trainer's side of a run directory: appends what was measured, says where it is, and takes commands."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable
from pathlib import Path
from types import TracebackType

from nntui.measurements import AnyRecord, Command, Measurement, Status
from nntui.runs import thinning
from nntui.runs.liveness import HOST
from nntui.runs.results import Results, decode_results
from nntui.runs.store import decode_command, decode_record, encode, explained, open_for_writing, step_of, transaction


class RunWriter:
    """Writes to the run at `path`. Every method raises RunError, with nothing half-written, if the disk or somebody else is in the way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = open_for_writing(path)
        with explained(path):
            self._results = self._stored_results()
            self._counts = self._count()
        self._broken: thinning.Broken | None = None

    @property
    def cursor(self) -> int:
        """Number of the newest record ever written; `rewind` brings the run back to this point."""
        with explained(self.path):
            row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'records'").fetchone()
        return int(row[0]) if row else 0

    @property
    def results(self) -> Results:
        """What the records written so far amount to."""
        return self._results

    def write(self, records: Iterable[AnyRecord] = (), status: Status | None = None) -> None:
        """Append records and overwrite the status, in one transaction."""
        records = list(records)
        broken, counts = self._broken, dict(self._counts)
        rows = []
        for record in records:
            peak = thinning.loudness(record, broken)
            kind = str(record.__struct_config__.tag)
            if isinstance(record, Measurement):
                broken = thinning.broken(record)
            if peak is not None:
                counts[kind] += 1
            rows.append((step_of(record), kind, peak, encode(record)))
        results = self._results.after(records)
        with explained(self.path, "write"), transaction(self._connection, "IMMEDIATE"):
            if rows:
                self._connection.executemany("INSERT INTO records (step, kind, peak, body) VALUES (?, ?, ?, ?)", rows)
                self._set("results", encode(results))
            if status is not None:
                self._connection.execute("INSERT OR REPLACE INTO status (id, host, body) VALUES (1, ?, ?)", (HOST, encode(status)))
            for kind, bound in thinning.BOUNDS.items():
                if counts[kind] > bound.most:
                    if thinning.thin(self._connection, kind) and kind == "measurement":
                        self._grow("thinned")
                    counts[kind] = self._count()[kind]
        self._broken, self._counts, self._results = broken, counts, results

    def take_commands(self) -> list[Command]:
        """The commands that came in since the last call, oldest first; each is given once."""
        with explained(self.path):
            rows = self._connection.execute("SELECT id, body FROM commands WHERE done = 0 ORDER BY id").fetchall()
            if not rows:
                return []
            commands = [decode_command(body) for _, body in rows]
        with explained(self.path, "write"), transaction(self._connection, "IMMEDIATE"):
            self._connection.execute("UPDATE commands SET done = 1 WHERE done = 0 AND id <= ?", (rows[-1][0],))
        return commands

    def drop_commands(self, but: Container[str] = ()) -> None:
        """Forget the commands that nobody has taken, except those of the kinds `but`: they were meant for a trainer that is gone."""
        with explained(self.path, "write"), transaction(self._connection, "IMMEDIATE"):
            rows = self._connection.execute("SELECT id, body FROM commands WHERE done = 0").fetchall()
            stale = [(number,) for number, body in rows if decode_command(body).kind not in but]
            self._connection.executemany("UPDATE commands SET done = 1 WHERE id = ?", stale)

    def rewind(self, cursor: int) -> None:
        """Drop every record written after `cursor` said this number: training continues from a checkpoint taken then."""
        with explained(self.path, "write"), transaction(self._connection, "IMMEDIATE"):
            if self._connection.execute("DELETE FROM records WHERE id > ?", (cursor,)).rowcount == 0:
                return
            bodies = self._connection.execute("SELECT body FROM records WHERE kind IN ('steps', 'evaluation') ORDER BY id")
            results = Results().after(decode_record(body) for (body,) in bodies)
            self._set("results", encode(results))
            self._grow("generation")
        self._results, self._counts, self._broken = results, self._count(), None

    def close(self) -> None:
        """Bring everything into the one file, if the disk has room for that, and let go of it."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error:
            pass  # what was written stays where it is, beside the file, and is read from there
        finally:
            self._connection.close()

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _set(self, key: str, value: bytes | int) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def _grow(self, counter: str) -> None:
        self._connection.execute("UPDATE meta SET value = value + 1 WHERE key = ?", (counter,))

    def _stored_results(self) -> Results:
        row = self._connection.execute("SELECT value FROM meta WHERE key = 'results'").fetchone()
        return decode_results(row[0]) if row else Results()

    def _count(self) -> dict[str, int]:
        rows = self._connection.execute("SELECT kind, count(*) FROM records WHERE peak IS NOT NULL GROUP BY kind")
        return dict.fromkeys(thinning.BOUNDS, 0) | dict(rows.fetchall())
