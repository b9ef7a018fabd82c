"""Looking for a learning rate from the bench: on a copy, in a process of its own, so that neither the run nor the screen is disturbed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.tui.parts import BY_NAME
from nntui.tui.remarks import Notice

if TYPE_CHECKING:
    from nntui.training.rate_finder import RateSearch
    from nntui.tui.screens.bench import Bench

PATIENCE = 300.0
"""Seconds after which a search is given up."""


def search(experiment: Experiment, run: Path | None) -> RateSearch:
    """Try rates on a copy: of the run in a folder, from its last checkpoint on, or of an experiment. Raises NntuiError."""
    from nntui.training.rate_finder import RateSearch
    from nntui.training.running import environment

    with tempfile.TemporaryDirectory(prefix="nntui-") as folder:
        target = run
        if target is None:
            target = Path(folder) / "experiment.toml"
            target.write_text(experiment.to_toml(), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "nntui", "lr-find", str(target), "--json"]
        try:
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, env=environment())
        except subprocess.TimeoutExpired:
            raise NntuiError(f"no learning rate was found in {PATIENCE:.0f} s: nntui lr-find takes all the time it needs") from None
        except OSError as error:
            raise NntuiError(f"the search can't be started: {error.strerror or error}") from None
    if ended.returncode:
        said = ended.stderr.strip().split("\n")[-1].removeprefix("nntui: ")
        raise NntuiError(f"no learning rate was found: {said}")
    return msgspec.json.decode(ended.stdout, type=RateSearch)


def find(screen: Bench) -> None:
    """Look for a rate, show what was found, and take it if that is wished."""
    from nntui.tui.screens.rate import RateFound

    bench = screen.bench
    if bench.draft.verdict.problem is not None:
        raise bench.draft.verdict.problem
    experiment = bench.experiment
    run = bench.run.path if bench.run is not None and not bench.edited else None

    def take(rate: float | None) -> None:
        if rate is not None:
            optimizer = msgspec.structs.replace(bench.experiment.optimizer, learning_rate=rate)
            screen.attempt(lambda: bench.alter(lambda draft: draft.put(BY_NAME["optimizer"], optimizer)))

    def show(found: RateSearch) -> None:
        screen.app.push_screen(RateFound(found, bench.experiment.optimizer.learning_rate), take)

    if any(worker.group == "rate" and not worker.is_finished for worker in screen.workers):
        raise NntuiError("A learning rate is being looked for already: wait until it is found.")
    bench.notices.append(Notice("Trying learning rates on a copy; go on meanwhile."))
    screen.aside(lambda: search(experiment, run), show, "rate")
