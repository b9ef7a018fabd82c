"""What the trainer asks of every kind of training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from nntui.measurements import AnyRecord, DataSummary
from nntui.nn.network import Network
from nntui.optim.updater import Updater
from nntui.training.evaluator import Evaluated
from nntui.training.summary import summarize

if TYPE_CHECKING:
    from nntui.backends.operations import Array
    from nntui.data.source import Data
    from nntui.training.forensics import Ran
    from nntui.training.probe import Probe

SplitName: TypeAlias = Literal["train", "validation"]


class StepResult(NamedTuple):
    """What a step came to. A loss or norm that isn't finite says that nothing was updated by it."""

    loss: float
    norm: float
    """||g||_2 of the network's gradient, before clipping."""
    clipped: bool
    others: dict[str, float] = {}  # noqa: RUF012  # nobody writes to it
    """Further losses, by name: a GAN's discriminator, the penalty on weights."""


class Runner:
    """Runs the steps of one experiment: its networks with their updaters, and its data on the device."""

    data: Data
    networks: dict[str, Network]
    """By name; the experiment's own network is called "" and comes first."""
    updaters: dict[str, Updater]
    """One for each network."""
    steps_per_epoch: int
    examples: int
    """Seen per epoch."""
    splits: tuple[SplitName, ...]
    """What can be evaluated."""
    ahead: bool = False
    """Whether several steps can be made by `steps` before any of them is waited for."""

    def step(self, step: int, rate: float, momentum: float | None, probe: Probe | None) -> StepResult:
        """Run step `step` (0 is the first) with this learning rate; tell the probe when all gradients are there."""
        raise NotImplementedError

    def room(self, step: int) -> int:
        """How many steps from this one on `steps` can make without being watched; 0 where each has to be made by `step`."""
        return 0

    def steps(self, first: int, rates: Sequence[float], momenta: Sequence[float | None]) -> list[StepResult]:
        """Make as many steps as there are rates, or fewer: one whose loss or norm isn't finite is the last."""
        raise NotImplementedError

    def batch(self, step: int) -> Array:
        """Which training examples this step learns from (host array of indices)."""
        raise NotImplementedError

    def ran(self, step: int) -> Iterator[Ran]:
        """The passes of the last step made, number `step` (0 is the first), with the arrays that they have left."""
        raise NotImplementedError

    @property
    def note(self) -> str:
        """What is worth telling about how steps are made, if anything."""
        return ""

    def evaluate(self, split: SplitName, limit: int | None = None) -> Evaluated:
        """Loss and metrics over the first `limit` examples (all by default) of a split."""
        raise NotImplementedError

    def summary(self) -> DataSummary:
        """What watchers are told about the data."""
        return summarize(self.data)

    def settle(self) -> list[AnyRecord]:
        """Whatever of the networks' start depends on data, before the first step; what to tell about it."""
        return []

    def picture(self, step: int) -> list[AnyRecord]:
        """What can be drawn of the network as it is, if anything: its answer over a plane, examples it makes."""
        return []

    @property
    def pictures(self) -> bool:
        """Whether `picture` has something to show."""
        return False

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """What a checkpoint keeps beside the networks and updaters: arrays (host) and numbers."""
        return {}, {}

    def load_state(self, arrays: dict[str, Array], numbers: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
