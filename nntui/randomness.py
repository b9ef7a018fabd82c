"""Where random numbers come from: one seed per run, and a stream of its own for every use.

Streams don't influence each other: adding a dropout layer, probing or pausing never changes the initial weights, the
split or the order of the examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """The generator for one use: `stream(seed, "shuffle", epoch)`. Same arguments, same numbers, on every machine.

    Names become words by CRC-32 (Python's own `hash` differs from process to process); numbers, such as an epoch or a
    layer's index, stand for themselves and must not be negative. They form the spawn key of a SeedSequence: unlike
    further entropy, it keeps ("shuffle",) and ("shuffle", 0) apart.
    """
    import numpy as np

    key = tuple(crc32(name.encode()) if isinstance(name, str) else name for name in names)
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=key))
