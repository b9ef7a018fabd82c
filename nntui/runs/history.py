"""What a run has told so far, gathered from its records: the one thing panes and rules look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from nntui.measurements import AnyRecord, DataSummary, Evaluation, Event, Measurement, Said, Samples, Status, Steps, Surface

PICTURES = 800
"""Most surfaces and most samples that are kept."""


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
        self.surfaces: list[Surface] = []
        self.sampled: list[Samples] = []
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
                    self.surfaces.append(record)
                    _halve(self.surfaces)
                case Samples():
                    self.sampled.append(record)
                    _halve(self.sampled)
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
        self.surfaces.clear()
        self.sampled.clear()
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

    @property
    def surface(self) -> Surface | None:
        """The newest answer on a grid."""
        return self.surfaces[-1] if self.surfaces else None

    @property
    def samples(self) -> Samples | None:
        """The newest samples."""
        return self.sampled[-1] if self.sampled else None


def _halve(pictures: list[Any]) -> None:
    """Of too many pictures, let every other one of the older half go: the film of the run stays whole, only coarser."""
    if len(pictures) > PICTURES:
        del pictures[1 : PICTURES // 2 : 2]
