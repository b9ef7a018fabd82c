"""One row per layer configuration; the tests beside this file hold every row to the contract of a layer.

A new layer is one class, and at least one row here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nn.table_convolution import CONVOLUTIONS
from nn.table_edges import EDGES
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
from nntui.nn.ids import TakesIds
from nntui.nn.layer import Layer, Shape
from nntui.nn.lstm import LSTM
from nntui.nn.maxout import Maxout
from nntui.nn.network import Network, Pass
from nntui.nn.normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm
from nntui.nn.recurrent import Recurrent
from nntui.nn.regularization import Dropout, Noise
from nntui.nn.rnn import RNN
from nntui.nn.scale import Scale
from nntui.nn.shaping import Flatten, Reshape
from nntui.nn.skip import Skip
from nntui.nn.transposed import Conv2DTranspose
from nntui.nn.weight_norm import WeightNorm


@dataclass(frozen=True)
class Row:
    """A network of one layer, or of a few where only their meeting is interesting."""

    name: str
    layers: tuple[Layer, ...]
    x: Shape
    """Shape of one input example."""
    y: Shape
    """What its output must have."""
    train: bool = False
    kinks: bool = False
    """Whether there are points without a derivative."""
    apart: bool = True
    """Whether an example's output depends on that example alone."""
    slope: bool = True
    """Whether backward gives the derivative: a straight-through estimator doesn't."""

    @property
    def ids(self) -> bool:
        """Whether its inputs are ids: they can't be moved a little, and there is no gradient of them."""
        return self.layers[0].takes_ids


def row(name: str, *layers: Layer, x: Shape = (5,), y: Shape = (5,), **rest: object) -> Row:
    return Row(name, layers, x, y, **rest)  # type: ignore[arg-type]


