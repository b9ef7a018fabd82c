"""An autoencoder is supervised learning whose answers are the inputs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from nntui.data.source import Split

if TYPE_CHECKING:
    from nntui.data.source import Data
    from nntui.program import Autoencoder


def reconstructing(program: Autoencoder, data: Data) -> Data:
    """The same data, asking for its inputs back; nothing is copied."""

    def asks_back(split: Split) -> Split:
        return Split(split.X, split.X.reshape(len(split), -1))

    return dataclasses.replace(
        data,
        facts=program.facts(data.facts),
        train=asks_back(data.train),
        validation=asks_back(data.validation) if data.validation is not None else None,
        target_units=None,
    )
