"""What a pane is, and the one widget that shows any of them."""

from __future__ import annotations

from typing import Protocol, Self

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region, Size
from textual.markup import escape
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from nntui.tui.changes import changed
from nntui.tui.look import Look
from nntui.tui.view import View


class Pane(Protocol):
    """A module that turns values into lines. Its functions are pure: equal views, sizes and looks give equal lines."""

    @property
    def NAME(self) -> str:
        """What people call it."""

    @property
    def KEY(self) -> int | str:
        """The digit, or where those are used up the letter, that focuses it."""

    @property
    def HELP(self) -> str:
        """Markdown: what it shows, what to look for, common mistakes, sources."""

    def title(self, view: View) -> str:
        """Its name, with the newest numbers where that helps."""

    def subtitle(self, view: View) -> str:
        """What it has to say, in words; may be empty."""

    def lines(self, view: View, width: int, height: int, look: Look) -> list[Strip]:
        """Exactly `height` strips of exactly `width` cells."""


class RowClicked(Message):
    """A row of a pane was clicked: a layer, by its path, or another part of the experiment. `times`: 2 for a double click."""

    def __init__(self, path: str, times: int) -> None:
        super().__init__()
        self.path, self.times = path, times


class PaneView(Widget, can_focus=True):
    """Shows a pane's lines. They are made again only if the view, its history, the size or the look changed."""

    DEFAULT_CSS = """
    PaneView { border: round $foreground 25%; border-title-color: $foreground; border-subtitle-color: $foreground 70%; }
    PaneView:focus { border: round $primary; border-title-color: $primary; border-title-style: bold; }
    """

    def __init__(self, pane: Pane, look: Look, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.pane = pane
        self._look = look
        self._view: View | None = None
        self._shown: tuple[View, int, Look] | None = None
        self._made: tuple[View, int, Look, Size, object] | None = None
        self._strips: list[Strip] = []
        self._titles: tuple[str, str] | None = None
        self._quiet = False

    def show(self, view: View, look: Look | None = None) -> None:
        """Look at this view from now on; costs nothing if there is nothing new."""
        self._look = look or self._look
        now = (view, view.version, self._look)
        if now == self._shown:
            return
        self._view, self._shown = view, now
        if not self.is_on_screen:
            return
        titles = escape(f"{self.pane.KEY} {self.pane.title(view)}"), escape(self.pane.subtitle(view))
        regions = self._draw(view)
        if regions is None or self._titles is None:
            self.border_title, self.border_subtitle = self._titles = titles
            self.refresh()
            return
        regions += self._entitle(self._titles, titles)
        if regions:
            self.refresh(*regions)

    def _entitle(self, old: tuple[str, str], new: tuple[str, str]) -> list[Region]:
        """Change the titles; returns the edges that have to be drawn anew. Textual itself would draw everything anew."""
        width, height = self.size
        regions = []
        self._quiet, self._titles = True, new
        try:
            if old[0] != new[0]:
                self.border_title = new[0]
                regions.append(Region(-1, -1, width + 2, 1))
            if old[1] != new[1]:
                self.border_subtitle = new[1]
                regions.append(Region(-1, height, width + 2, 1))
        finally:
            self._quiet = False
        return regions

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        return self if self._quiet else super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def on_click(self, event: Click) -> None:
        """Say which row was clicked, if the pane has rows: then it has a function `row_at`."""
        row_at = getattr(self.pane, "row_at", None)
        at = event.get_content_offset(self)
        if row_at is None or self._view is None or at is None:
            return
        path = row_at(self._view, self.size.width, self.size.height, at.y, self._look)
        if path:
            self.post_message(RowClicked(path, event.chain))

    def _on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._turn(event, down=True)

    def _on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._turn(event, down=False)

    def _turn(self, event: MouseScrollDown | MouseScrollUp, down: bool) -> None:
        """The wheel goes from row to row."""
        event.stop()
        if hasattr(self.pane, "row_at"):
            self.call_later(self.run_action, f"screen.do('{'select_down' if down else 'select_up'}')")

    def on_show(self) -> None:
        """Catch up with what happened while it couldn't be seen."""
        self._shown = None
        if self._view is not None:
            self.show(self._view)

    def render_line(self, y: int) -> Strip:
        view, style = self._view, self.rich_style
        if view is None:
            return Strip.blank(self.size.width, style)
        if (view, view.version, self._look, self.size, style) != self._made:
            self._draw(view)
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, style)

    def _draw(self, view: View) -> list[Region] | None:
        """Make the lines; returns what is different from before, or None if that is everything."""
        before, strips = self._made, self._strips
        style = self.rich_style
        found = self.pane.lines(view, self.size.width, self.size.height, self._look)
        self._strips = [strip.apply_style(style) for strip in found]
        self._made = (view, view.version, self._look, self.size, style)
        if before is None or before[2:] != self._made[2:]:
            return None
        return changed(strips, self._strips)
