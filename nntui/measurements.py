"""What was measured: the immutable records that trainer, runs, diagnosis and panes all speak.

Step n is the state after n optimizer steps; step 0 is before training. Layers are named by path: "2.tanh".
A value that couldn't be computed, or isn't a number any more, is NaN, never left out.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, dataclass_transform

import msgspec

State: TypeAlias = Literal["starting", "training", "paused", "finished", "stopped", "diverged", "failed", "killed"]
"""Where a run is. `stopped`: somebody stopped it, it can be resumed. `killed`: its process is gone without a word."""

LIVE: frozenset[str] = frozenset({"starting", "training", "paused"})
"""The states in which a trainer process is alive and listens to commands."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Record(msgspec.Struct, frozen=True, tag_field="record", gc=False):
    """Base of all records."""


class Steps(Record, tag="steps"):
    """A window of training steps first..last (inclusive). One step wide early on, wider later, so history is bounded.

    Minimum and maximum keep every spike; `non_finite` counts losses that were NaN or infinite (left out of the others).
    """

    first: int
    last: int
    epoch: float
    """Epochs done after the last step, with fraction."""
    seconds: float
    """Training time when the window ended, without pauses."""
    loss: float
    """Mean of the batch losses that were finite; if none was, the last one as it was: infinite or NaN."""
    loss_min: float
    loss_max: float
    gradient_norm: float
    """Mean of ||g||_2 over all parameters, before clipping."""
    gradient_norm_max: float
    clipped: int
    """Steps whose gradient was shortened by clipping."""
    learning_rate: float
    """Of the last step, with the schedule applied."""
    non_finite: int = 0
    others: dict[str, float] = {}
    """Means of further losses, by name: a GAN's discriminator, the penalty on weights."""
    infinite: int = 0
    """Of the `non_finite`, in how many steps something was infinite and nothing NaN yet."""


class Evaluation(Record, tag="evaluation"):
    """A whole split evaluated, without dropout and with running statistics."""

    step: int
    epoch: float
    split: Literal["train", "validation"]
    loss: float
    metrics: dict[str, float]
    """By name: accuracy, r2."""
    answered: tuple[int, ...] = ()
    """For classes: how many examples were given each class as the answer."""
    right: tuple[int, ...] = ()
    """And how many of these answers were right."""


class Histogram(msgspec.Struct, frozen=True, gc=False):
    """Counts in equal bins from low to high; what lies outside is counted in the outermost bins."""

    low: float
    high: float
    counts: tuple[int, ...]


class LayerMeasurement(msgspec.Struct, frozen=True, gc=False):
    """One layer at one step, on the training batch of that step."""

    path: str
    mean: float
    """Of the output Y."""
    std: float
    zero: float
    """Share of outputs that are exactly 0."""
    saturated: float
    """Share of outputs on the flat part: |Y| > 0.97 of tanh, hard_tanh and softsign, sigmoid outside (0.03, 0.97); else NaN."""
    dead: float
    """Share of units that are 0 for the whole batch."""
    histogram: Histogram
    """Of Y, by at most 4,096 values evenly taken."""
    delta: float
    """std of dL/dY, the signal that comes back; NaN where no gradient flows."""
    gradient_norm: float = float("nan")
    """||dW||_2 of the layer's weights (those that decay); NaN without weights."""
    weight_norm: float = float("nan")
    update_ratio: float = float("nan")
    """||change of W by this step|| / ||W||."""
    alike: float = float("nan")
    """Share of units whose weights are the same as those of another unit; NaN without weights."""
    through_time: tuple[float, ...] = ()
    """Of a recurrent layer: ||dL/dh_t||_2 over units and batch, for at most 32 steps evenly taken from first to last."""


class Measurement(Record, tag="measurement"):
    """All layers at one step."""

    step: int
    epoch: float
    layers: tuple[LayerMeasurement, ...]
    seconds: float
    """What this measurement cost, in seconds of the trainer's time."""


class UnitMap(msgspec.Struct, frozen=True, gc=False):
    """What the units of a layer answer over a plane, coarsely."""

    path: str
    units: int
    columns: int
    rows: int
    scale: float
    """The greatest |answer|; 0 if all are 0, or one isn't a number."""
    values: bytes
    """One byte each: answer = scale * (value - 128) / 127; unit by unit, rows from high y to low y."""


class Surface(Record, tag="surface"):
    """The network's answer on a grid over a two-dimensional input: rows from high y to low y, columns from low x to high x.

    For two classes the probability of class 1, for more the index of the likeliest class, for regression the output.
    """

    step: int
    columns: int
    rows: int
    x: tuple[float, float]
    y: tuple[float, float]
    values: bytes
    """float32, row by row."""
    units: tuple[UnitMap, ...] = ()
    """Of hidden layers; none in runs of versions that didn't look."""


