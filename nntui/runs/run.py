"""A run seen from outside, by any number of viewers, while it trains or years later."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntui.errors import RunError
from nntui.measurements import LIVE, AnyRecord, Command, Status
from nntui.runs import series
from nntui.runs.history import History
from nntui.runs.liveness import judged
from nntui.runs.results import Results
from nntui.runs.store import (
    decode_record,
    decode_status,
    encode,
    explained,
    open_for_following,
    open_for_writing,
    step_of,
    transaction,
)
from nntui.runs.summary import as_json

if TYPE_CHECKING:
    from nntui.experiment import Experiment
    from nntui.runs.series import Values

EXPERIMENT = "experiment.toml"

ENDED: frozenset[str] = frozenset({"finished", "diverged"})
"""The states after which there is nothing left to train."""

FIRST: frozenset[str] = frozenset({"step", "epoch", "pace"})
"""The commands that may be waiting when a trainer starts."""


class Run:
    """Follows the run in a folder: `refresh` brings `history` up to date, reading only what is new.

    May be used from another thread than the one that made it, but not from two at once. Raises RunError if there is no
    run, it is damaged, or it was written by a newer nntui.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path).absolute()
        self.history = History()
        self._experiment: Experiment | None = None
        self._connection = self._connect()
        self._seen = self._cursor = -1
        self._generation = self._thinned = 0
        self._stored = ("", self.history.status)
        self.refresh()

    def _connect(self) -> sqlite3.Connection:
        if not self.path.is_dir():
            raise RunError(f"there is no run at {self.path}")
        return open_for_following(self.path)

    @property
    def name(self) -> str:
        """The run's name, which is that of its folder."""
        return self.path.name

    @property
    def status(self) -> Status:
        """Where the run was at the last refresh; `killed` if its trainer is gone without a word."""
        return self.history.status

    @property
    def live(self) -> bool:
        """Whether a trainer is at work and listens to commands."""
        return self.status.state in LIVE

    @property
    def experiment(self) -> Experiment:
        """What is trained, as it was when the run was made. Raises ExperimentError if its file was spoilt since."""
        if self._experiment is None:
            from nntui.experiment import Experiment

            self._experiment = Experiment.from_file(self.path / EXPERIMENT)
        return self._experiment

    def refresh(self) -> bool:
        """Read what is new; true if anything is."""
        before = self.history.version
        with explained(self.path):
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
            if version != self._seen:
                self._read()
                self._seen = version
            status = self._judge()
            if status.state == "killed":
                # Who wrote its last word between our reading it and our asking for its life isn't dead, but done.
                self._read()
                status = self._judge()
        self.history.note(status)
        return self.history.version != before

    def _judge(self) -> Status:
        host, status = self._stored
        if status.state in LIVE and not self.path.exists():
            return Status(state="stopped", step=status.step, message="its folder is gone: discarded, removed or renamed")
        return judged(status, host, self.path)

    def _read(self) -> None:
        with transaction(self._connection):
            meta = dict(self._connection.execute("SELECT key, value FROM meta WHERE key IN ('generation', 'thinned')").fetchall())
            if meta["generation"] != self._generation:
                if self._cursor >= 0:
                    self.history.clear()
                self._cursor = -1
            kept = None
            if meta["thinned"] != self._thinned and self._cursor >= 0:
                kept = {step for (step,) in self._connection.execute("SELECT step FROM records WHERE kind = 'measurement'")}
            rows = self._connection.execute("SELECT id, body FROM records WHERE id > ? ORDER BY id", (self._cursor,)).fetchall()
            state = self._connection.execute("SELECT host, body FROM status").fetchone()
        self._generation, self._thinned = meta["generation"], meta["thinned"]
        if rows:
            self.history.extend(decode_record(body) for _, body in rows)
            self._cursor = rows[-1][0]
        if kept is not None:
            self.history.keep_measurements(kept)
        if state is not None:
            self._stored = (state[0], decode_status(state[1]))

    def series(self, name: str) -> tuple[Values, Values]:
        """Steps and values of one curve: loss, gradient_norm, learning_rate, val_loss, val_accuracy, ... Raises RunError for other names.

        A curve that the run doesn't have (validation without a validation part) is empty.
        """
        return series.series(self.history, name)

    def send(self, command: Command) -> None:
        """Ask the trainer for something. Raises RunError if nobody is there to listen.

        `step`, `epoch` and `pace` may also wait for a trainer that is yet to be started: it begins with them.
        """
        self.refresh()
        if not self.live and (command.kind not in FIRST or self.status.state in ENDED):
            raise RunError(f"{self.name} is {self.status.state}: no trainer listens to it")
        connection = open_for_writing(self.path)
        try:
            with explained(self.path, "write"):
                connection.execute("INSERT INTO commands (body) VALUES (?)", (encode(command),))
        finally:
            connection.close()

    def results(self) -> Results:
        """What it has achieved so far."""
        records: list[AnyRecord] = [*self.history.steps, *self.history.evaluations]
        return Results().after(sorted(records, key=step_of))

    def summary(self) -> dict[str, Any]:
        """The object that `--json` prints: valid JSON, null for what the experiment doesn't have."""
        return as_json(self.name, self.status, self.results())

    def close(self) -> None:
        """Stop following."""
        self._connection.close()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
