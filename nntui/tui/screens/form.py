"""The form of a typed value, made from its fields, that says while one types what would come of it.

Where the value may be of several kinds, the kind is the first line; another kind keeps the fields that both know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from inspect import cleandoc
from typing import ClassVar

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Resize
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from nntui.nn.layer import Layer
from nntui.tui.fields import Field, FieldError, fields, texts, value
from nntui.tui.parts import Kinds
from nntui.tui.screens.choose import Choice
from nntui.tui.screens.dialog import Dialog
from nntui.tui.screens.picker import Picker
from nntui.tui.screens.switch import Switch

KIND = "kind"

AROUND, BARE = 9, 5
"""Lines of a form beside its fields, and without what a short screen leaves out."""

Foresee = Callable[[msgspec.Struct], tuple[str, bool]]


class Form(Dialog[msgspec.Struct]):
    """Answers the value that the form describes.

    kind: what it is at first; value: what it is filled in with; `foresee` says what a value would make of the experiment,
    as one sentence, and whether that can be trained.
    """

    AUTO_FOCUS = "#fields Input, #fields Switch"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Take it", id="form.accept", show=False, priority=True),
        # With priority: fields that don't fit on the screen would be scrolled instead.
        Binding("down", "app.focus_next", "Next field", id="form.down", show=False, priority=True),
        Binding("up", "app.focus_previous", "Previous field", id="form.up", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        kind: type[msgspec.Struct],
        value: msgspec.Struct | None,
        foresee: Foresee,
        kinds: Kinds | None = None,
        only: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__()
        self._title, self._first, self._value, self._foresee = title, kind, value, foresee
        self._kinds = kinds if kinds is not None and len(kinds) > 1 else {}
        self._only = only
        self._laid_out = kind
        """Whose fields are to be seen."""
        self._said: dict[str, str] = {}
        """What was given on purpose, by field, whatever the kind."""
        if value is not None:
            self._said = texts(value, only)
            self._remember(self._said)

    @property
    def _kind(self) -> type[msgspec.Struct]:
        """What is chosen now: who types fast is ahead of the messages."""
        for picker in self.query(Picker):
            return self._kinds[picker.value]
        return self._first

    def _fields(self, kind: type[msgspec.Struct]) -> tuple[Field, ...]:
        return fields(kind, self._only)

    def compose(self) -> ComposeResult:
        with Vertical(id="form", classes="dialog") as frame:
            frame.border_title = self._title
            frame.border_subtitle = self.hint("tab goes on", "enter takes it", "esc leaves")
            yield Static(_about(self._first), id="what", markup=False)
            if self._kinds:
                with Horizontal(classes="field"):
                    tag = next(tag for tag, kind in self._kinds.items() if kind is self._first)
                    label = self._label(KIND, self._first, padded=True)
                    label.id = "kind-name"
                    yield label
                    yield Picker(self._title, tuple(self._kinds), tag, partial(listing, self._kinds), KIND)
            with VerticalScroll(id="fields", can_focus=False):
                yield from self._lines(self._first)
            yield Static(id="outlook", markup=False)

    def _lines(self, kind: type[msgspec.Struct]) -> Iterator[Widget]:
        for field in self._fields(kind):
            label = self._label(field.name, kind, padded=field.closed)
            about = Static(field.description or field.wanted, id=f"about-{_id(field)}", classes="about", markup=False)
            about.styles.padding = (0, 0, 0, self._indent(kind))
            yield Horizontal(label, self._control(field), classes="field")
            yield about

    def _label(self, name: str, kind: type[msgspec.Struct], padded: bool) -> Label:
        """What a line is called; words to choose from stand in blanks, which begin a cell earlier so that all words align."""
        label = Label(name, classes="name", markup=False)
        label.styles.width = self._indent(kind) - padded
        return label

    def _indent(self, kind: type[msgspec.Struct]) -> int:
        names = [field.name for field in self._fields(kind)]
        return max(map(len, [KIND, *names] if self._kinds else names), default=0) + 2

    def _control(self, field: Field) -> Input | Switch:
        text = self._said.get(field.name, field.start)
        if field.closed:
            return Switch(field.choices, text, id=f"field-{_id(field)}")
        suggester = SuggestFromList(field.choices) if field.choices else None
        return Input(
            text, placeholder=field.wanted, compact=True, suggester=suggester, id=f"field-{_id(field)}", select_on_focus=True
        )  # fmt: skip

    def on_mount(self) -> None:
        self._judge()
        if not self._fields(self._first):
            self.query_one(Picker).focus()

    def on_resize(self, event: Resize) -> None:
        """Let what is around the fields stay in sight: what it is, its kind, what would come of it."""
        around = BARE if self.has_class("-short") else AROUND
        self.query_one("#fields").styles.max_height = max(int(0.9 * event.size.height) - around, 3)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._judge()

    @on(Switch.Turned)
    async def _turned(self, event: Switch.Turned) -> None:
        if event.switch.id == KIND:
            await self._lay_out(self._kind)
        self._judge()

    async def _lay_out(self, kind: type[msgspec.Struct]) -> None:
        """Show the fields of another kind."""
        self._remember(self._given(self._laid_out))
        self._laid_out = kind
        self.query_one("#what", Static).update(_about(kind))
        container = self.query_one("#fields", VerticalScroll)
        with self.app.batch_update():
            await container.remove_children()
            await container.mount(*self._lines(kind))
            self.query_one("#kind-name").styles.width = self._indent(kind) - 1

    def _remember(self, given: dict[str, str]) -> None:
        """What isn't a default was meant, and may mean the same for another kind."""
        for field in self._fields(self._laid_out):
            text = given.get(field.name, field.start)
            if text != field.start:
                self._said[field.name] = text
            else:
                self._said.pop(field.name, None)

    def _given(self, kind: type[msgspec.Struct]) -> dict[str, str]:
        """What the fields that are to be seen say now; where none is to be seen yet, what was said before."""
        controls = {control.id: control.value for control in (*self.query(Input), *self.query(Switch))}
        return {
            field.name: controls.get(f"field-{_id(field)}", self._said.get(field.name, field.start)) for field in self._fields(kind)
        }

    def _judge(self, complete: bool = False) -> msgspec.Struct | None:
        """Say what is wrong where, or what would come of it; what is only missing, when the form ought to be complete."""
        found: msgspec.Struct | None = None
        wrong = FieldError("", "")
        kind = self._kind
        given = self._given(kind)
        try:
            found = value(kind, given, self._value, self._only)
        except FieldError as error:
            wrong = error
        for field in self._fields(kind):
            at_fault = found is None and wrong.field == field.name and (complete or bool(given[field.name].strip()))
            for about in self.query(f"#about-{_id(field)}").results(Static):
                about.set_class(at_fault, "-wrong")
                about.update(str(wrong).removeprefix(f"{field.name}: ") if at_fault else field.description or field.wanted)
        outlook = self.query_one("#outlook", Static)
        if found is None:
            outlook.update("" if wrong.field else str(wrong))
            outlook.set_class(not wrong.field, "-wrong")
        else:
            sentence, possible = self._foresee(found)
            outlook.update(sentence)
            outlook.set_class(not possible, "-wrong")
        return found

    def action_accept(self) -> None:
        found = self._judge(complete=True)
        if found is not None:
            self.dismiss(found)
            return
        wrong = next((about for about in self.query(".about") if about.has_class("-wrong")), None)
        if wrong is not None:
            self.query_one(f"#{(wrong.id or '').replace('about-', 'field-', 1)}").focus()


def listing(kinds: Kinds) -> list[Choice]:
    """Kinds to choose from, layers by family, each with the first line of its documentation."""
    choices = [Choice(tag, cleandoc(kind.__doc__ or "").split("\n")[0], _family(kind)) for tag, kind in kinds.items()]
    order = list(dict.fromkeys(choice.group for choice in choices))
    return sorted(choices, key=lambda choice: order.index(choice.group))


def _family(kind: type[msgspec.Struct]) -> str:
    return kind.family if issubclass(kind, Layer) else ""


def _about(kind: type[msgspec.Struct]) -> str:
    """What it is, from its documentation."""
    return cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def _id(field: Field) -> str:
    """The field's name as part of a widget's id."""
    return field.name.replace(".", "-")
