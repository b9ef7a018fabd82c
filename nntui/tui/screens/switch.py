"""A field with a few fixed values, all to be seen: left and right, or space, go from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget


class Switch(Widget, can_focus=True):
    """One of several words."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space,l", "turn(1)", "Next value", id="switch.next", show=False),
        Binding("left,h", "turn(-1)", "Previous value", id="switch.previous", show=False),
    ]

    @dataclass
    class Turned(Message):
        """Another value was chosen."""

        switch: Switch
        value: str

        @property
        def control(self) -> Switch:
            return self.switch

    def __init__(self, choices: tuple[str, ...], value: str, id: str) -> None:
        super().__init__(id=id)
        self.choices = choices
        self.value = value if value in choices else choices[0]

    def render(self) -> Content:
        words = [
            (f" {choice} ", "reverse bold" if choice == self.value else "$foreground 60%") for choice in self.choices
        ]
        return Content.assemble(*words)

    def action_turn(self, by: int) -> None:
        self._choose(self.choices[(self.choices.index(self.value) + by) % len(self.choices)])

    def on_click(self, event: Click) -> None:
        cells = 0
        for choice in self.choices:
            cells += len(choice) + 2
            if event.x < cells:
                self._choose(choice)
                return

    def _choose(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.refresh()
            self.post_message(self.Turned(self, value))
