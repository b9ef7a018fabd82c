"""A pane that can't bring the app down: what it stumbles over is shown in its place, and the next value is tried afresh."""

from __future__ import annotations

import traceback

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from nntui.tui.look import Look
from nntui.tui.panes.pane import PaneView
from nntui.tui.panes.row import filled, written
from nntui.tui.view import View


class GuardedPane(PaneView):
    """A `PaneView` that survives its pane. `failure` has the last error's traceback, for whoever wants to mend it."""

    failure: str = ""
    _painted: Style | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        self._painted = None
        return super().render_lines(crop)

    @property
    def rich_style(self) -> Style:
        """The same for all lines that are drawn together: working it out for each would cost more than drawing it."""
        if self._painted is None:
            self._painted = super().rich_style
        return self._painted

    def show(self, view: View, look: Look | None = None) -> None:
        try:
            super().show(view, look)
        except Exception as error:
            self._failed(error)
            self._made = None
            self.refresh()

    def render_line(self, y: int) -> Strip:
        try:
            return super().render_line(y)
        except Exception as error:
            self._failed(error)
            sentence = f"This pane can't be drawn ({type(error).__name__}: {error}). Training goes on, the other panes do, too."
            width, height = self.size
            return filled(written(sentence, width, self.rich_style), width, height)[y] if y < height else Strip.blank(width)

    def _failed(self, error: Exception) -> None:
        self.failure = "".join(traceback.format_exception(error))
        self.log.error(self.failure)
