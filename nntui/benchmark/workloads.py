"""What is trained in a benchmark: networks of the sizes people use, as rows. A new kind of network is a new row."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nntui.data.planar import Spiral
from nntui.data.source import Data, Facts, Source, Split
from nntui.errors import ExperimentError
from nntui.experiment import Experiment, Training
from nntui.nn.activations import GELU, ReLU, Tanh
from nntui.nn.attention import Attention
from nntui.nn.convolution import Conv2D
from nntui.nn.dense import Dense
from nntui.nn.embedding import Embedding, PositionalEmbedding
from nntui.nn.layer import Layer, Shape
from nntui.nn.losses import CrossEntropy, Target
from nntui.nn.lstm import LSTM
from nntui.nn.network import Network
from nntui.nn.normalization import BatchNorm, LayerNorm
from nntui.nn.plan import plan
from nntui.nn.pooling import GlobalAvgPool, MaxPool2D
from nntui.nn.shaping import Flatten
from nntui.nn.skip import Skip
from nntui.optim.optimizers import Adam, Optimizer
from nntui.randomness import stream
from nntui.schema import shown, suggestion

if TYPE_CHECKING:
    from nntui.backends.operations import Array


class Noise(Source, tag="noise"):
    """Normal inputs of any shape, or ids, with labels drawn by lot: how long a step takes doesn't depend on the numbers."""

    shape: tuple[int, ...]
    classes: int
    examples: int
    vocabulary: int | None = None
    """How many ids there are, if the inputs are ids."""
    everywhere: bool = False
    """Whether every step of a sequence has a label of its own."""

    def facts(self) -> Facts:
        target = Target(self.classes, shape=self.shape[:1] if self.everywhere else ())
        known = (self.vocabulary,) if self.vocabulary else None
        return Facts(self.shape, target, tuple(map(str, range(self.classes))), (), self.examples, known)

    def load(self, seed: int) -> Data:
        """Everything to train on, and a fifth as many examples more to validate with."""
        rng, facts = stream(seed, "data"), self.facts()

        def split(count: int) -> Split:
            shape = (count, *self.shape)
            X: Array = rng.integers(0, self.vocabulary, shape) if self.vocabulary else rng.standard_normal(shape, dtype=np.float32)
            return Split(X, rng.integers(0, self.classes, (count, *facts.target.shape)))

        return Data(facts, split(self.examples), split(max(self.examples // 5, 1)))


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

    @cached_property
    def network(self) -> Network:
        """With the weights that every engine begins with."""
        return Network(self.layers, self.x, seed=self.experiment.seed)

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
            if products := site.layer.multiply_adds(site.x):
                total += (2 if first else 3) * 2.0 * self.batch * products
                first = False
        return total


def mlp(*sizes: int, activation: Layer) -> tuple[Layer, ...]:
    """Dense layers of these sizes with an activation between them."""
    layers: list[Layer] = []
    for size in sizes:
        layers += [Dense(size), activation]
    return tuple(layers[:-1])


def _lenet() -> tuple[Layer, ...]:
    """LeCun et al. 1998, with ReLU and max-pooling as it is trained today."""
    convolutions = (Conv2D(6, 5), ReLU(), MaxPool2D(), Conv2D(16, 5, padding="valid"), ReLU(), MaxPool2D())
    return (*convolutions, Flatten(), *mlp(120, 84, 10, activation=ReLU()))


def _resnet() -> tuple[Layer, ...]:
    """Six convolutions, four of them in two residual blocks (He et al. 2015)."""

    def block(filters: int, stride: int = 1) -> tuple[Layer, ...]:
        body = (Conv2D(filters, 3, stride), BatchNorm(), ReLU(), Conv2D(filters), BatchNorm())
        return Skip(body, projection=stride > 1), ReLU()

    return (Conv2D(16), BatchNorm(), ReLU(), *block(16), *block(32, 2), Conv2D(64, 3, 2), BatchNorm(), ReLU(), GlobalAvgPool(), Dense(10))


def _transformer(blocks: int, width: int, symbols: int) -> tuple[Layer, ...]:
    """Predicts every next symbol; each block is attention and a layer four times as wide (Vaswani et al. 2017), norms first."""
    block = (
        Skip((LayerNorm(), Attention(heads=4, causal=True))),
        Skip((LayerNorm(), Dense(4 * width), GELU(), Dense(width))),
    )
    return (Embedding(symbols, width), PositionalEmbedding(), *block * blocks, LayerNorm(), Dense(symbols))


WORKLOADS: tuple[Workload, ...] = (
    Workload("2-8-8-2", mlp(8, 8, 2, activation=Tanh()), Spiral(examples=625), batch=10),
    Workload("64-128-64-10", mlp(128, 64, 10, activation=ReLU()), Noise(shape=(64,), classes=10, examples=1437), batch=32),
    Workload("784-256-128-10", mlp(256, 128, 10, activation=ReLU()), Noise(shape=(784,), classes=10, examples=8192), batch=128),
    Workload("784-2048-2048-10", mlp(2048, 2048, 10, activation=ReLU()), Noise(shape=(784,), classes=10, examples=2048), batch=128),
    Workload("20x64", mlp(*(64,) * 20, 10, activation=Tanh()), Noise(shape=(64,), classes=10, examples=1437), batch=32),
    Workload(
        "digits-cnn",
        (Conv2D(16), ReLU(), MaxPool2D(), Conv2D(32), ReLU(), MaxPool2D(), Flatten(), Dense(10)),
        Noise(shape=(8, 8, 1), classes=10, examples=1437),
        batch=32,
    ),
    Workload("lenet", _lenet(), Noise(shape=(28, 28, 1), classes=10, examples=4096), batch=64),
    Workload("resnet", _resnet(), Noise(shape=(32, 32, 3), classes=10, examples=2048), batch=64),
    Workload("lstm", (LSTM(64, returns="last"), Dense(10)), Noise(shape=(50, 16), classes=10, examples=2048), batch=32),
    Workload(
        "transformer",
        _transformer(2, 64, 64),
        Noise(shape=(64,), classes=64, examples=1024, vocabulary=64, everywhere=True),
        batch=32,
    ),
)


LARGE: tuple[Workload, ...] = (
    Workload("4096x4", mlp(4096, 4096, 4096, 10, activation=ReLU()), Noise(shape=(4096,), classes=10, examples=16384), batch=8192),
    Workload("resnet-512", _resnet(), Noise(shape=(32, 32, 3), classes=10, examples=4096), batch=512),
    Workload(
        "transformer-512",
        _transformer(4, 512, 256),
        Noise(shape=(256,), classes=256, examples=512, vocabulary=256, everywhere=True),
        batch=32,
    ),
)
"""Networks that fill a GPU."""


def chosen(names: str | None, large: bool = False) -> tuple[Workload, ...]:
    """The workloads of a comma-separated list; by default all, large ones only if asked for.

    Raises ExperimentError, with close names, for one there isn't.
    """
    known = {workload.name: workload for workload in (*WORKLOADS, *LARGE)}
    wanted = [workload.name for workload in (*WORKLOADS, *(LARGE if large else ()))]
    if names is not None:
        wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted or [""]:
        if name not in known:
            raise ExperimentError(f"there is no network {shown(name)} to measure: {suggestion(name, known)}")
    return tuple(known[name] for name in wanted)
