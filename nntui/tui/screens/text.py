"""The whole experiment as text, read while it is typed: what is wrong, and where, stands below."""

from __future__ import annotations

import re
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.tui.draft import judge
from nntui.tui.numbers import count
from nntui.tui.screens.confirm import Confirm
from nntui.tui.screens.dialog import Dialog

PLACE = re.compile(r"line (\d+)")
WHERE = "text"


class Text(Dialog[Experiment]):
    """Answers the experiment that the text describes. before: the text as it was; after: as it is to begin with."""

    AUTO_FOCUS = "TextArea"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "accept", "Take it", id="text.accept", show=False, priority=True),
        Binding("escape", "leave", "Leave without a change", id="text.leave", show=False, priority=True),
        Binding("ctrl+g", "go_to_problem", "Go to the problem", id="text.problem", show=False, priority=True),
    ]

    def __init__(self, before: str, after: str | None = None) -> None:
        super().__init__()
        self._before, self._after = before, before if after is None else after

    def compose(self) -> ComposeResult:
        with Vertical(id="text", classes="dialog") as frame:
            frame.border_title = "the experiment as text"
            frame.border_subtitle = self.hint("ctrl+s takes it", "ctrl+g to what is wrong", "esc leaves")
            yield TextArea(self._after, show_line_numbers=True, tab_behavior="indent", soft_wrap=False, compact=True, id="editor")
            yield Static(id="outlook", markup=False)

    def on_mount(self) -> None:
        self._judge()

    @on(TextArea.Changed)
    def _judge(self) -> Experiment | None:
        """The experiment, if the text is one; below it what is wrong, or what it comes to."""
        outlook = self.query_one("#outlook", Static)
        try:
            experiment = Experiment.from_toml(self.query_one(TextArea).text, WHERE)
        except NntuiError as error:
            outlook.update(str(error).removeprefix(f"{WHERE}: "))
            outlook.add_class("-wrong")
            return None
        verdict = judge(experiment)
        outlook.set_class(verdict.problem is not None, "-wrong")
        size = count(verdict.plan.size)
        outlook.update(verdict.problem.in_file if verdict.problem is not None else f"{len(experiment.network)} layers, {size} parameters")
        return experiment

    def action_accept(self) -> None:
        experiment = self._judge()
        if experiment is not None:  # one that can't be trained yet may be mended on the bench
            self.dismiss(experiment)

    def action_go_to_problem(self) -> None:
        """Put the cursor where the sentence below says, if it names a line."""
        place = PLACE.search(str(self.query_one("#outlook", Static).content))
        if place is not None:
            self.query_one(TextArea).move_cursor((int(place[1]) - 1, 0), center=True)

    def action_leave(self) -> None:
        if self.query_one(TextArea).text == self._before:
            self.dismiss(None)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(None)

        self.app.push_screen(Confirm("leave the text", "What was typed is not on the bench yet. Throw it away?", "throw it away"), answered)
