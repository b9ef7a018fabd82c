"""All panes in their columns; those are shown that the screen has room for, and always the focused one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import Container, Vertical

from nntui.errors import NntuiError
from nntui.tui.arrangement import COLUMNS, visible
from nntui.tui.guarded import GuardedPane
from nntui.tui.layout import Layout, load, save
from nntui.tui.look import Look
from nntui.tui.panes.catalogue import PANES
from nntui.tui.panes.pane import Pane
from nntui.tui.view import View

SELECTING = frozenset({"network", "flow", "activations", "course", "units"})
"""Panes that show which layer is selected."""


class Gallery(Container):
    """Arranges the panes."""

    def __init__(self, look: Look, remember: bool = True) -> None:
        """remember: whether the panes are found as they were left, and kept for the next start."""
        super().__init__(id="panes")
        self._look, self._remember = look, remember
        self._found = Layout()
        """How the panes were found."""
        self.focused_name = "network"
        self._beside, self._below, self._zoomed = "boundary", "run", False
        self._shown: tuple[View, int, Look] | None = None
        self._hidden: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        with Vertical(id="left"):
            yield from self._column("left")
        with Container(id="right"):
            for column in ("middle", "outer"):
                with Vertical(id=column):
                    yield from self._column(column)

    def _column(self, name: str) -> ComposeResult:
        for pane in COLUMNS[name]:
            yield GuardedPane(PANES[pane], self._look, id=pane)

    @property
    def focused_pane(self) -> Pane:
        """The pane that has the focus, or had it last."""
        return PANES[self.focused_name]

    @property
    def zoomed(self) -> bool:
        """Whether one pane has the whole screen."""
        return self._zoomed

    @zoomed.setter
    def zoomed(self, zoomed: bool) -> None:
        self._zoomed = zoomed
        self.fit()

    @property
    def layout_now(self) -> Layout:
        """How the panes are arranged, for the next start."""
        return Layout(self.focused_name, self._beside, self._zoomed)

    def on_mount(self) -> None:
        """Arrange the panes as they were left."""
        if self._remember:
            self._found = load()
        self._beside, self._zoomed = self._found.beside, self._found.zoomed
        self.focus_pane(self._found.focused)

    def on_unmount(self) -> None:
        if self._remember and self.layout_now != self._found:
            save(self.layout_now)

    def hide(self, names: Iterable[str]) -> None:
        """Show none of these, whoever asks for them."""
        hidden = frozenset(names)
        if hidden == self._hidden:
            return
        self._hidden = hidden
        if self.focused_name in hidden:
            self.focus_pane("network")
        self.fit()

    def focus_pane(self, name: str) -> None:
        """Show a pane, if it isn't to be seen, and focus it. Raises NntuiError if it is hidden."""
        if name in self._hidden:
            raise NntuiError(f"This lesson hides the pane {name}.")
        self.turn_to(name)
        self.query_one(f"#{name}").focus()

    def turn_to(self, name: str) -> None:
        """Arrange the panes around this one."""
        self.focused_name = name
        if name in COLUMNS["left"][1:]:
            self._below = name
        elif name not in ("network", "loss"):
            self._beside = name
        self.fit()

    def fit(self) -> None:
        """Show what the screen has room for now."""
        size = self.screen.size
        shown = visible(size.width, size.height, self.focused_name, self._beside, self._zoomed, self._below) - self._hidden
        with self.app.batch_update():
            for column, names in COLUMNS.items():
                for name in names:
                    self.query_one(f"#{name}").display = name in shown
                self.query_one(f"#{column}").display = bool(shown.intersection(names))
            self.query_one("#right").display = bool(shown.intersection((*COLUMNS["middle"], *COLUMNS["outer"])))

    def shows(self, name: str) -> bool:
        """Whether a pane is to be seen."""
        return bool(self.query_one(f"#{name}").display)

    def show(self, view: View, look: Look) -> None:
        """Let the panes look at this; those that don't show which layer is selected needn't, if only that has changed."""
        now = (view, view.version, look)
        everything = self._shown is None or not _same_but_selection(self._shown, now)
        self._shown = now
        for pane in self.query(GuardedPane):
            if everything or pane.id in SELECTING:
                pane.show(view, look)

    @property
    def failures(self) -> list[str]:
        """Tracebacks of panes that couldn't be drawn."""
        return [pane.failure for pane in self.query(GuardedPane) if pane.failure]


def _same_but_selection(old: tuple[View, int, Look], new: tuple[View, int, Look]) -> bool:
    (before, version, look), (after, newer, dressed) = old, new
    names = (field.name for field in dataclasses.fields(View) if field.name != "selected")
    return version == newer and look is dressed and all(getattr(before, name) is getattr(after, name) for name in names)
