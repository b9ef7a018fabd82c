"""The app: a frame around the bench, with the program's actions in the palette and a way out for every signal."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.screen import Screen

from nntui.lookup import Found, preset
from nntui.tui.actions import ACTIONS
from nntui.tui.screens.bench import Bench
from nntui.tui.trainers import Trainers
from nntui.tui.workbench import Workbench

FIRST = "spiral"
"""The preset that is opened if nothing else is asked for."""


class NntuiApp(App[None]):
    """Shows one bench."""

    TITLE = "nntui"
    CSS_PATH = Path(__file__).parent / "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    NOTIFICATION_TIMEOUT: ClassVar[float] = 6.0

    def __init__(self, target: Found, trainers: Trainers | None = None) -> None:
        super().__init__()
        self.bench = Workbench(target.experiment, target.name)
        self.trainers = trainers or Trainers()
        self._opening = target.path if target.origin == "run" else None

    def get_default_screen(self) -> Screen[None]:
        return Bench(self.bench, self.trainers, self._opening)

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            number = getattr(signal, name, None)
            if number is not None:
                try:
                    loop.add_signal_handler(number, self.exit)
                except (NotImplementedError, RuntimeError, ValueError):
                    return  # Windows, or not the main thread

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        if isinstance(screen, Bench):
            for action in ACTIONS:
                if action.id != "palette":
                    yield SystemCommand(
                        action.description, f"{action.group} · key {action.key}", lambda id=action.id: screen.action_do(id)
                    )
        yield SystemCommand("Theme", "Choose colours, dark or light", self.action_change_theme)

    async def action_quit(self) -> None:
        screen = self.screen
        if isinstance(screen, Bench):
            screen.action_do("quit")
        else:
            self.exit()


def launch(target: Found | None) -> int:
    """Open the workbench on an experiment or a run; returns the exit code when it is closed."""
    app = NntuiApp(target or preset(FIRST))
    try:
        app.run()
    finally:
        if app.return_code != 0 and app.bench.live and app.bench.run is not None:
            print(f"The run goes on without the workbench; nntui {app.bench.run.name} watches it again.", file=sys.stderr)
    return app.return_code or 0