TABLE: tuple[Row, ...] = (
    row("dense", Dense(3), y=(3,)),
    row("dense without bias", Dense(3, bias=False), y=(3,)),
    row("dense on sequences", Dense(3), x=(4, 5), y=(4, 3)),
    row("dense on one number", Dense(1), x=(1,), y=(1,)),
    row("relu", ReLU(), kinks=True),
    row("relu of images", ReLU(), x=(3, 2, 2), y=(3, 2, 2), kinks=True),
    row("leaky relu", LeakyReLU(0.2), kinks=True),
    row("leaky relu as relu", LeakyReLU(0.0), kinks=True),
    row("tanh", Tanh()),
    row("sigmoid", Sigmoid()),
    row("prelu", PReLU(), kinks=True),
    row("prelu with a slope per feature", PReLU(shared=False), x=(3, 4), y=(3, 4), kinks=True),
    row("prelu that mirrors", Dense(4), PReLU(-1.0), y=(4,), kinks=True),
    row("elu", ELU(), kinks=True),
    row("elu that goes deep", ELU(2.5), kinks=True),
    row("elu that stays near 0", ELU(0.3), x=(2, 3), y=(2, 3), kinks=True),
    row("selu", SELU(), kinks=True),
    row("softplus", Softplus()),
    row("hard tanh", HardTanh(), kinks=True),
    row("softsign", Softsign(), kinks=True),
    row("threshold", Threshold(), slope=False),
    row("gelu", GELU()),
    row("gelu by tanh", GELU(approximate=True)),
    row("silu", SiLU()),
    row("mish", Mish()),
    row("log softmax", LogSoftmax()),
    row("log softmax over the last axis", LogSoftmax(), x=(3, 4), y=(3, 4)),
    row("maxout", Maxout(3), y=(3,), kinks=True),
    row("maxout of four pieces, of sequences", Maxout(2, pieces=4), x=(3, 4), y=(3, 2), kinks=True),
    row("softmax", Softmax()),
    row("softmax over the last axis", Softmax(), x=(3, 4), y=(3, 4)),
    row("dropout in training", Dropout(0.4), train=True, apart=False),
    row("dropout in evaluation", Dropout(0.4)),
    row("dropout of nothing", Dropout(0.0), train=True),
    row("noise in training", Noise(0.5), train=True, apart=False),
    row("noise in evaluation", Noise(0.5)),
    row("noise of nothing", Noise(0.0), train=True),
    row("scale", Scale()),
    row("scale without an offset", Scale(bias=False, start=0.5), x=(3, 4), y=(3, 4)),
    row("scale of images", Scale(), x=(2, 3, 2), y=(2, 3, 2)),
    row("batch norm in training", BatchNorm(), train=True, apart=False),
    row("batch norm in evaluation", BatchNorm()),
    row("batch norm of sequences", BatchNorm(epsilon=1e-3), x=(4, 3), y=(4, 3), train=True, apart=False),
    row("layer norm", LayerNorm()),
    row("layer norm of sequences", LayerNorm(epsilon=1e-3), x=(4, 3), y=(4, 3)),
    row("layer norm of images", LayerNorm(), x=(2, 2, 3), y=(2, 2, 3)),
    row("layer norm over examples", LayerNorm(over="example"), x=(2, 2, 3), y=(2, 2, 3)),
    row("layer norm that learns nothing", LayerNorm(affine=False), x=(4, 3), y=(4, 3)),
    row("instance norm of sequences", InstanceNorm(), x=(4, 3), y=(4, 3)),
    row("instance norm of images", InstanceNorm(affine=False), x=(2, 3, 3), y=(2, 3, 3)),
    row("instance norm of one channel", InstanceNorm(), x=(6, 1), y=(6, 1)),
    row("group norm", GroupNorm(groups=2), x=(6,), y=(6,)),
    row("group norm of sequences", GroupNorm(groups=3), x=(3, 6), y=(3, 6)),
    row("group norm of images", GroupNorm(groups=2), x=(2, 2, 6), y=(2, 2, 6)),
    row("group norm without gamma and beta", GroupNorm(groups=2, affine=False), x=(3, 4), y=(3, 4)),
    row("normalizations between layers", Dense(6), LayerNorm(), Tanh(), GroupNorm(groups=3), Dense(2), x=(2, 3), y=(2, 2)),
    row("weight norm", WeightNorm((Dense(3),)), y=(3,)),
    row("weight norm between layers", Dense(4), WeightNorm((Dense(3, bias=False),)), Tanh(), x=(2, 5), y=(2, 3)),
    row("weight norm of a convolution", WeightNorm((Conv2D(3, 2),)), x=(3, 3, 2), y=(3, 3, 3)),
    row("weight norm of groups of channels", WeightNorm((Conv1D(4, 3, groups=2),)), x=(5, 2), y=(5, 4)),
    row("weight norm of a transposed convolution", WeightNorm((Conv2DTranspose(3, 2, stride=2),)), x=(2, 2, 2), y=(4, 4, 3)),
    row("weight norm in a skip", Skip((WeightNorm((Dense(4),)), Tanh(), WeightNorm((Dense(5),))))),
    row("flatten", Flatten(), x=(2, 3, 2), y=(12,)),
    row("reshape", Reshape((3, -1)), x=(6,), y=(3, 2)),
    row("reshape between layers", Dense(6), Reshape((2, 3)), Dense(2), y=(2, 2)),
    row("flatten behind a first layer", Reshape((2, 3)), Tanh(), Flatten(), Dense(2), x=(6,), y=(2,)),
    row("skip", Skip((Dense(4), Tanh(), Dense(5)))),
    row("skip beside", Skip((Dense(3), Sigmoid()), join="concatenate"), y=(8,)),
    row("skip around nothing", Skip(())),
    row("skip around nothing, beside", Skip((), join="concatenate"), y=(10,)),
    row("skip around what doesn't learn", Skip((Tanh(), Dropout(0.3))), train=True, apart=False),
    row("skip around a view", Skip((Reshape((5,)),))),
    row("skip with a projection", Skip((Dense(3), Tanh()), projection=True), y=(3,)),
    row("skip with a projection it doesn't need", Skip((Dense(5), Tanh()), projection=True)),
    row("skip with a projection of sequences", Skip((Dense(3),), projection=True), x=(4, 5), y=(4, 3)),
    row("skip with a projection of every second position", Skip((Reshape((2, 10)), Dense(3)), projection=True), x=(4, 5), y=(2, 3)),
    row("skip with a projection of some of an image", Skip((Reshape((2, 3, 10)),), projection=True), x=(4, 5, 3), y=(2, 3, 10)),
    row("skip as last of a body", Skip((Dense(5), Skip((Tanh(), Dense(5)))))),
    row("skip in skips", Skip((Dense(5), Skip((Skip((Tanh(),), join="concatenate"), Dense(5))), Tanh()), join="concatenate"), y=(10,)),
    row("skips behind each other", Dense(4), Skip((BatchNorm(), Tanh(), Dense(4))), Skip((Dense(4),)), y=(4,), train=True, apart=False),
    row("embedding", Embedding(7, 3), x=(4,), y=(4, 3)),
    row("embedding of one id", Embedding(5, 3), x=(), y=(3,)),
    row("embedding of columns", Embedding((4, 6), 2), x=(2,), y=(2, 2)),
    row("embedding below layers", Embedding(9, 2), Tanh(), Flatten(), Dense(2), x=(3,), y=(2,)),
    row("positional embedding", PositionalEmbedding(), x=(4, 3), y=(4, 3)),
    row("positional embedding of waves", PositionalEmbedding(kind="sinusoidal"), x=(4, 3), y=(4, 3)),
    row("positional embedding of ids", Embedding(5, 3), PositionalEmbedding(), LSTM(2), x=(4,), y=(4, 2)),
    row("factorization", Factorization(5, 7, 3), x=(2,), y=(1,)),
    row("rnn", RNN(3), x=(4, 2), y=(4, 3)),
    row("rnn of relu", RNN(3, activation="relu", recurrent="identity"), x=(4, 2), y=(4, 3), kinks=True),
    row("rnn, last state", RNN(3, returns="last"), x=(4, 2), y=(3,)),
    row("rnn of one step and one unit", RNN(1), x=(1, 1), y=(1, 1)),
    row("rnn, stacked, both ways", RNN(3, layers=3, bidirectional=True), x=(3, 2), y=(3, 6)),
    row("lstm", LSTM(3), x=(4, 2), y=(4, 3)),
    row("lstm, last state", LSTM(3, returns="last", forget_bias=0.0), x=(4, 2), y=(3,)),
    row("lstm, stacked, both ways", LSTM(2, layers=2, bidirectional=True), x=(3, 4), y=(3, 4)),
    row("lstm, both ways, last states", LSTM(2, bidirectional=True, returns="last"), x=(3, 2), y=(4,)),
    row("gru", GRU(3), x=(4, 2), y=(4, 3)),
    row("gru, last state", GRU(3, returns="last"), x=(4, 2), y=(3,)),
    row("gru, stacked, both ways", GRU(2, layers=2, bidirectional=True), x=(3, 4), y=(3, 4)),
    row("recurrent layers behind each other", LSTM(3), Dense(2), GRU(2, returns="last"), Dense(2), x=(4, 2), y=(2,)),
    row("attention", Attention(), x=(4, 6), y=(4, 6)),
    row("attention with heads", Attention(heads=3), x=(5, 6), y=(5, 6)),
    row("causal attention", Attention(heads=2, causal=True), x=(5, 4), y=(5, 4)),
    row("attention without offsets", Attention(heads=2, bias=False), x=(3, 4), y=(3, 4)),
    row("attention to one place", Attention(causal=True), x=(1, 3), y=(1, 3)),
    row(
        "a transformer block", Embedding(7, 4), PositionalEmbedding(kind="sinusoidal"),
        Skip((LayerNorm(), Attention(heads=2, causal=True))), Skip((LayerNorm(), Dense(6), GELU(), Dense(4))), x=(4,), y=(4, 4),
    ),
    row("skip of sequences", Skip((Dense(5), Tanh()), join="concatenate"), x=(3, 5), y=(3, 10)),
    row("a whole network", Dense(7), BatchNorm(), GELU(), Dropout(0.2), Dense(3), y=(3,), train=True, apart=False),
    *(row(name, *layers, **rest) for name, layers, rest in (*CONVOLUTIONS, *EDGES)),
)


