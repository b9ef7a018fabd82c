"""A screen to look into a network: one aspect of one checkpoint at a time."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.events import MouseScrollDown, MouseScrollUp, Resize
from textual.screen import Screen
from textual.strip import Strip

from nntui.errors import NntuiError
from nntui.inspection.checkpoints import steps
from nntui.inspection.weights import Weights
from nntui.nn.entries import Entry
from nntui.tui.inspect import frame
from nntui.tui.inspect.inspector import Inspector, LookCancelled, Looked, LookProgressed, LookRefused
from nntui.tui.inspect.keys import bindings, help_text
from nntui.tui.inspect.looking import Looking
from nntui.tui.line import Lines
from nntui.tui.look import Look
from nntui.tui.numbers import short
from nntui.tui.panes.row import filled, written

AGAIN = 1.0
"""Seconds between two looks for new checkpoints."""

PAGE = 10

Change = Callable[[Entry, float, int], str]
"""Makes a weight part of a new run's start, and says what happens; NntuiError if that can't be."""


class Inspect(Screen[None]):
    """Shows a `Looking`. `change` is what changes a weight; `live` says whether a trainer is at work on the bench's run."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    def __init__(self, looking: Looking, change: Change, live: Callable[[], bool]) -> None:
        super().__init__()
        self.looking, self._change, self._live = looking, change, live
        self._look = Look()
        self._inspector: Inspector | None = None
        self.failure = ""
        """The traceback of what went wrong while drawing, for whoever wants to mend it."""

    def compose(self) -> ComposeResult:
        yield Lines(id="inspect-header")
        yield Lines(id="inspect-tabs")
        yield Lines(id="inspect-body")
        yield Lines(id="inspect-remark")
        yield Lines(id="inspect-footer")

    def on_mount(self) -> None:
        self._look = Look.of(self.app, os.environ)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._dress())
        looking = self.looking
        self._inspector = Inspector(looking.experiment, looking.folder, self.post_message)
        self.set_interval(AGAIN, self._search)
        self._search()

    def on_unmount(self) -> None:
        if self._inspector is not None:
            self._inspector.close()

    def _dress(self) -> None:
        self._look = Look.of(self.app, os.environ)
        self.redraw()

    def _search(self) -> None:
        """Look for checkpoints that weren't there before."""
        looking = self.looking
        try:
            found = steps(looking.experiment, looking.folder)
        except OSError:
            found = looking.steps
        idle = looking.shown is None and looking.progress is None and not looking.problem
        if found != looking.steps or idle:
            self._after(looking.found(found))

    def _after(self, anew: bool) -> None:
        """Look anew, if that is needed, and draw."""
        if anew and self._inspector is not None:
            self.looking.progress, self.looking.problem = 0.0, ""
            self._inspector.ask(self.looking.request)
        self.redraw()

    # What was found

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        self.looking.took(message.request, message.value)
        self.redraw()

    @on(LookRefused)
    def _refused(self, message: LookRefused) -> None:
        self.looking.refused(message.request, str(message.error))
        self.redraw()

    @on(LookProgressed)
    def _progressed(self, message: LookProgressed) -> None:
        if message.request == self.looking.request and self.looking.progress is not None:
            self.looking.progress = message.share
            self.redraw()

    @on(LookCancelled)
    def _cancelled(self) -> None:
        self.looking.stopped()
        self.redraw()

    # Acting

    def action_do(self, id: str) -> None:
        """Do an action of the table; a click on the bench's footer may arrive when this screen has just covered it."""
        act = getattr(self, f"do_{id}", None)
        if act is None:
            return
        try:
            self._after(bool(act()))
        except NntuiError as error:
            self.app.notify(str(error), severity="error", markup=False)

    def action_aspect(self, name: str) -> None:
        """Look at another aspect."""
        try:
            self._after(self.looking.to_aspect(name))
        except NntuiError as error:
            self.app.notify(str(error), severity="error", markup=False)

    def do_older(self) -> bool:
        return self.looking.to_checkpoint(-1)

    def do_newer(self) -> bool:
        return self.looking.to_checkpoint(1)

    def do_next_aspect(self) -> bool:
        return self.looking.beside(1)

    def do_previous_aspect(self) -> bool:
        return self.looking.beside(-1)

    def do_next_layer(self) -> bool:
        return self.looking.to_layer(1)

    def do_previous_layer(self) -> bool:
        return self.looking.to_layer(-1)

    def do_down(self) -> bool:
        return self.looking.move(1, 0)

    def do_up(self) -> bool:
        return self.looking.move(-1, 0)

    def do_left(self) -> bool:
        return self.looking.move(0, -1)

    def do_right(self) -> bool:
        return self.looking.move(0, 1)

    def do_page_down(self) -> bool:
        return self.looking.move(PAGE, 0)

    def do_page_up(self) -> bool:
        return self.looking.move(-PAGE, 0)

    def do_next_example(self) -> bool:
        return self.looking.to_example(1)

    def do_previous_example(self) -> bool:
        return self.looking.to_example(-1)

    def do_part(self) -> bool:
        return self.looking.other_part()

    def do_tensor(self) -> bool:
        return self.looking.other_tensor()

    def do_next_stage(self) -> None:
        """The next step of a walk."""
        self.looking.to_stage(1)

    def do_previous_stage(self) -> None:
        """The step of a walk before."""
        self.looking.to_stage(-1)

    def do_directions(self) -> bool:
        return self.looking.other_directions()

    def do_edit(self) -> bool:
        """Change the weight under the cursor, type an example, or look again at what was stopped."""
        looking, value = self.looking, self.looking.value
        if looking.problem and looking.shown != looking.request:
            return True
        if isinstance(value, Weights):
            self._ask_weight(value)
        elif looking.request.aspect == "predict":
            self._ask_example()
        return False

    def _ask_weight(self, value: Weights) -> None:
        from nntui.tui.screens.ask import Ask

        if not value.learned:
            raise NntuiError(f"{value.layer}.{value.name} isn't learned but counted while training: only weights can be changed")
        row, column = self.looking.cursor.row, self.looking.cursor.column
        entry, now = value.entry(row, column), float(value.matrix[row, column])
        step = self.looking.request.step

        def changed(to: float | None) -> None:
            if to is None:
                return
            try:
                self.app.notify(self._change(entry, to, step), markup=False)
            except NntuiError as error:
                self.app.notify(str(error), severity="error", markup=False)

        told = "This run isn't changed: the experiment on the bench gets a start of its own, for a new run."
        if self._live():
            told += " The run that trains is stopped and saved."
        self.app.push_screen(Ask(str(entry), short(now), _number, told), changed)

    def _ask_example(self) -> None:
        from nntui.inspection.prediction import Prediction
        from nntui.tui.screens.ask import Ask

        value = self.looking.value
        hint = value.typing if isinstance(value, Prediction) else ""
        if not hint:
            raise NntuiError("inputs of this shape can't be typed: n and N go from example to example")

        def typed(text: str | None) -> None:
            if text is not None:
                self._after(self.looking.type(text))

        self.app.push_screen(Ask("an example", self.looking.request.typed, str, hint), typed)

    def do_help(self) -> None:
        from nntui.tui.inspect.explained import HELP
        from nntui.tui.screens.help import Help

        name = self.looking.request.aspect
        self.app.push_screen(Help(f"inspect: {name}", HELP[name], help_text()))

    def do_palette(self) -> None:
        self.app.action_command_palette()

    def do_leave(self) -> None:
        """Stop what is at work; if nothing is, leave."""
        if self.looking.progress is not None and self._inspector is not None and self._inspector.cancel():
            self.looking.stopped()
            return
        self.dismiss()

    def system_commands(self) -> Iterable[SystemCommand]:
        """What the palette offers here."""
        for aspect in self.looking.aspects:
            yield SystemCommand(f"Inspect: {aspect.name}", aspect.about, partial(self.action_aspect, aspect.name))

    # Drawing

    def redraw(self) -> None:
        """Show what is so now."""
        width = self.size.width
        if not width or not self.is_mounted:
            return
        looking, look = self.looking, self._look
        with self.app.batch_update():
            self.query_one("#inspect-header", Lines).show(frame.header(looking, width, look))
            self.query_one("#inspect-tabs", Lines).show(frame.tabs(looking, width, look))
            self.query_one("#inspect-remark", Lines).show(frame.remark(looking, width, look))
            self.query_one("#inspect-footer", Lines).show(frame.footer(looking, width, look))
            body = self.query_one("#inspect-body", Lines)
            body.show(*self._body(body.size.width or width, body.size.height))

    def _body(self, width: int, height: int) -> list[Strip]:
        looking, look = self.looking, self._look
        value: Any = looking.value
        if value is None:
            return filled([], width, height)
        try:
            return looking.manner.lines(value, looking.cursor, width, height, look)
        except Exception as error:  # the screen lives, whatever a picture stumbles over
            self.failure = traceback.format_exc()
            self.log.error(self.failure)
            return filled(written(f"This can't be drawn ({type(error).__name__}: {error}).", width, look.error), width, height)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.action_do("down")

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.action_do("up")

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self.redraw)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise NntuiError("expected a number, like 0.5") from None
    if value - value != 0.0:
        raise NntuiError("expected a finite number")
    return value
