"""What is trained in a benchmark: networks of the sizes people use, as rows. A new kind of network is a new row."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from nntui.data.planar import Spiral
from nntui.data.source import Data, Facts, Source, Split
from nntui.errors import ExperimentError
from nntui.experiment import Experiment, Training
from nntui.nn.activations import ReLU, Tanh
from nntui.nn.dense import Dense
from nntui.nn.layer import Layer, Shape
from nntui.nn.losses import CrossEntropy, Target
from nntui.nn.plan import plan
from nntui.optim.optimizers import Adam, Optimizer
from nntui.randomness import stream
from nntui.schema import shown, suggestion


class Noise(Source, tag="noise"):
    """Normal inputs of any shape with labels drawn by lot: how long a step takes doesn't depend on the numbers."""

    shape: tuple[int, ...]
    classes: int
    examples: int

    def facts(self) -> Facts:
        return Facts(self.shape, Target(self.classes), tuple(map(str, range(self.classes))), (), self.examples)

    def load(self, seed: int) -> Data:
        """Everything to train on, and a fifth as many examples more to validate with."""
        rng = stream(seed, "data")

        def split(count: int) -> Split:
            return Split(rng.standard_normal((count, *self.shape), dtype=np.float32), rng.integers(0, self.classes, count))

        return Data(self.facts(), split(self.examples), split(max(self.examples // 5, 1)))


@dataclass(frozen=True)
class Workload:
    """A network to train on labels, by batches gathered from shuffled data."""

    name: str
    layers: tuple[Layer, ...]
    source: Source
    batch: int
    optimizer: Optimizer = field(default_factory=Adam)

    @cached_property
    def experiment(self) -> Experiment:
        """The workload as an experiment that never comes to its end."""
        training = Training(epochs=10**9, batch_size=self.batch)
        return Experiment(network=self.layers, data=self.source, loss=CrossEntropy(), optimizer=self.optimizer, training=training)  # type: ignore[arg-type]

    @cached_property
    def data(self) -> Data:
        """What is learned, the same for every engine."""
        return self.source.load(0)

    @property
    def x(self) -> Shape:
        """Shape of one input example."""
        return self.source.facts().input_shape

    @property
    def parameters(self) -> int:
        """How many numbers it learns."""
        return plan(self.layers, self.x).checked().size

    @property
    def flops(self) -> float:
        """Multiplications and additions in the matrix products of one step.

        A product of forward comes again for the weights' gradient and, except in the first layer, for the input's.
        """
        total, first = 0.0, True
        for site in plan(self.layers, self.x).checked().walk():
            for parameter in site.parameters:
                if len(parameter.shape) > 1:  # every output value is a sum over fan_in inputs
                    total += (2 if first else 3) * 2.0 * self.batch * math.prod(site.y) * parameter.fan_in
                    first = False
        return total


def mlp(*sizes: int, activation: Layer) -> tuple[Layer, ...]:
    """Dense layers of these sizes with an activation between them."""
    layers: list[Layer] = []
    for size in sizes:
        layers += [Dense(size), activation]
    return tuple(layers[:-1])


WORKLOADS: tuple[Workload, ...] = (
    Workload("2-8-8-2", mlp(8, 8, 2, activation=Tanh()), Spiral(examples=625), batch=10),
    Workload("64-128-64-10", mlp(128, 64, 10, activation=ReLU()), Noise(shape=(64,), classes=10, examples=1437), batch=32),
    Workload("784-256-128-10", mlp(256, 128, 10, activation=ReLU()), Noise(shape=(784,), classes=10, examples=8192), batch=128),
    Workload("784-2048-2048-10", mlp(2048, 2048, 10, activation=ReLU()), Noise(shape=(784,), classes=10, examples=2048), batch=128),
    Workload("20x64", mlp(*(64,) * 20, 10, activation=Tanh()), Noise(shape=(64,), classes=10, examples=1437), batch=32),
)


def chosen(names: str | None) -> tuple[Workload, ...]:
    """The workloads of a comma-separated list, all by default. Raises ExperimentError, with close names, for one there isn't."""
    known = {workload.name: workload for workload in WORKLOADS}
    wanted = list(known) if names is None else [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted or [""]:
        if name not in known:
            raise ExperimentError(f"there is no network {shown(name)} to measure: {suggestion(name, known)}")
    return tuple(known[name] for name in wanted)