def draws(layers: Iterable[Layer]) -> bool:
    """Whether a layer draws random numbers while it trains: those are each precision's and each backend's own."""
    return any((isinstance(layer, Dropout) and layer.rate) or (isinstance(layer, Noise) and layer.std) for layer in layers)


def ids(layer: TakesIds, shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Ids that a layer knows."""
    return rng.integers(0, layer.sizes if len(layer.sizes) > 1 else layer.sizes[0], shape)


class Bound:
    """A row's network bound to a batch, with inputs, parameters, statistics and first states away from anything special."""

    def __init__(
        self, row: Row, batch: int = 6, dtype: str = "float64", seed: int = 0, input_gradient: bool = True, layers: tuple[Layer, ...] = ()
    ) -> None:
        rng = np.random.default_rng(seed)
        self.row, self.batch = row, batch
        self.network = Network(layers or row.layers, row.x, dtype=dtype, seed=seed)
        self.network.flat[:] = self.network.flat + 0.3 * rng.standard_normal(self.network.flat.shape)
        for name, statistic in self.network.statistics.items():
            statistic[:] = rng.uniform(0.5, 2.0, statistic.shape) if "variance" in name else rng.standard_normal(statistic.shape)
        self.bound = Pass(self.network, batch, input_gradient=input_gradient)
        self.bound.training = row.train
        self.bound.X[:] = self._ids(rng) if row.ids else rng.standard_normal(self.bound.X.shape)
        self.dY = rng.standard_normal(self.bound.Y.shape).astype(dtype)
        self.learned = [self.network.flat[group.piece] for group in self.network.groups if not group.frozen]
        """Parameters that get a gradient."""
        self.states: list[np.ndarray] = []
        """Of recurrent layers, before the first step (sweeps, batch, units)."""
        self._dstates: list[np.ndarray] = []
        for layer, at in self.bound.places.values():
            if isinstance(layer, Recurrent):
                self.states += [getattr(at, f"{name}0") for name in layer.states]
                self._dstates += [getattr(at, f"d{name}0") for name in layer.states]
        for state in self.states:
            state[:] = rng.standard_normal(state.shape)
        self._streams = {path: stream.bit_generator.state for path, stream in self.network.streams.items()}

    @property
    def inputs(self) -> np.ndarray:
        """What can be moved a little to see a slope: X, or nothing where X is ids."""
        return np.zeros((self.batch, 0), self.network.dtype) if self.row.ids else self.bound.X

    @property
    def arrays(self) -> list[np.ndarray]:
        """All that the output is a function of and has a gradient: inputs, learned parameters, first states."""
        return [self.inputs, *self.learned, *self.states]

    def _ids(self, rng: np.random.Generator) -> np.ndarray:
        first = self.row.layers[0]
        assert isinstance(first, TakesIds)
        return ids(first, self.bound.X.shape, rng)

    def take(self, other: Bound, part: slice = slice(None)) -> None:
        """Compute the same as another: its parameters and statistics, and of its examples a part."""
        self.network.flat[:] = other.network.flat
        for name, statistic in other.network.statistics.items():
            self.network.statistics[name][:] = statistic
        self.bound.X[:], self.dY[:] = other.bound.X[part], other.dY[part]
        for mine, state in zip(self.states, other.states, strict=True):
            mine[:] = state[:, part]

    def forward(self) -> np.ndarray:
        """The output for what is in X now; layers that draw draw the same each time."""
        for path, state in self._streams.items():
            self.network.streams[path].bit_generator.state = state
        self.bound.forward()
        return self.bound.Y.copy()

    def backward(self, dY: np.ndarray | None = None) -> list[np.ndarray]:
        """The gradients of `arrays` for this dL/dY after a forward pass; frozen parameters are seen to get none."""
        self.network.flat_gradient.fill(np.nan)  # whoever doesn't write his gradient is found out
        for array in (self.bound.dX, *self._dstates):
            if array is not None:
                array.fill(np.nan)
        self.forward()
        self.bound.dY[...] = self.dY if dY is None else dY
        self.bound.backward()
        gradient = self.network.flat_gradient
        assert all(np.isnan(gradient[group.piece]).all() for group in self.network.groups if group.frozen)
        dX = [] if self.row.ids or self.bound.dX is None else [self.bound.dX.copy()]
        learned = [gradient[group.piece].copy() for group in self.network.groups if not group.frozen]
        return [*(dX or [np.zeros_like(self.inputs)]), *learned, *(state.copy() for state in self._dstates)]
