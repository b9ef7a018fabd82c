"""The real program in a real terminal: it starts, trains, quits, and leaves the terminal as it found it."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyte")
if sys.platform == "win32":
    pytest.skip("pseudo-terminals are for POSIX", allow_module_level=True)

from terminal import Terminal

from nntui.measurements import Command
from nntui.runs.directory import list_runs
from nntui.runs.run import Run

ALTERNATE_ON, ALTERNATE_OFF = b"\x1b[?1049h", b"\x1b[?1049l"
CURSOR_HIDDEN, CURSOR_SHOWN = b"\x1b[?25l", b"\x1b[?25h"


@pytest.fixture
def opened() -> Iterator[Any]:
    terminals: list[Terminal] = []

    def open_terminal(*arguments: str, **options: Any) -> Terminal:
        terminals.append(Terminal(*arguments, **options))
        return terminals[-1]

    yield open_terminal
    for terminal in terminals:
        terminal.close()


def assert_restored(terminal: Terminal) -> None:
    assert terminal.raw.count(ALTERNATE_ON) == 1
    assert terminal.raw.rfind(ALTERNATE_OFF) > terminal.raw.rfind(ALTERNATE_ON), "the shell's own screen is back"
    assert terminal.raw.rfind(CURSOR_SHOWN) > terminal.raw.rfind(CURSOR_HIDDEN), "the cursor is to be seen"
    assert terminal.modes_now == terminal.modes_before, "it echoes, and reads line by line, as before"
    for mouse in (b"1000", b"1003", b"1015", b"1006", b"2004"):
        assert terminal.raw.rfind(b"\x1b[?" + mouse + b"l") > terminal.raw.rfind(b"\x1b[?" + mouse + b"h") or (
            b"\x1b[?" + mouse + b"h" not in terminal.raw
        ), f"mode {mouse.decode()} is off again"


def test_start_train_quit_and_the_terminal_is_as_before(opened: Any, home: Path) -> None:
    terminal = opened("xor")
    terminal.shows("untrained")
    terminal.shows("1 network")
    terminal.type(" ")
    terminal.shows("finished", 60)
    terminal.type("q")
    assert terminal.exit_code() == 0
    assert_restored(terminal)
    (run,) = list_runs()
    assert Run(run.path).status.state == "finished"


def test_quitting_while_it_trains_stops_and_saves_the_run(opened: Any) -> None:
    terminal = opened("spiral", columns=80, rows=24)
    terminal.shows("untrained")
    terminal.type(" ")
    terminal.shows("● training")
    terminal.type("\x03")
    terminal.shows("stop and save")
    terminal.type("\x03")
    assert terminal.exit_code() == 0
    assert_restored(terminal)
    (run,) = list_runs()
    assert Run(run.path).status.state == "stopped"
    assert f"nntui resume {run.name}" in terminal.last_words


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_the_terminal_as_before(opened: Any, number: signal.Signals) -> None:
    terminal = opened("xor")
    terminal.shows("untrained")
    terminal.program.send_signal(number)
    terminal.exit_code()
    assert_restored(terminal)


def test_an_error_of_our_own_leaves_the_terminal_as_before_and_the_run_going_on(opened: Any) -> None:
    broken = """
from nntui.lookup import find
from nntui.tui.app import launch
from nntui.tui.screens.bench import Bench
def break_down(self):
    raise ZeroDivisionError("by nothing")
Bench.key_f12 = break_down
raise SystemExit(launch(find("spiral")))
"""
    terminal = opened(code=broken)
    terminal.shows("untrained")
    terminal.type(" ")
    terminal.shows("● training")
    terminal.type("\x1b[24~")
    assert terminal.exit_code() == 1
    assert_restored(terminal)
    (run,) = list_runs()
    watched = Run(run.path)
    assert watched.live
    assert f"nntui {run.name} watches it" in terminal.last_words
    watched.send(Command("stop"))


def test_a_terminal_that_is_closed_ends_the_app_and_not_the_run(opened: Any) -> None:
    terminal = opened("spiral")
    terminal.shows("untrained")
    terminal.type(" ")
    terminal.shows("● training")
    terminal.hang_up()
    terminal.program.wait(20)
    (run,) = list_runs()
    watched = Run(run.path)
    assert watched.live
    watched.send(Command("stop"))


def test_a_resize_to_very_small_and_back(opened: Any) -> None:
    terminal = opened("xor")
    terminal.shows("untrained")
    # Back to nearly its first size: who is busy may see only the last of several, and owes no picture if that is none.
    for columns, rows in ((40, 10), (10, 3), (200, 60), (119, 39)):
        terminal.resize(columns, rows)
        painted = len(terminal.raw)
        terminal.wait(lambda painted=painted: len(terminal.raw) > painted)
    terminal.shows("1 network")
    terminal.shows("6 run")
    terminal.type("q")
    assert terminal.exit_code() == 0
    assert b"Traceback" not in terminal.raw


def test_little_is_written_while_it_trains_at_full_speed(opened: Any, tmp_path: Path) -> None:
    """150 kB a second are a slow line's share; a full drawing of this screen is about 17 kB, ten times a second."""
    from nntui.lookup import preset

    experiment = preset("spiral").experiment.set("training.epochs=100000").replace(pace=None)
    (tmp_path / "long.toml").write_text(experiment.to_toml())
    terminal = opened(str(tmp_path / "long.toml"))
    terminal.shows("untrained")
    terminal.type(" ")
    terminal.shows("● training")
    terminal.shows("val ")
    before, began = len(terminal.raw), time.monotonic()
    while time.monotonic() - began < 2.0:
        terminal.read(0.1)
    written = (len(terminal.raw) - before) / (time.monotonic() - began)
    assert 0 < written < 150_000
    terminal.type("\x03")
    terminal.shows("discard the run")
    terminal.type("d")
    assert terminal.exit_code() == 0
