"""What a learning-rate search found: the loss over the rates, and enter takes the suggested one."""

from __future__ import annotations

import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.strip import Strip
from textual.widgets import Static

from nntui.training.rate_finder import RateSearch
from nntui.tui.line import Lines
from nntui.tui.look import Look
from nntui.tui.numbers import short
from nntui.tui.panes.chart import Chart, chart
from nntui.tui.panes.row import filled
from nntui.tui.plots import Curve
from nntui.tui.screens.dialog import Dialog
from nntui.tui.ticks import spanning


def drawn(found: RateSearch, now: float, width: int, height: int, look: Look) -> list[Strip]:
    """The smoothed loss over the rates, with a line at the suggestion and a mark at the present rate."""
    if len(found.rates) < 2:
        return filled([], width, height)
    y = spanning(min(found.smooth), max(found.smooth), ticks=max(height // 3, 2))
    what = Chart(
        curves=[Curve(found.rates, found.smooth, look.train)],
        x=spanning(found.rates[0], found.rates[-1], log=True),
        y=y,
        marks=[now],
        cursor=found.suggestion,
        unit="rate",
    )
    return chart(what, width, height, look)


def sentence(found: RateSearch, now: float) -> str:
    """What came of it."""
    if found.suggestion is None:
        return "The loss falls at none of these rates: something else keeps the network from learning."
    limit = f" At {short(found.limit)} it grows out of all bounds." if found.limit is not None else ""
    return f"The loss falls fastest at {short(found.suggestion)}; the rate is {short(now)} now.{limit}"


class RateFound(Dialog[float]):
    """Answers the rate to take."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", "Take the suggested rate", id="rate.accept", show=False)]

    def __init__(self, found: RateSearch, now: float) -> None:
        super().__init__()
        self._found, self._now = found, now

    def compose(self) -> ComposeResult:
        with Vertical(id="rate", classes="dialog") as frame:
            frame.border_title = "learning rate, tried on a copy"
            frame.border_subtitle = self.hint(*(["enter takes it"] if self._found.suggestion is not None else []), "esc leaves")
            yield Lines(id="curves")
            yield Static(sentence(self._found, self._now), id="outlook", markup=False)

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        curves, height = self.query_one("#curves", Lines), max(8, self.size.height // 2)
        curves.styles.height = height
        width = self.query_one("#rate").content_size.width
        if width > 0:
            curves.show(*drawn(self._found, self._now, width, height, Look.of(self.app, os.environ)))

    def action_accept(self) -> None:
        if self._found.suggestion is not None:
            self.dismiss(self._found.suggestion)
