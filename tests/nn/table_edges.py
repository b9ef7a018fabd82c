"""Rows of the layers' table at the edges: one step, one cell, one channel, kernels that are even or larger than what they see."""

from __future__ import annotations

from typing import Any

from nntui.nn.activations import ReLU, Tanh
from nntui.nn.attention import Attention
from nntui.nn.convolution import Conv1D, Conv2D
from nntui.nn.dense import Dense
from nntui.nn.embedding import Embedding, PositionalEmbedding
from nntui.nn.factorization import Factorization
from nntui.nn.gru import GRU
from nntui.nn.layer import Layer
from nntui.nn.lstm import LSTM
from nntui.nn.maxout import Maxout
from nntui.nn.normalization import BatchNorm, GroupNorm, InstanceNorm
from nntui.nn.pooling import AvgPool1D, AvgPool2D, GlobalAvgPool, MaxPool1D, MaxPool2D
from nntui.nn.resampling import Crop, Pad, Upsample
from nntui.nn.rnn import RNN
from nntui.nn.scale import Scale
from nntui.nn.shaping import Reshape
from nntui.nn.skip import Skip
from nntui.nn.transposed import Conv2DTranspose
from nntui.nn.weight_norm import WeightNorm


def _row(name: str, *layers: Layer, x: tuple[int, ...], y: tuple[int, ...], **rest: Any) -> tuple[str, tuple[Layer, ...], dict[str, Any]]:
    return name, layers, {"x": x, "y": y, **rest}


