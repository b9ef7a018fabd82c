"""What the panes look at: one immutable value that says what is built, what is selected and where its history is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, TypeVar

from nntui.data.source import Facts
from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.measurements import DataSummary, Evaluation, Measurement, Samples, Status, Surface
from nntui.nn.losses import Target
from nntui.nn.plan import Plan
from nntui.runs.history import History
from nntui.tui.consultation import Findings

XAxis: TypeAlias = Literal["epoch", "step", "time"]
Quantity: TypeAlias = Literal["delta", "gradient", "update", "std", "histogram"]
Scale: TypeAlias = Literal["auto", "log", "linear"]
HistogramRange: TypeAlias = Literal["layer", "common"]


@dataclass(frozen=True, eq=False)
class Other:
    """Another run whose curves are drawn over the ones of the run that is watched."""

    name: str
    history: History
    color: int
    """Which of the colours for several is its own."""


@dataclass(frozen=True)
class Ways:
    """How the panes are looked at: what a person can turn without changing anything that is looked at."""

    x_axis: XAxis = "epoch"
    histogram_range: HistogramRange = "layer"
    """Whether every layer's histogram has its own range, or all have the same."""
    scale: Scale = "auto"
    """Of the loss."""
    smoothing: float = 0.0
    """Weight of what came before in a curve that is smoothed; 0 shows it as it is."""
    mean: bool = False
    """Whether several runs are shown as their mean and how far they lie apart."""
    quantity: Quantity = "delta"
    """What is shown of every layer over the whole run."""
    zoom: int = 0
    """The horizontal axis is 2 to this power times as fine, around the step that is looked at."""
    at: int | None = None
    """The step that is looked at; None: the newest."""


class _Stepped(Protocol):
    @property
    def step(self) -> int: ...


Record = TypeVar("Record", bound=_Stepped)


@dataclass(frozen=True, eq=False)
class View:
    """Cheap to make and compared by identity: a new one means that something other than the history changed."""

    experiment: Experiment
    plan: Plan
    problem: NntuiError | None = None
    """Why the experiment can't be trained, if it can't."""
    facts: Facts | None = None
    """What the data holds, if it can be read."""
    history: History | None = None
    """What the run has told so far; None before there is one."""
    data: DataSummary | None = None
    """The data before a run has told about it."""
    selected: str = ""
    """Path of the selected layer, or nothing."""
    running: bool = False
    ways: Ways = Ways()
    others: tuple[Other, ...] = ()
    findings: Findings = Findings()
    """What is wrong, what can be done about it, and what was tried."""

    @property
    def version(self) -> int:
        """Grows with the histories; -1 without one."""
        own = -1 if self.history is None else self.history.version
        return own + sum(other.history.version for other in self.others)

    @property
    def at(self) -> int | None:
        """The step that is looked at; None: the newest, or there is none."""
        return None if self.history is None else self.ways.at

    @property
    def summary(self) -> DataSummary | None:
        """The data as the run has it, or as it will be."""
        return self.history.data if self.history is not None and self.history.data is not None else self.data

    @property
    def status(self) -> Status | None:
        """Where the run is."""
        return None if self.history is None else self.history.status

    @property
    def measurement(self) -> Measurement | None:
        """The newest measurement, up to the step that is looked at."""
        return None if self.history is None else self.until(self.history.measurements)

    @property
    def surface(self) -> Surface | None:
        """The newest answer on a grid, up to the step that is looked at."""
        return None if self.history is None else self.until(self.history.surfaces)

    @property
    def samples(self) -> Samples | None:
        """The newest samples, up to the step that is looked at."""
        return None if self.history is None else self.until(self.history.sampled)

    def until(self, records: Sequence[Record]) -> Record | None:
        """The newest of records in the order of their steps, up to the step that is looked at; the first if all are later."""
        if not records:
            return None
        if self.at is None:
            return records[-1]
        return records[max(bisect_right(records, self.at, key=lambda one: one.step) - 1, 0)]

    def evaluations(self, split: Literal["train", "validation"]) -> list[Evaluation]:
        """The evaluations of one part of the data, in order."""
        return [] if self.history is None else [one for one in self.history.evaluations if one.split == split]

    @property
    def target(self) -> Target | None:
        """What the data asks for, if that is known."""
        if self.facts is not None:
            return self.facts.target
        if self.summary is not None:
            return Target(None if self.summary.classes is None else len(self.summary.classes))
        return None

    @property
    def expected_loss(self) -> float | None:
        """The loss of a network that knows nothing, where that is known: ln C for C classes."""
        if self.target is None or self.problem is not None or not self.plan.sites:
            return None
        return self.experiment.loss.expected(self.plan.output_shape, self.target)
