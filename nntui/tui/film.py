"""A run shown as a film: the step that all panes look at moves on by itself, from the first to the newest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nntui.errors import NntuiError
from nntui.tui.actions import key
from nntui.tui.travel import moved

if TYPE_CHECKING:
    from textual.timer import Timer

    from nntui.tui.screens.bench import Bench

FRAME = 0.1
"""Seconds between two pictures; a run has about a hundred."""


class Film:
    """Runs, stops where somebody looks elsewhere, and ends at the newest step."""

    def __init__(self, screen: Bench) -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._at: int | None = None
        """The step it has shown last."""

    @property
    def running(self) -> bool:
        return self._timer is not None

    def toggle(self) -> None:
        """Stop it, or let it run from the step that is looked at; from the first one if that is the newest."""
        if self._timer is not None:
            self.stop()
            return
        bench = self._screen.bench
        history = bench.view().history
        if history is None or not history.steps:
            raise NntuiError(f"There is nothing to show yet: {key('train')} trains.")
        if bench.ways.at is None:
            bench.ways = replace(bench.ways, at=history.steps[0].last)
        self._at = bench.ways.at
        self._timer = self._screen.set_interval(FRAME, self.go_on)

    def stop(self) -> None:
        """Stay where it is."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def go_on(self) -> None:
        """One picture more."""
        bench = self._screen.bench
        history = bench.view().history
        if history is None or bench.ways.at != self._at or self._at is None:  # another run, or somebody has taken over
            self.stop()
            return
        self._at = moved(history, self._at, 0, 1)
        bench.ways = replace(bench.ways, at=self._at)
        if self._at is None:
            self.stop()
        self._screen.redraw()
