"""Checks made from the bench: in a process of their own, so that neither the screen nor a run is disturbed, told as they go."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nntui.errors import NntuiError
from nntui.experiment import Experiment


@dataclass(frozen=True)
class Progress:
    """How far a check is."""

    name: str
    share: float


@dataclass(frozen=True)
class Done:
    """What a check came to."""

    name: str
    verdict: str
    sentence: str


class Checking:
    """One process that makes checks. run: a run's folder whose weights are checked; None: the experiment as it is."""

    def __init__(self, experiment: Experiment, run: Path | None, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._experiment, self._run = experiment, run
        self._child: subprocess.Popen[str] | None = None
        self._cancelled = False

    def told(self) -> Iterator[Progress | Done]:
        """Start it, and give what it tells until it ends. Raises NntuiError if it can't be done. For a thread of its own."""
        from nntui.training.running import environment

        with tempfile.TemporaryDirectory(prefix="nntui-") as folder:
            target = self._run
            if target is None:
                target = Path(folder) / "experiment.toml"
                target.write_text(self._experiment.to_toml(), encoding="utf-8")
            only = [word for name in self.names for word in ("--only", name)]
            command = [sys.executable, "-P", "-m", "nntui", "check", str(target), "--lines", *only]
            errors = Path(folder) / "errors"
            try:
                with errors.open("wb") as stderr:
                    self._child = child = subprocess.Popen(
                        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment()
                    )  # fmt: skip
            except OSError as error:
                raise NntuiError(f"the checks can't be started: {error.strerror or error}") from None
            try:
                if self._cancelled:
                    child.kill()
                assert child.stdout is not None
                for line in child.stdout:
                    with suppress(ValueError):  # a warning of some library
                        yield _read(json.loads(line))
                if child.wait() not in (0, 1) and not self._cancelled:
                    said = errors.read_text(encoding="utf-8", errors="replace").strip().split("\n")[-1].removeprefix("nntui: ")
                    raise NntuiError(said or "the checks ended without a word")
            finally:
                child.kill()
                child.wait()

    def cancel(self) -> None:
        """End it, whatever it does."""
        self._cancelled = True
        if self._child is not None:
            self._child.kill()


def _read(told: dict[str, object]) -> Progress | Done:
    result = told.get("result")
    if isinstance(result, dict):
        return Done(str(result["name"]), str(result["verdict"]), str(result["sentence"]))
    return Progress(str(told["check"]), float(str(told["share"])))
