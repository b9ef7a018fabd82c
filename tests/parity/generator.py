"""Random networks that fit together: any layers behind each other and inside each other, as many as there are seeds.

A network is a function of its seed. A new layer is one entry in DRAWS (or in IDS, if it reads ids).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import numpy as np

from nntui.benchmark.workloads import Noise as Numbers
from nntui.experiment import Experiment
from nntui.nn.activations import (
    ELU,
    GELU,
    SELU,
    HardTanh,
    LeakyReLU,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
    Threshold,
)
from nntui.nn.attention import Attention
from nntui.nn.convolution import Conv1D, Conv2D
from nntui.nn.dense import Dense
from nntui.nn.embedding import Embedding, PositionalEmbedding
from nntui.nn.factorization import Factorization
from nntui.nn.gru import GRU
from nntui.nn.layer import Layer, Learned, Shape
from nntui.nn.losses import MeanSquaredError
from nntui.nn.lstm import LSTM
from nntui.nn.maxout import Maxout
from nntui.nn.normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm
from nntui.nn.plan import plan
from nntui.nn.pooling import AvgPool1D, AvgPool2D, GlobalAvgPool, MaxPool1D, MaxPool2D
from nntui.nn.regularization import Dropout, Noise
from nntui.nn.resampling import Crop, Pad, Upsample
from nntui.nn.rnn import RNN
from nntui.nn.scale import Scale
from nntui.nn.shaping import Flatten, Reshape
from nntui.nn.skip import Skip
from nntui.nn.transposed import Conv2DTranspose
from nntui.nn.weight_norm import WeightNorm
from nntui.optim.optimizers import SGD

DEPTH = 12
"""Layers in a network at most, those inside others counted."""
SIZE = 240
"""Numbers in an example of any layer's output at most: what is to be found is found in small ones."""

T = TypeVar("T")


class Draw:
    """A seeded source of choices, which knows how many layers there is still room for."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.room = int(self.rng.integers(2, DEPTH + 1))

    def of(self, *options: T) -> T:
        """One of these."""
        return options[int(self.rng.integers(len(options)))]

    def upto(self, most: int) -> int:
        """From 1 to `most`."""
        return int(self.rng.integers(1, most + 1))

    def divisor(self, number: int) -> int:
        return self.of(*(d for d in range(1, number + 1) if number % d == 0))

    def happens(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def treated(self, layer: Layer) -> Layer:
        """Some layers are frozen, or learn at another rate."""
        if isinstance(layer, Learned) and self.happens(0.2):
            return msgspec.structs.replace(layer, **self.of({"frozen": True}, {"rate_multiplier": 0.5}))
        return layer

    def sequence(self, x: Shape, most: int) -> tuple[Layer, ...]:
        """Layers behind each other, at least one if there is room."""
        layers: list[Layer] = []
        for _ in range(most):
            if self.room < 1:
                break
            layers.append(self.layer(x))
            x = layers[-1].output_shape(x)
        return tuple(layers)

    def layer(self, x: Shape) -> Layer:
        """One that fits x."""
        self.room -= 1
        while True:
            kind = self.of(*OFTEN)
            if len(x) not in DRAWS[kind].ranks or (kind.family == "container" and self.room < 1):
                continue
            room = self.room
            layer = DRAWS[kind].draw(self, x)
            if layer is not None and _suits(layer, x):
                return self.treated(layer)
            self.room = room

    # -- layers with layers in them ------------------------------------------------------------------------------------

    def skip(self, x: Shape) -> Layer | None:
        body = self.sequence(x, self.upto(4))
        candidates = [Skip(body), Skip(body, projection=True), Skip(body, join="concatenate")]
        fitting = [layer for layer in candidates if _suits(layer, x)]
        return self.of(*fitting) if fitting else None

    def weight_norm(self, x: Shape) -> Layer | None:
        self.room -= 1
        kinds = [kind for kind, drawn in DRAWS.items() if kind.family == "affine" and len(x) in drawn.ranks]
        inside = DRAWS[self.of(*kinds)].draw(self, x)
        return WeightNorm((self.treated(inside),)) if inside is not None else None


def _suits(layer: Layer, x: Shape) -> bool:
    planned = plan((layer,), x)
    return planned.problem is None and all(math.prod(site.y) <= SIZE for site in planned.walk())


@dataclass(frozen=True)
class Drawn:
    """How a layer is drawn for an input of shape x: it, or None. What then doesn't fit is drawn again."""

    ranks: tuple[int, ...]
    """Axes that an example may have."""
    draw: Callable[[Draw, Shape], Layer | None]


