"""Every layer there is, by name. A new layer is one class and one row here; builder, files and docs follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, Union

from nntui.nn import skip
from nntui.nn.activations import GELU, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from nntui.nn.dense import Dense
from nntui.nn.embedding import Embedding, PositionalEmbedding
from nntui.nn.factorization import Factorization
from nntui.nn.gru import GRU
from nntui.nn.layer import Layer
from nntui.nn.lstm import LSTM
from nntui.nn.normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm
from nntui.nn.regularization import Dropout
from nntui.nn.rnn import RNN
from nntui.nn.shaping import Flatten, Reshape
from nntui.nn.skip import Skip
from nntui.nn.weight_norm import WeightNorm

LAYERS: tuple[type[Layer], ...] = (
    Dense,
    ReLU, LeakyReLU, Tanh, Sigmoid, GELU, Softmax,
    BatchNorm, LayerNorm, InstanceNorm, GroupNorm,
    Dropout,
    Embedding, PositionalEmbedding, Factorization,
    RNN, GRU, LSTM,
    Flatten, Reshape,
    Skip, WeightNorm,
)  # fmt: skip

BY_TAG: dict[str, type[Layer]] = {str(kind.__struct_config__.tag): kind for kind in LAYERS}

if TYPE_CHECKING:
    AnyLayer: TypeAlias = Layer
else:
    AnyLayer = Union[LAYERS]
    skip.AnyLayer = AnyLayer
