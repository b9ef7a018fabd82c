"""Whether a run that is gone on with still learns from the data that it began with: files change, and so do libraries."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from nntui.errors import RunError

if TYPE_CHECKING:
    from nntui.data.source import Data


def fingerprint(data: Data) -> dict[str, Any]:
    """What a checkpoint keeps of the data: how many examples each part has, and a checksum (CRC-32) of all their numbers."""
    import numpy as np

    parts = [data.train] if data.validation is None else [data.train, data.validation]
    checksum = 0
    for part in parts:
        for array in (part.X, part.y):
            checksum = zlib.crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, checksum)
    return {"examples": [len(part) for part in parts], "checksum": checksum}


def changed(before: dict[str, Any] | None, now: dict[str, Any]) -> str:
    """A sentence if the numbers aren't the same as before, "" if they are, or if nobody knows what they were.

    Raises RunError if there are more examples or fewer: the steps of an epoch would be others, and what was planned with them.
    """
    if before is None or before == now:
        return ""
    if before["examples"] != now["examples"]:
        then, there = (" and ".join(map(str, one["examples"])) for one in (before, now))
        raise RunError(
            f"its data has changed: it had {then} examples to learn from and to validate with, now there are {there}; "
            "put the data back, or train it anew"
        )
    return "the data isn't the same to the bit as before: what comes now may differ from what would have come"
