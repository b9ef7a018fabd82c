"""The app: a frame around the bench, with the program's actions in the palette and a way out for every signal."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.filter import LineFilter
from textual.notifications import Notify
from textual.screen import Screen
from textual.theme import Theme

from nntui.checks.catalogue import CHECKS
from nntui.config import Config, change, load
from nntui.errors import NntuiError
from nntui.inspection.aspects import ASPECTS
from nntui.lookup import Found, preset
from nntui.tui.actions import ACTIONS, remap
from nntui.tui.ascii import AsciiFilter
from nntui.tui.keymap import keymap
from nntui.tui.parts import PARTS
from nntui.tui.screens.bench import Bench
from nntui.tui.screens.commands import OffersCommands
from nntui.tui.themes import known
from nntui.tui.trainers import Trainers
from nntui.tui.workbench import Workbench

FIRST = "spiral"
"""The preset that is opened if nothing else is asked for."""

MOMENT = 0.3
"""Seconds within which what is said belongs together."""

TURN = 0.001
"""Seconds that a working thread keeps the interpreter before keys and drawing have their turn; Python's own 5 ms can be felt."""

GRACE = 3.0
"""Seconds in which the app must have ended after a signal: where the terminal is gone, it may wait for it for ever."""


class NntuiApp(App[None]):
    """Shows one bench."""

    TITLE = "nntui"
    CSS_PATH = Path(__file__).parent / "app.tcss"
    NOTIFICATION_TIMEOUT: ClassVar[float] = 6.0

    def __init__(self, target: Found, trainers: Trainers | None = None, settings: Config | None = None) -> None:
        """Raises ConfigError for a theme or keys that can't be."""
        super().__init__()
        self.settings = load() if settings is None else settings
        keys = keymap(self.settings.keys)
        remap(keys)
        self.set_keymap(keys)
        if self.settings.theme is not None:
            self.theme = known(self.settings.theme)
        self.bench = Workbench(target.experiment, target.name)
        self.trainers = trainers or Trainers()
        self._ascii = AsciiFilter()
        self._opening = target.path if target.origin == "run" else None
        self._runs_in: asyncio.AbstractEventLoop | None = None

    def get_default_screen(self) -> Screen[None]:
        return Bench(self.bench, self.trainers, self._opening, self.settings)

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, self._ascii] if self.has_class("-ascii") else filters

    def on_notify(self, event: Notify) -> None:
        """Show what is said of one moment, once: what was said before makes room, however often a key is pressed."""
        told = event.notification
        if any(old.message == told.message for old in self._notifications) or any(
            told.raised_at - old.raised_at > MOMENT for old in self._notifications
        ):
            self.clear_notifications()

    def on_mount(self) -> None:
        self._runs_in = asyncio.get_running_loop()
        self.call_after_refresh(_collect)
        self.theme_changed_signal.subscribe(self, self._keep_theme)

    def _keep_theme(self, theme: Theme) -> None:
        """The next start has the theme that was chosen last."""
        try:
            change("theme", theme.name)
        except NntuiError as error:
            self.notify(f"The theme is kept until the end only: {error}", severity="warning", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        if isinstance(screen, Bench):
            for action in ACTIONS:
                if action.id != "palette":
                    yield SystemCommand(
                        action.description, f"{action.group} · key {action.key}", lambda id=action.id: screen.action_do(id)
                    )
            for part in PARTS:
                yield SystemCommand(f"Edit the {part.name}", f"Build · {part.about}", partial(screen.action_edit_part, part.name))
            for name, question in CHECKS.items():
                yield SystemCommand(f"Check: {question}", f"Build · nntui check --only {name}", partial(screen.action_check, name))
            for aspect in ASPECTS:
                yield SystemCommand(f"Inspect: {aspect.name}", f"Look · {aspect.about}", partial(screen.action_inspect, aspect.name))
        elif isinstance(screen, OffersCommands):
            yield from screen.system_commands()
        yield SystemCommand("Theme", "Choose colours, dark or light", self.action_change_theme)

    async def action_quit(self) -> None:
        screen = self.screen
        if isinstance(screen, Bench):
            screen.action_do("quit")
        else:
            self.exit()

    def end(self) -> None:
        """Exit soon; may be called from a signal handler."""
        if self._runs_in is not None:
            self._runs_in.call_soon_threadsafe(self.exit)


def _collect() -> None:
    """From the first picture on, garbage is looked for as usual, but not among what was there until then: that stays."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def launch(target: Found | None) -> int:
    """Open the workbench on an experiment or a run; returns the exit code when it is closed."""
    sys.setswitchinterval(TURN)
    app = NntuiApp(target or preset(FIRST))
    with _signals(app):
        app.run()
    if app.return_code and app.bench.live and app.bench.run is not None:
        print(f"The run goes on without the workbench; nntui {app.bench.run.name} watches it again.", file=sys.stderr)
    return app.return_code or 0


@contextmanager
def _signals(app: NntuiApp) -> Iterator[None]:
    """Let a signal end the app in order, so that the terminal is left as it was; a run goes on without it."""

    def leave(number: int, frame: FrameType | None) -> None:
        watchdog = threading.Timer(GRACE, os._exit, (128 + number,))
        watchdog.daemon = True
        watchdog.start()
        app.end()

    names = [name for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)]
    before = {number: signal.signal(number, leave) for number in (getattr(signal, name) for name in names)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
