"""What a run has told so far, gathered from its records: the one thing panes and rules look at."""

from __future__ import annotations

from collections.abc import Iterable

from nntui.measurements import AnyRecord, DataSummary, Evaluation, Event, Measurement, Status, Steps, Surface


class History:
    """Records sorted by kind, in order of arrival. `version` grows whenever something was added."""

    def __init__(self) -> None:
        self.version = 0
        self.status = Status(state="starting")
        self.data: DataSummary | None = None
        self.steps: list[Steps] = []
        self.evaluations: list[Evaluation] = []
        self.measurements: list[Measurement] = []
        self.surface: Surface | None = None
        self.events: list[Event] = []

    def extend(self, records: Iterable[AnyRecord]) -> None:
        """Add records in the order in which they were written."""
        for record in records:
            self.version += 1
            match record:
                case Steps():
                    self.steps.append(record)
                case Evaluation():
                    self.evaluations.append(record)
                case Measurement():
                    self.measurements.append(record)
                case Surface():
                    self.surface = record
                case DataSummary():
                    self.data = record
                case Event():
                    self.events.append(record)

    def note(self, status: Status) -> None:
        """Remember where the run is now."""
        if status != self.status:
            self.version += 1
            self.status = status

    @property
    def measurement(self) -> Measurement | None:
        """The newest measurement."""
        return self.measurements[-1] if self.measurements else None
