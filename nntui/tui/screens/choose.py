"""A list to choose from by typing a part of a name: layers by family, presets with their stories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

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
        about = _plain(f"{self.id} {self.summary} {self.group}")
        return all(word in about for word in _plain(text).split())

    def distance(self, text: str) -> int:
        """How far the name is from the text: 0 the same, 1 begins with it, 2 has all its words, 3 it is elsewhere."""
        name, text = _plain(self.id), _plain(text).strip()
        if name.startswith(text):
            return int(name != text)
        return 2 if all(word in name for word in text.split()) else 3


def _plain(text: str) -> str:
    return text.lower().replace("_", " ")


class Choose(Dialog[Any]):
    """Answers the id of the chosen line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move('cursor_down')", "Next", id="choose.down", show=False, priority=True),
        Binding("up", "move('cursor_up')", "Previous", id="choose.up", show=False, priority=True),
        Binding("pagedown", "move('page_down')", "Next page", id="choose.page_down", show=False, priority=True),
        Binding("pageup", "move('page_up')", "Previous page", id="choose.page_up", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], start: str = "", typed: str = "", about: str = "filter") -> None:
        """start: the line that is highlighted first; typed: what is in the filter already; about: what may be typed."""
        super().__init__()
        self.choices = choices
        self._title = title
        self._start, self._typed, self._about = start, typed, about

    def compose(self) -> ComposeResult:
        with Vertical(id="choose", classes="dialog") as frame:
            frame.border_title = self._title
            frame.border_subtitle = self.hint("type to filter", "enter takes it", "esc leaves")
            yield Input(self._typed, placeholder=self._about, compact=True, select_on_focus=False, id="filter")
            yield OptionList(id="choices", compact=True, markup=False)
            yield Static(id="story", markup=False)

    def on_mount(self) -> None:
        self._fill(self._typed)
        # How much of the list there is room for is known only when everything has its place.
        self.call_after_refresh(self.query_one(OptionList).scroll_to_highlight)
        self.query_one("#story").display = self.tells

    @property
    def tells(self) -> bool:
        """Whether there is more to say about lines."""
        return any(choice.story for choice in self.choices)

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
            start = self._start if not text and any(choice.id == self._start for choice in found) else ""
            wanted = start or min(found, key=lambda choice: choice.distance(text)).id
            listing.highlighted = listing.get_option_index(wanted)
        else:
            self._tell()

    def action_move(self, where: str) -> None:
        getattr(self.query_one(OptionList), f"action_{where}")()

    @on(OptionList.OptionHighlighted)
    def _tell(self) -> None:
        told, wrong = self.more(self.highlighted)
        story = self.query_one("#story", Static)
        story.update(told)
        story.set_class(wrong, "-wrong")

    def more(self, id: str) -> tuple[str, bool]:
        """What there is to say about a line ("": none is highlighted), and whether it is bad."""
        return next((choice.story for choice in self.choices if choice.id == id), ""), False

    @property
    def highlighted(self) -> str:
        """The id of the highlighted line; "" if there is none."""
        listing = self.query_one(OptionList)
        if listing.highlighted is None:
            return ""
        option = listing.get_option_at_index(listing.highlighted)
        return "" if option.disabled else option.id or ""

    def answer(self, id: str) -> Any:
        """What is answered for a line; None: nothing yet."""
        return id

    @on(Input.Submitted)
    def _take_highlighted(self) -> None:
        self._answer(self.highlighted)

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        self._answer(event.option_id or "")

    def _answer(self, id: str) -> None:
        found = self.answer(id) if id else None
        if found is not None:
            self.dismiss(found)
