"""Two runs beside each other: their curves over the same axes, below it what differs between their experiments."""

from __future__ import annotations

import os

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from nntui.runs.comparison import Comparison
from nntui.tui.comparison_lines import sections
from nntui.tui.line import Lines
from nntui.tui.look import Look
from nntui.tui.panes import loss
from nntui.tui.screens.dialog import Dialog
from nntui.tui.view import View

LEAST = 8
"""Lines of the chart on a small screen."""


class Compare(Dialog[None]):
    """Answers nothing."""

    def __init__(self, names: tuple[str, str], found: Comparison, view: View) -> None:
        """view: the first run with the other one over it."""
        super().__init__()
        self._names, self._found, self._view = names, found, view

    def compose(self) -> ComposeResult:
        a, b = self._names
        with Vertical(id="compare", classes="dialog") as frame:
            frame.border_title = f"A {a}   B {b}"
            frame.border_subtitle = self.hint("arrows scroll", "esc leaves")
            yield Lines(id="curves")
            with VerticalScroll(id="differences"):
                yield Static(self._told(), markup=False)

    def on_mount(self) -> None:
        self.query_one("#differences").focus()

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        curves = self.query_one("#curves", Lines)
        height = max(LEAST, 2 * self.size.height // 5)
        curves.styles.height = height
        width = self.query_one("#compare").content_size.width
        if width > 0:
            curves.show(*loss.lines(self._view, width, height, Look.of(self.app, os.environ)))

    def _told(self) -> Content:
        look = Look.of(self.app, os.environ)
        styles = {"-": look.class_style(0), "+": look.class_style(1)}
        found = [] if self._found.changes or self._found.layers else ["Nothing differs between the experiments.", ""]
        found += "\n\n".join("\n".join(section) for section in sections(self._found)).split("\n")
        lines = [Content.styled(line, str(styles[line[0]])) if line[:2] in ("- ", "+ ") else Content(line) for line in found]
        return Content("\n").join(lines)
