"""A monkey at the keyboard: seeded random keys, clicks and sizes while a real trainer trains. Nothing may break.

`python tests/tui/monkey.py [KEYS] [SEED]` presses 10,000 keys and says what was found; the suite presses some hundred.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from played import bench, failures

from nntui.lookup import Found, preset
from nntui.runs.directory import list_runs
from nntui.runs.run import Run
from nntui.tui.actions import ACTIONS
from nntui.tui.app import NntuiApp
from nntui.tui.trainers import Start, Trainers

SIZES = (20, 300), (5, 100)
TEXT = tuple("abcdefghijklmnopqrstuvwxyz0123456789.,-_ ")
MOVES = ("tab", "shift+tab", "enter", "escape", "up", "down", "left", "right", "home", "end", "pageup", "pagedown", "backspace", "delete")
LEAVES = frozenset({"q", "ctrl+c", "ctrl+q"})
"""Keys that end the app: pressed, but followed by escape."""

PATIENCE = 30.0
"""Seconds in which a key has to be answered."""

TRAINERS = 3
"""At most so many trainers at once: what the monkey starts beyond is refused, as on a full machine."""


class Few(Trainers):
    """Trainers as they are, but not without end."""

    def start(self, wish: Start) -> Run:
        from nntui.errors import RunError

        self.reap()
        if len(self.children) >= TRAINERS:
            raise RunError("the machine is full: too many trainers at once")
        return super().start(wish)


@dataclass
class Found_:
    """What the monkey saw."""

    seed: int
    keys: int = 0
    slowest: float = 0.0
    left: int = 0
    """How often it would have been out."""
    pressed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def key(stream: random.Random) -> str:
    """One key: mostly one that means something, or a letter for a form, or a move."""
    kind = stream.random()
    if kind < 0.05:
        return stream.choice(("space", "s", "escape"))
    if kind < 0.6:
        return stream.choice(stream.choice(ACTIONS).keys.split(","))
    return stream.choice(MOVES) if kind < 0.85 else {" ": "space", ".": "full_stop", ",": "comma", "-": "minus", "_": "underscore"}.get(
        letter := stream.choice(TEXT), letter
    )  # fmt: skip


async def monkey(target: Found, keys: int, seed: int) -> Found_:
    """Press so many keys; raises nothing, tells what broke."""
    stream = random.Random(seed)
    found = Found_(seed)
    trainers = Few()
    app = NntuiApp(target, trainers)

    def stay(*_: object, **__: object) -> None:
        """In place of the way out: the monkey goes on."""
        found.left += 1
        bench(app)._leaving = None

    app.exit = stay  # type: ignore[method-assign, assignment]
    async with app.run_test(size=(120, 40)) as pilot:
        while found.keys < keys and not found.broken:
            pressed = key(stream)
            began = time.monotonic()
            try:
                async with asyncio.timeout(PATIENCE):
                    if stream.random() < 0.02:
                        size = stream.randint(*SIZES[0]), stream.randint(*SIZES[1])
                        found.pressed.append(f"{size[0]}x{size[1]}")
                        await pilot.resize_terminal(*size)
                    found.pressed.append(pressed)
                    if stream.random() < 0.03:
                        width, height = app.screen.size
                        offset = stream.randrange(width), stream.randrange(height)
                        found.pressed.append(f"click {offset}")
                        await pilot.click(offset=offset, times=stream.choice((1, 1, 2)))
                    await pilot.press(pressed)
                    if pressed in LEAVES:
                        await pilot.press("escape")
            except TimeoutError:
                found.broken.append(f"no answer to {pressed} within {PATIENCE} s")
                break
            found.keys += 1
            found.slowest = max(found.slowest, time.monotonic() - began)
            found.broken += failures(app)
            if len(app.screen_stack) > 8:
                found.broken.append(f"screens pile up: {app.screen_stack}")
        bench(app)
        for child in trainers.children:
            child.terminate()
    for child in trainers.children:
        child.wait(PATIENCE)
    return found


def intact() -> list[str]:
    """Runs that can't be read any more, or whose numbers don't go on from one step to the next."""
    wrong = []
    for summary in list_runs():
        if summary.problem:
            wrong.append(f"{summary.name}: {summary.problem}")
            continue
        steps = Run(summary.path).history.steps
        if any(one.last + 1 != other.first for one, other in pairwise(steps)):
            wrong.append(f"{summary.name}: steps are missing")
    return wrong


def main() -> int:
    keys = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    print(f"{keys} keys, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["NNTUI_HOME"] = home
        os.environ["TEXTUAL_ANIMATIONS"] = "none"
        os.chdir(home)
        found = asyncio.run(monkey(preset("spiral"), keys, seed))
        found.broken += intact()
        runs = len(list_runs()) if Path(home, "runs").exists() else 0
    told = f"{found.keys} keys pressed, slowest answer {1000 * found.slowest:.0f} ms"
    print(f"{told}, {runs} runs, {found.left} times out, {len(found.broken)} faults")
    for fault in found.broken:
        print(f"\nafter {' '.join(found.pressed[-25:])}\n{fault}")
    return 1 if found.broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