ANY, FLAT, SEQUENCE, IMAGE = (1, 2, 3), (1, 2), (2,), (3,)


def _sliding(d: Draw, axes: int) -> dict[str, Any]:
    """kernel, stride and padding."""

    def sides(most: int) -> Any:
        return (d.upto(most), d.upto(most)) if axes == 2 and d.happens(0.3) else d.upto(most)

    return {"kernel": sides(3), "stride": sides(2), "padding": d.of("same", "same", "valid", 1)}


def _convolution(kind: type[Any], axes: int) -> Callable[[Draw, Shape], Layer]:
    def draw(d: Draw, x: Shape) -> Layer:
        groups = d.divisor(x[-1])
        layer: Layer = kind(groups * d.of(1, 2), groups=groups, dilation=d.of(1, 1, 2), bias=d.happens(0.8), **_sliding(d, axes))
        return layer

    return draw


def _recurrent(kind: type[Any]) -> Callable[[Draw, Shape], Layer]:
    def draw(d: Draw, x: Shape) -> Layer:
        more = {"activation": d.of("tanh", "relu")} if kind is RNN else {}
        layer: Layer = kind(d.upto(4), layers=d.of(1, 1, 2), bidirectional=d.happens(0.4), returns=d.of("sequence", "last"), **more)
        return layer

    return draw


def _margins(kind: type[Any]) -> Callable[[Draw, Shape], Layer]:
    def draw(d: Draw, x: Shape) -> Layer:
        sides = tuple(int(n) for n in d.rng.integers(0, 3, 2 if len(x) == 2 else d.of(2, 4)))
        layer: Layer = kind(d.of(1, sides))
        return layer

    return draw


