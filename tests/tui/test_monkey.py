"""Random keys, clicks and sizes while a real trainer trains: no traceback, no hang, and the runs are whole.

`python tests/tui/monkey.py` does the same with ten thousand keys.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from monkey import intact, key, monkey

from nntui.lookup import preset


def test_a_seed_gives_the_same_keys_again() -> None:
    import random

    first, second = ([key(stream) for _ in range(50)] for stream in (random.Random(3), random.Random(3)))
    assert first == second and len(set(first)) > 10


@pytest.mark.parametrize("seed", [1, 2])
async def test_random_keys_break_nothing(seed: int, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    found = await monkey(preset("spiral"), 120, seed)
    assert found.keys == 120 and not found.broken, (found.pressed[-25:], found.broken)
    assert not intact()
