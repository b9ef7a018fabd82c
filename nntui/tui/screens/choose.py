"""A list to choose from by typing a part of a name: layers by family, presets with their stories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from nntui.tui.screens.dialog import Dialog

FAINT = "$foreground 60%"


@dataclass(frozen=True)
class Choice:
    """One line of the list."""

    id: str
    summary: str
    """Beside the name."""
    group: str = ""
    """The heading it stands under."""
    story: str = ""
    """Below the list while it is highlighted."""

    def matches(self, text: str) -> bool:
        """Whether every word of the text occurs in it."""
        about = f"{self.id} {self.summary} {self.group}".lower().replace("_", " ")
        return all(word in about for word in text.lower().replace("_", " ").split())


class Choose(Dialog[str]):
    """Answers the id of the chosen line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move('cursor_down')", "Next", id="choose.down", show=False, priority=True),
        Binding("up", "move('cursor_up')", "Previous", id="choose.up", show=False, priority=True),
        Binding("pagedown", "move('page_down')", "Next page", id="choose.page_down", show=False, priority=True),
        Binding("pageup", "move('page_up')", "Previous page", id="choose.page_up", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], start: str = "") -> None:
        super().__init__()
        self.choices = choices
        self._title = title
        self._start = start

    def compose(self) -> ComposeResult:
        with Vertical(id="choose", classes="dialog") as frame:
            frame.border_title = self._title
            frame.border_subtitle = self.hint("type to filter", "enter takes it", "esc leaves")
            yield Input(placeholder="filter", compact=True, id="filter")
            yield OptionList(id="choices", compact=True, markup=False)
            yield Static(id="story", markup=False)

    def on_mount(self) -> None:
        self._fill("")
        self.query_one("#story").display = any(choice.story for choice in self.choices)

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, text: str) -> None:
        listing = self.query_one(OptionList)
        found = [choice for choice in self.choices if choice.matches(text)]
        width = max((len(choice.id) for choice in self.choices), default=0)
        options: list[Option] = []
        group = ""
        for choice in found:
            if choice.group != group:
                group = choice.group
                options.append(Option(Content.styled(group, FAINT), disabled=True))
            indent = "  " if choice.group else ""
            options.append(
                Option(Content.assemble(f"{indent}{choice.id:<{width}}  ", (choice.summary, FAINT)), id=choice.id)
            )
        listing.clear_options()
        listing.add_options(options or [Option(Content.styled(f'nothing is called like "{text}"', FAINT), disabled=True)])
        if found:
            wanted = self._start if any(choice.id == self._start for choice in found) else found[0].id
            listing.highlighted = listing.get_option_index(wanted)
        else:
            self.query_one("#story", Static).update("")

    def action_move(self, where: str) -> None:
        getattr(self.query_one(OptionList), f"action_{where}")()

    @on(OptionList.OptionHighlighted)
    def _tell(self, event: OptionList.OptionHighlighted) -> None:
        story = next((choice.story for choice in self.choices if choice.id == event.option_id), "")
        self.query_one("#story", Static).update(story)

    @on(Input.Submitted)
    def _take_highlighted(self) -> None:
        listing = self.query_one(OptionList)
        if listing.highlighted is not None:
            option = listing.get_option_at_index(listing.highlighted)
            if not option.disabled:
                self.dismiss(option.id)

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)
