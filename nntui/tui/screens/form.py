"""The form of a layer, made from its fields, that says while one types what the network would become."""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from nntui.nn.layer import Layer
from nntui.tui.fields import Field, FieldError, fields, texts, value
from nntui.tui.screens.dialog import Dialog
from nntui.tui.screens.switch import Switch


class LayerForm(Dialog[Layer]):
    """Answers the layer that the form describes.

    `foresee` says what a layer would make of the network, as one sentence, and whether that can be trained.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Take it", id="form.accept", show=False, priority=True),
        Binding("down", "app.focus_next", "Next field", id="form.down", show=False),
        Binding("up", "app.focus_previous", "Previous field", id="form.up", show=False),
    ]

    def __init__(self, kind: type[Layer], layer: Layer | None, foresee: Callable[[Layer], tuple[str, bool]]) -> None:
        super().__init__()
        self._kind, self._layer, self._foresee = kind, layer, foresee
        self._fields = fields(kind)
        self._texts = {field.name: field.start for field in self._fields} | (texts(layer) if layer is not None else {})

    def compose(self) -> ComposeResult:
        with Vertical(id="form", classes="dialog") as frame:
            frame.border_title = str(self._kind.__struct_config__.tag)
            frame.border_subtitle = self.hint("tab goes on", "enter takes it", "esc leaves")
            yield Static(cleandoc(self._kind.__doc__ or "").split("\n\n")[0].replace("\n", " "), id="what", markup=False)
            with VerticalScroll(id="fields", can_focus=False):
                names = max((len(field.name) for field in self._fields), default=0) + 2
                for field in self._fields:
                    with Horizontal(classes="field"):
                        name = Label(field.name, classes="name", markup=False)
                        name.styles.width = names
                        yield name
                        yield self._control(field)
                    about = Static(field.description or field.wanted, id=f"about-{field.name}", classes="about", markup=False)
                    about.styles.padding = (0, 0, 0, names)
                    yield about
            yield Static(id="outlook", markup=False)

    def _control(self, field: Field) -> Input | Switch:
        text = self._texts[field.name]
        if field.closed:
            return Switch(field.choices, text, id=f"field-{field.name}")
        suggester = SuggestFromList(field.choices) if field.choices else None
        return Input(text, placeholder=field.wanted, compact=True, suggester=suggester, id=f"field-{field.name}", select_on_focus=True)

    def on_mount(self) -> None:
        self._judge()

    @on(Input.Changed)
    @on(Switch.Turned)
    def _changed(self) -> None:
        self._judge()

    def _given(self) -> dict[str, str]:
        """What the fields say now: who types fast is ahead of the messages."""
        controls: list[Input | Switch] = [*self.query(Input), *self.query(Switch)]
        return {(control.id or "").removeprefix("field-"): control.value for control in controls}

    def _judge(self, complete: bool = False) -> Layer | None:
        """Say what is wrong where, or what would come of it; what is only missing, when the form ought to be complete."""
        layer: Layer | None = None
        wrong = FieldError("", "")
        given = self._given()
        try:
            layer = value(self._kind, given, self._layer)
        except FieldError as error:
            wrong = error
        for field in self._fields:
            about = self.query_one(f"#about-{field.name}", Static)
            at_fault = layer is None and wrong.field == field.name and (complete or bool(given[field.name].strip()))
            about.set_class(at_fault, "-wrong")
            about.update(str(wrong).removeprefix(f"{field.name}: ") if at_fault else field.description or field.wanted)
        outlook = self.query_one("#outlook", Static)
        if layer is None:
            outlook.update("" if wrong.field else str(wrong))
            outlook.set_class(not wrong.field, "-wrong")
        else:
            sentence, possible = self._foresee(layer)
            outlook.update(sentence)
            outlook.set_class(not possible, "-wrong")
        return layer

    def action_accept(self) -> None:
        layer = self._judge(complete=True)
        if layer is not None:
            self.dismiss(layer)
            return
        wrong = next((field.name for field in self._fields if self.query_one(f"#about-{field.name}").has_class("-wrong")), None)
        if wrong is not None:
            self.query_one(f"#field-{wrong}").focus()
