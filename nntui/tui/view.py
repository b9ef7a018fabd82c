"""What the panes look at: one immutable value that says what is built, what is selected and where its history is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from nntui.data.source import Facts
from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.measurements import DataSummary, Evaluation, Measurement, Status
from nntui.nn.losses import Target
from nntui.nn.plan import Plan
from nntui.runs.history import History

XAxis: TypeAlias = Literal["epoch", "step"]
HistogramRange: TypeAlias = Literal["layer", "common"]


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
    x_axis: XAxis = "epoch"
    histogram_range: HistogramRange = "layer"
    """Whether every layer's histogram has its own range, or all have the same."""

    @property
    def version(self) -> int:
        """Grows with the history; -1 without one."""
        return -1 if self.history is None else self.history.version

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
        """The newest measurement."""
        return None if self.history is None else self.history.measurement

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