EDGES = (
    # one step, one unit, one feature
    _row("lstm of one step", LSTM(3), x=(1, 2), y=(1, 3)),
    _row("gru of one step, last state", GRU(3, returns="last"), x=(1, 2), y=(3,)),
    _row("lstm of one unit and one feature", LSTM(1), x=(3, 1), y=(3, 1)),
    _row("gru of one unit, one step, both ways", GRU(1, bidirectional=True), x=(1, 1), y=(1, 2)),
    _row("rnn of one step, stacked, both ways, last states", RNN(2, layers=2, bidirectional=True, returns="last"), x=(1, 3), y=(4,)),
    _row("rnn, stacked, both ways, last states", RNN(2, layers=2, bidirectional=True, returns="last"), x=(3, 3), y=(4,)),
    _row("gru, stacked, both ways, last states", GRU(2, layers=2, bidirectional=True, returns="last"), x=(3, 2), y=(4,)),
    _row("lstm, stacked, both ways, last states", LSTM(2, layers=3, bidirectional=True, returns="last"), x=(3, 2), y=(4,)),
    _row("lstm, stacked, last state", LSTM(3, layers=2, returns="last"), x=(4, 2), y=(3,)),
    _row("rnn of relu, both ways", RNN(2, activation="relu", bidirectional=True), x=(3, 2), y=(3, 4), kinks=True),
    _row("attention of one step", Attention(heads=3), x=(1, 3), y=(1, 3)),
    _row("attention with a head for every feature, causal", Attention(heads=4, causal=True, bias=False), x=(3, 4), y=(3, 4)),
    _row("attention of one feature", Attention(), x=(4, 1), y=(4, 1)),
    _row("positional embedding of one step", PositionalEmbedding(), x=(1, 3), y=(1, 3)),
    _row("positional embedding of waves, an odd number of features", PositionalEmbedding(kind="sinusoidal"), x=(5, 5), y=(5, 5)),
    _row("embedding of ids in two axes", Embedding(6, 2), x=(2, 3), y=(2, 3, 2)),
    _row("embedding of the only id", Embedding(1, 3), x=(2,), y=(2, 3)),
    _row("embedding of three columns, of very different sizes", Embedding((1, 9, 2), 3), x=(3,), y=(3, 3)),
    _row("factorization of one user and one factor", Factorization(1, 4, 1), x=(2,), y=(1,)),
    _row("maxout of one unit", Maxout(1), x=(3,), y=(1,), kinks=True),
    # normalizations of nearly nothing
    _row("batch norm of one feature", BatchNorm(), x=(1,), y=(1,), train=True, apart=False),
    _row("batch norm of images, with a memory of its own", BatchNorm(momentum=0.5), x=(2, 3, 2), y=(2, 3, 2), train=True, apart=False),
    _row("batch norm of a single pixel", BatchNorm(), x=(1, 1, 3), y=(1, 1, 3), train=True, apart=False),
    _row("frozen batch norm in training", Dense(4), BatchNorm(frozen=True), Tanh(), Dense(2), x=(3,), y=(2,), train=True),
    _row("group norm of one group", GroupNorm(groups=1, epsilon=1e-3), x=(2, 2, 4), y=(2, 2, 4)),
    _row("group norm of every channel", GroupNorm(groups=4), x=(3, 4), y=(3, 4)),
    _row("instance norm of long sequences", InstanceNorm(epsilon=1e-3), x=(9, 2), y=(9, 2)),
    _row("layers at rates of their own", Dense(4, rate_multiplier=0.1), Tanh(), Dense(4, frozen=True), Scale(), x=(3,), y=(4,)),
    # convolutions
    _row("conv2d of a single pixel", Conv2D(2, 3), x=(1, 1, 2), y=(1, 1, 2)),
    _row("conv2d of one channel to one", Conv2D(1, 3), x=(4, 4, 1), y=(4, 4, 1)),
    _row("conv2d of one row", Conv2D(2, 3, stride=2), x=(1, 7, 2), y=(1, 4, 2)),
    _row("conv2d with an even kernel", Conv2D(2, 2), x=(5, 4, 2), y=(5, 4, 2)),
    _row("conv2d with a kernel of four by two, and a stride", Conv2D(3, (4, 2), stride=2), x=(5, 7, 2), y=(3, 4, 3)),
    _row("conv2d with a kernel larger than the image", Conv2D(2, (5, 7)), x=(3, 4, 1), y=(3, 4, 2)),
    _row("conv2d whose stride leaves a rest", Conv2D(2, 2, stride=(2, 3), padding="valid"), x=(5, 6, 1), y=(2, 2, 2)),
    _row("conv2d, all at once", Conv2D(6, (3, 2), stride=(2, 3), dilation=(2, 1), groups=3), x=(7, 8, 3), y=(4, 3, 6)),
    _row("conv2d of every channel, even, with holes", Conv2D(3, (2, 4), dilation=2, groups=3), x=(4, 7, 3), y=(4, 7, 3)),
    _row("conv2d with holes as large as the image", Conv2D(2, 3, dilation=4), x=(4, 4, 2), y=(4, 4, 2)),
    _row("conv2d with holes and a stride, one axis padded", Conv2D(2, 2, stride=2, dilation=3, padding=(0, 2)), x=(6, 5, 2), y=(2, 3, 2)),
    _row("conv1d of one step", Conv1D(2, 3), x=(1, 2), y=(1, 2)),
    _row("conv1d with an even kernel", Conv1D(3, 4), x=(5, 2), y=(5, 3)),
    _row("conv1d with a stride as long as the sequence", Conv1D(2, 2, stride=5), x=(5, 2), y=(1, 2)),
    _row("conv1d, all at once", Conv1D(6, 2, stride=3, dilation=2, groups=3), x=(8, 3), y=(3, 6)),
    _row("conv2d_transpose of a single pixel", Conv2DTranspose(2, 3, 2, padding="valid"), x=(1, 1, 2), y=(3, 3, 2)),
    _row("conv2d_transpose with a kernel below its stride", Conv2DTranspose(2, 2, 3, padding="valid"), x=(3, 2, 1), y=(8, 5, 2)),
    _row("conv2d_transpose, even", Conv2DTranspose(2, 4, 2), x=(3, 2, 2), y=(6, 4, 2)),
    _row(
        "conv2d_transpose, all at once", Conv2DTranspose(4, (3, 2), (2, 1), padding=(1, 0), dilation=(1, 2), groups=2),
        x=(3, 4, 2), y=(5, 6, 4),
    ),
    _row("weight norm of grouped conv2d with holes", WeightNorm((Conv2D(4, 2, dilation=2, groups=2),)), x=(4, 4, 2), y=(4, 4, 4)),
    _row("skip whose projection takes every second cell", Skip((Conv2D(4, 3, stride=2), ReLU()), projection=True), x=(5, 4, 2), y=(3, 2, 4),
         kinks=True),
    # pooling and resampling
    _row("max_pool2d of a single pixel", MaxPool2D(1), x=(1, 1, 2), y=(1, 1, 2), kinks=True),
    _row("max_pool2d of the whole image", MaxPool2D((3, 4)), x=(3, 4, 2), y=(1, 1, 2), kinks=True),
    _row("max_pool2d of rows only", MaxPool2D((1, 3), (1, 2)), x=(2, 7, 1), y=(2, 3, 1), kinks=True),
    _row("max_pool2d that jumps", MaxPool2D(2, 3), x=(8, 5, 2), y=(3, 2, 2), kinks=True),
    _row("max_pool1d of two", MaxPool1D(2), x=(5, 3), y=(2, 3), kinks=True),
    _row("max_pool1d of the same size, even", MaxPool1D(2, 1, "same"), x=(5, 2), y=(5, 2), kinks=True),
    _row("avg_pool2d that jumps", AvgPool2D((2, 1), 3), x=(8, 4, 2), y=(3, 2, 2)),
    _row("avg_pool2d of the same size, even", AvgPool2D(2, 1, "same"), x=(3, 4, 2), y=(3, 4, 2)),
    _row("avg_pool1d of the whole sequence", AvgPool1D(5), x=(5, 2), y=(1, 2)),
    _row("global_avg_pool of one cell", GlobalAvgPool(), x=(1, 1, 3), y=(3,)),
    _row("upsample smoothly along one axis, by three", Upsample((3, 1), "linear"), x=(3, 3, 1), y=(9, 3, 1)),
    _row("upsample one step", Upsample(4), x=(1, 2), y=(4, 2)),
    _row("pad beyond the image's own size", Pad((0, 4, 3, 0)), x=(1, 2, 1), y=(5, 5, 1)),
    _row("crop to a single cell", Crop((1, 1, 2, 0)), x=(3, 3, 2), y=(1, 1, 2)),
    _row("reshape of an image into a sequence", Reshape((6, -1)), x=(3, 2, 2), y=(6, 2)),
)  # fmt: skip
