"""A field whose value is one of many words: the present one is to be seen, typing looks for another in a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Key

from nntui.tui.screens.choose import FAINT, Choice, Choose
from nntui.tui.screens.switch import Switch


class Picker(Switch, inherit_bindings=False):
    """One of many words. `choices_of` makes the list when it is opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "open('')", "All values", id="picker.open", show=False),
        Binding("right", "turn(1)", "Next value", id="picker.next", show=False),
        Binding("left", "turn(-1)", "Previous value", id="picker.previous", show=False),
    ]

    def __init__(self, title: str, words: tuple[str, ...], value: str, choices_of: Callable[[], list[Choice]], id: str) -> None:
        super().__init__(words, value, id)
        self._title, self._choices_of = title, choices_of

    def render(self) -> Content:
        told = f"  space: all {len(self.choices)}, or type a part of a name" if self.has_focus else ""
        return Content.assemble((f" {self.value} ", "reverse bold"), (told, FAINT))

    def on_key(self, event: Key) -> None:
        if event.character is not None and event.character.isalnum():
            event.stop()
            self.action_open(event.character)

    def on_click(self, event: Click) -> None:
        self.action_open("")

    def action_open(self, typed: str) -> None:
        def chosen(value: str | None) -> None:
            if value is not None:
                self._choose(value)

        self.app.push_screen(Choose(self._title, self._choices_of(), self.value, typed), chosen)
