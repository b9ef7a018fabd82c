"""An experiment is a value: network, data, loss, optimizer, schedule and training in one immutable, typed description.

It is a TOML file, a line in a table, an undo step and a fix; nothing else describes a run.
"""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import tomli_w
from msgspec import Meta

from nntui.data.catalogue import AnySource
from nntui.errors import ExperimentError
from nntui.nn.catalogue import AnyLayer
from nntui.nn.losses import AnyLoss
from nntui.optim.optimizers import AnyOptimizer
from nntui.optim.schedules import AnySchedule, Constant
from nntui.reading import explain

BackendName = Literal["auto", "numpy", "cupy"]


class EarlyStopping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Stop when the validation loss hasn't improved for `patience` epochs, and go back to the best weights."""

    patience: Annotated[int, Meta(ge=1, description="epochs without improvement")] = 10
    min_delta: Annotated[float, Meta(ge=0.0, description="what counts as an improvement of the loss")] = 0.0


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long, in what portions, and within what limits."""

    epochs: Annotated[int, Meta(ge=1, description="passes over the training part")] = 100
    batch_size: Annotated[int, Meta(ge=1, description="examples per step; more than there are means all of them")] = 32
    clip_norm: Annotated[float, Meta(gt=0.0)] | None = None
    """Longest gradient (||g||_2 over all parameters); a longer one is shortened to it."""
    early_stopping: EarlyStopping | None = None


class Reference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a result is held to."""

    at_least: float | None = None
    at_most: float | None = None


class Experiment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Everything that decides what a run does."""

    title: str = ""
    story: str = ""
    """What to watch and what to try, for people."""
    pair: str | None = None
    """The preset to compare with."""
    seed: Annotated[int, Meta(ge=0)] = 0
    backend: BackendName = "auto"
    network: tuple[AnyLayer, ...]
    data: AnySource
    loss: AnyLoss
    optimizer: AnyOptimizer
    schedule: AnySchedule = Constant()
    training: Training = Training()
    reference: dict[str, Reference] = {}

    def replace(self, **changes: Any) -> Experiment:
        """The same experiment with some parts changed."""
        return msgspec.structs.replace(self, **changes)
