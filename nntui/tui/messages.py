"""What workers tell the workbench. Workers never touch a widget: they post one of these."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

from nntui.data.source import Source
from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.measurements import DataSummary

if TYPE_CHECKING:
    from nntui.runs.run import Run
    from nntui.tui.consultation import Inquiry, Looked


class RunOpened(Message):
    """A run is there to be watched: just started, or found. With a name, it comes onto the bench with its experiment."""

    def __init__(self, run: Run, trained: Experiment, name: str = "") -> None:
        super().__init__()
        self.run, self.trained, self.name = run, trained, name


class WorkDone(Message):
    """Something was done in a thread; `then` goes on with it, and raises if it didn't work out."""

    def __init__(self, then: Callable[[], object]) -> None:
        super().__init__()
        self.then = then


class StartRefused(Message):
    """A run couldn't be started or opened."""

    def __init__(self, error: NntuiError) -> None:
        super().__init__()
        self.error = error


class DataSummarized(Message):
    """Data was looked at before training."""

    def __init__(self, source: Source, seed: int, summary: DataSummary) -> None:
        super().__init__()
        self.source, self.seed, self.summary = source, seed, summary


class Diagnosed(Message):
    """What is new was looked at; None: a rule went wrong, with the traceback."""

    def __init__(self, inquiry: Inquiry, looked: Looked | None, mishap: Exception | None = None) -> None:
        super().__init__()
        self.inquiry, self.looked, self.mishap = inquiry, looked, mishap


class RunRead(Message):
    """What is new in the run was read in a worker; `changed` if there was anything."""

    def __init__(self, changed: bool) -> None:
        super().__init__()
        self.changed = changed
