"""Optimizers, one idea a file. Each updates flat slices of the parameter buffer in place.

A large buffer is walked in chunks that stay in the cache, so an update reads memory once, not once per operation.
"""

from __future__ import annotations

from typing import TypeAlias, Union

from nntui.optim.optimizers.adam import Adam, AdamW, NAdam
from nntui.optim.optimizers.base import Chunk, Layerwise, Optimizer
from nntui.optim.optimizers.lamb import LAMB
from nntui.optim.optimizers.lion import Lion
from nntui.optim.optimizers.scaled import Adadelta, Adagrad, RMSprop
from nntui.optim.optimizers.sgd import SGD

OPTIMIZERS: tuple[type[Optimizer], ...] = (SGD, Adam, AdamW, NAdam, RMSprop, Adagrad, Adadelta, Lion, LAMB)

AnyOptimizer: TypeAlias = Union[SGD, Adam, AdamW, NAdam, RMSprop, Adagrad, Adadelta, Lion, LAMB]  # noqa: UP007

__all__ = [
    "AnyOptimizer", "Chunk", "Layerwise", "OPTIMIZERS", "Optimizer",
    "SGD", "Adam", "AdamW", "NAdam", "RMSprop", "Adagrad", "Adadelta", "Lion", "LAMB",
]  # fmt: skip
