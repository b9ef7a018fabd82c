"""Every layer there is, by name. A new layer is one class and one row here; builder, files and docs follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, Union

from nntui.nn import skip
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
from nntui.nn.layer import Layer
from nntui.nn.lstm import LSTM
from nntui.nn.maxout import Maxout
from nntui.nn.normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm
from nntui.nn.pooling import AvgPool1D, AvgPool2D, GlobalAvgPool, MaxPool1D, MaxPool2D
from nntui.nn.regularization import Dropout, Noise
from nntui.nn.resampling import Crop, Pad, Upsample
from nntui.nn.rnn import RNN
from nntui.nn.scale import Scale
from nntui.nn.shaping import Flatten, Reshape
from nntui.nn.skip import Skip
from nntui.nn.transposed import Conv2DTranspose
from nntui.nn.weight_norm import WeightNorm

LAYERS: tuple[type[Layer], ...] = (
    Dense, Maxout,
    Conv2D, Conv1D, Conv2DTranspose,
    MaxPool2D, AvgPool2D, MaxPool1D, AvgPool1D, GlobalAvgPool,
    Upsample, Pad, Crop,
    ReLU, LeakyReLU, PReLU, ELU, SELU, Softplus,
    Tanh, HardTanh, Sigmoid, Softsign, Threshold,
    GELU, SiLU, Mish,
    Softmax, LogSoftmax,
    BatchNorm, LayerNorm, InstanceNorm, GroupNorm, Scale,
    Dropout, Noise,
    Embedding, PositionalEmbedding, Factorization,
    RNN, GRU, LSTM, Attention,
    Flatten, Reshape,
    Skip, WeightNorm,
)  # fmt: skip

BY_TAG: dict[str, type[Layer]] = {str(kind.__struct_config__.tag): kind for kind in LAYERS}

if TYPE_CHECKING:
    AnyLayer: TypeAlias = Layer
else:
    AnyLayer = Union[LAYERS]
    skip.AnyLayer = AnyLayer
