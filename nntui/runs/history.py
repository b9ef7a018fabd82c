"""What a run has told so far, gathered from its records: the one thing panes and rules look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nntui.measurements import AnyRecord, DataSummary, Evaluation, Event, Measurement, Said, Samples, Status, Steps, Surface


class History:
    """Records sorted by kind, in order of arrival.

    `version` grows whenever anything changed; `generation` grows when something was taken away (a run rewound to a
    checkpoint, measurements thinned): who keeps something computed from the lists by position then starts anew.
    """

    def __init__(self) -> None:
        self.version = 0
        self.generation = 0
        self.status = Status(state="starting")
        self.data: DataSummary | None = None
        self.steps: list[Steps] = []
        self.evaluations: list[Evaluation] = []
        self.measurements: list[Measurement] = []
        self.surface: Surface | None = None
        self.samples: Samples | None = None
        self.said: list[Said] = []
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
                case Samples():
                    self.samples = record
                case Said():
                    self.said.append(record)
                case DataSummary():
                    self.data = record
                case Event():
                    self.events.append(record)

    def note(self, status: Status) -> None:
        """Remember where the run is now."""
        if status != self.status:
            self.version += 1
            self.status = status

    def clear(self) -> None:
        """Forget all records, to be told them again."""
        self.version += 1
        self.generation += 1
        self.data = None
        self.surface = None
        self.samples = None
        self.steps.clear()
        self.evaluations.clear()
        self.measurements.clear()
        self.said.clear()
        self.events.clear()

    def keep_measurements(self, steps: Collection[int]) -> None:
        """Forget the measurements at all other steps."""
        self.version += 1
        self.generation += 1
        self.measurements[:] = [measurement for measurement in self.measurements if measurement.step in steps]

    @property
    def measurement(self) -> Measurement | None:
        """The newest measurement."""
        return self.measurements[-1] if self.measurements else None