class Samples(Record, tag="samples"):
    """Examples that a generator makes, for data in a plane: always from the same random numbers, so they can be seen to move."""

    step: int
    points: tuple[tuple[float, float], ...]


class Said(Record, tag="said"):
    """What a language model makes follow its prompt: always from the same random numbers, so that it can be seen to learn."""

    step: int
    prompt: str
    text: str
    temperature: float
    top_k: int


class DataQuality(msgspec.Struct, frozen=True, gc=False):
    """What the training part is like, in the numbers that the network reads."""

    largest_std: float
    """Largest standard deviation of an input."""
    largest_offset: float
    """Largest |mean| of an input that varies."""
    constant: int
    """Inputs that are the same in every example."""
    inputs: int
    class_counts: tuple[int, ...] = ()
    """For classes: training examples of each."""
    target_low: float = float("nan")
    """For numbers: the least, and what follows."""
    target_high: float = float("nan")
    target_mean: float = float("nan")
    target_std: float = float("nan")
    first_variance: float = float("nan")
    """For numbers: mean square distance of the first examples, which are evaluated again and again, from the mean of all."""
    leaked: float = 0.0
    """Share of the validation examples whose input is also in the training part."""
    contradicted: float = 0.0
    """For classes: share of the training examples whose very input is also given another class."""


class DataSummary(Record, tag="data"):
    """What is trained on, once per run, so that a watcher needn't load the data."""

    input_shape: tuple[int, ...]
    classes: tuple[str, ...] | None
    features: tuple[str, ...]
    train_examples: int
    validation_examples: int
    points: tuple[tuple[float, float, float, bool], ...] = ()
    """For two-dimensional data: (x, y, label or target, in the training part) of at most 500 examples."""
    quality: DataQuality | None = None
    """None in runs of versions that didn't look."""


class Event(Record, tag="event"):
    """Something that happened at a step: a command, an early stop, a divergence."""

    step: int
    kind: str
    text: str
    """One sentence for people."""


AnyRecord: TypeAlias = Steps | Evaluation | Measurement | Surface | Samples | Said | DataSummary | Event


class Status(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=False):
    """Where a run is now; overwritten in place, with a heartbeat."""

    state: State
    step: int = 0
    total_steps: int = 0
    epoch: float = 0.0
    epochs: int = 0
    seconds: float = 0.0
    """Time spent computing: without pauses, and without the waits of a slow pace."""
    rested: float = 0.0
    """Time that passed between steps to keep a slow pace."""
    steps_per_second: float = 0.0
    examples_per_second: float = 0.0
    measuring: float = 0.0
    """Share of the training time spent on measuring."""
    learning_rate: float = 0.0
    backend: str = ""
    device: str = ""
    """What the GPU is called; "" on the CPU."""
    device_memory: float = 0.0
    """Bytes of it that the trainer holds."""
    device_total: float = 0.0
    """Bytes it has."""
    device_busy: float | None = None
    """Share of the last moment in which it computed something; None where nobody tells (NaN would never equal itself)."""
    pid: int = 0
    heartbeat: float = 0.0
    """Unix time of the last sign of life."""
    pace: float = 0.0
    """Most steps per second that a watcher has asked for; 0: full speed."""
    message: str = ""
    """Why it is in this state, if there is more to say."""
    before: State | None = None
    """While it starts: the state that the run was left in, and is left in again if it can't be gone on with."""

    @property
    def passed(self) -> float:
        """Seconds of training as a watcher's clock has them, without pauses: what speeds and times to go are told in."""
        return self.seconds + self.rested

    @property
    def remaining(self) -> float | None:
        """Seconds to go at the present speed, if that is known."""
        if self.steps_per_second <= 0.0:
            return None
        return (self.total_steps - self.step) / self.steps_per_second


REFUSAL = "can't be resumed: "
"""How the message begins of a run that was trained, and couldn't be gone on with; it stays in the state it was left in."""


class Command(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a watcher asks of a trainer."""

    kind: Literal["pause", "resume", "step", "epoch", "stop", "discard", "learning_rate", "adjust", "pace", "backend"]
    """`step` and `epoch` train that much, then pause; `stop` saves and ends; `discard` ends and asks for removal."""
    value: float = 0.0
    """For `learning_rate`: the new base rate. For `step`: how many (0 means 1). For `pace`: most steps per second, 0 for
    as many as there are."""
    name: str = ""
    """For `backend`: where to go on, `numpy` or `cupy`. For `adjust`: assignments, a line each: optimizer.momentum=0.8."""