def _reshape(d: Draw, x: Shape) -> Layer:
    """Into an image, a sequence or a vector."""
    size = math.prod(x)
    rows = d.divisor(size)
    columns = d.divisor(size // rows)
    return Reshape(d.of((size,), (rows, -1), (rows, columns, -1)))


DRAWS: dict[type[Layer], Drawn] = {
    Dense: Drawn(FLAT, lambda d, x: Dense(d.upto(7), bias=d.happens(0.8))),
    Maxout: Drawn(FLAT, lambda d, x: Maxout(d.upto(6), pieces=d.of(2, 3))),
    Conv2D: Drawn(IMAGE, _convolution(Conv2D, 2)),
    Conv1D: Drawn(SEQUENCE, _convolution(Conv1D, 1)),
    Conv2DTranspose: Drawn(IMAGE, _convolution(Conv2DTranspose, 2)),
    MaxPool2D: Drawn(IMAGE, lambda d, x: MaxPool2D(**_sliding(d, 2))),
    AvgPool2D: Drawn(IMAGE, lambda d, x: AvgPool2D(**_sliding(d, 2))),
    MaxPool1D: Drawn(SEQUENCE, lambda d, x: MaxPool1D(**_sliding(d, 1))),
    AvgPool1D: Drawn(SEQUENCE, lambda d, x: AvgPool1D(**_sliding(d, 1))),
    GlobalAvgPool: Drawn((2, 3), lambda d, x: GlobalAvgPool()),
    Upsample: Drawn((2, 3), lambda d, x: Upsample(d.of(2, 3, (1, 2)) if len(x) == 3 else 2, d.of("nearest", "linear"))),
    Pad: Drawn((2, 3), _margins(Pad)),
    Crop: Drawn((2, 3), _margins(Crop)),
    ReLU: Drawn(ANY, lambda d, x: ReLU()),
    LeakyReLU: Drawn(ANY, lambda d, x: LeakyReLU(d.of(0.01, 0.3))),
    PReLU: Drawn(ANY, lambda d, x: PReLU(shared=d.happens(0.5))),
    ELU: Drawn(ANY, lambda d, x: ELU(d.of(0.5, 1.0))),
    SELU: Drawn(ANY, lambda d, x: SELU()),
    Softplus: Drawn(ANY, lambda d, x: Softplus()),
    Tanh: Drawn(ANY, lambda d, x: Tanh()),
    HardTanh: Drawn(ANY, lambda d, x: HardTanh()),
    Sigmoid: Drawn(ANY, lambda d, x: Sigmoid()),
    Softsign: Drawn(ANY, lambda d, x: Softsign()),
    Threshold: Drawn(ANY, lambda d, x: Threshold()),
    GELU: Drawn(ANY, lambda d, x: GELU(approximate=d.happens(0.5))),
    SiLU: Drawn(ANY, lambda d, x: SiLU()),
    Mish: Drawn(ANY, lambda d, x: Mish()),
    Softmax: Drawn(ANY, lambda d, x: Softmax()),
    LogSoftmax: Drawn(ANY, lambda d, x: LogSoftmax()),
    BatchNorm: Drawn(ANY, lambda d, x: BatchNorm(momentum=d.of(0.1, 0.5))),
    LayerNorm: Drawn(ANY, lambda d, x: LayerNorm(affine=d.happens(0.7), over=d.of("features", "example"))),
    InstanceNorm: Drawn((2, 3), lambda d, x: InstanceNorm(affine=d.happens(0.7))),
    GroupNorm: Drawn(ANY, lambda d, x: GroupNorm(groups=d.divisor(x[-1]), affine=d.happens(0.7))),
    Scale: Drawn(ANY, lambda d, x: Scale(bias=d.happens(0.7), start=d.of(1.0, 0.5))),
    Dropout: Drawn(ANY, lambda d, x: Dropout(0.0)),
    Noise: Drawn(ANY, lambda d, x: Noise(0.0)),
    PositionalEmbedding: Drawn(SEQUENCE, lambda d, x: PositionalEmbedding(d.of("learned", "sinusoidal"))),
    RNN: Drawn(SEQUENCE, _recurrent(RNN)),
    GRU: Drawn(SEQUENCE, _recurrent(GRU)),
    LSTM: Drawn(SEQUENCE, _recurrent(LSTM)),
    Attention: Drawn(SEQUENCE, lambda d, x: Attention(heads=d.divisor(x[-1]), causal=d.happens(0.5), bias=d.happens(0.7))),
    Flatten: Drawn(ANY, lambda d, x: Flatten()),
    Reshape: Drawn(ANY, _reshape),
    Skip: Drawn(ANY, Draw.skip),
    WeightNorm: Drawn(ANY, Draw.weight_norm),
}

IDS: dict[type[Layer], Callable[[Draw], tuple[Layer, Shape]]] = {
    Embedding: lambda d: d.of(
        (Embedding(d.upto(9), d.upto(6)), (d.upto(6),)), (Embedding((4, 7, 2), d.upto(4)), (3,)), (Embedding(5, 2), (3, 4))
    ),
    Factorization: lambda d: (Factorization(d.upto(6), d.upto(6), d.upto(4)), (2,)),
}
"""Layers that read ids, with the shape of what they read: they come first."""

OFTEN: list[type[Layer]] = [kind for kind, drawn in DRAWS.items() for _ in range(4 if kind is Skip else 4 - len(drawn.ranks))]
"""What is drawn from: layers that suit few inputs come more often, and those that hold others."""


@dataclass(frozen=True)
class Given:
    """A network, what goes into it, and how it is run."""

    seed: int
    layers: tuple[Layer, ...]
    x: Shape
    batch: int
    train: bool

    @property
    def toml(self) -> str:
        """As an experiment, for who wants to try it."""
        data = Numbers(shape=self.x, classes=2, examples=self.batch)
        return Experiment(seed=self.seed, network=self.layers, data=data, loss=MeanSquaredError(), optimizer=SGD()).to_toml()  # type: ignore[arg-type]

    def kinds(self) -> set[type[Layer]]:
        return {type(site.layer) for site in plan(self.layers, self.x).walk()}


def network(seed: int) -> Given:
    """The network of this seed; it learns something."""
    d = Draw(seed)
    room = d.room
    while True:
        d.room = room
        first: tuple[Layer, ...] = ()
        match d.of("vector", "sequence", "sequence", "image", "image", "image", "ids"):
            case "vector":
                x: Shape = (d.upto(8),)
            case "sequence":
                x = (d.upto(7), d.upto(6))
            case "image":
                x = (d.upto(6), d.upto(6), d.upto(4))
            case _:
                layer, x = d.of(*IDS.values())(d)
                first = (d.treated(layer),)
                d.room -= 1
        layers = first + d.sequence(first[0].output_shape(x) if first else x, room)
        if any(site.parameters and not site.layer.treatment[0] for site in plan(layers, x).checked().walk()):
            batch, train = d.upto(6), d.happens(0.8)
            return Given(seed, layers, x, max(batch, 2) if train else batch, train)  # PyTorch's batch norm refuses to learn from one
