"""What the actions do that build an experiment: its layers, its other rows, all of it as text, and where it comes from and goes."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntui.errors import NntuiError
from nntui.lookup import Found, preset, preset_names, presets
from nntui.nn.catalogue import BY_TAG
from nntui.nn.layer import Layer
from nntui.playground import HOST
from nntui.playground import pasted as playground
from nntui.tui import forms
from nntui.tui.actions import key
from nntui.tui.draft import Draft
from nntui.tui.fields import fields
from nntui.tui.parts import Part
from nntui.tui.remarks import Notice

if TYPE_CHECKING:
    from nntui.tui.screens.bench import Bench

ALL = 1_000_000
"""More rows than there are."""


class Building:
    """The actions of one bench screen that build. Any of them may raise NntuiError; who calls it shows the sentence."""

    def __init__(self, screen: Bench) -> None:
        self.screen = screen
        self.bench = screen.bench

    def add(self) -> None:
        from nntui.tui.screens.choose_layer import ChooseLayer, Described

        def chosen(described: Described | None) -> None:
            if described is None:
                return
            if described.layer is not None:
                layer = described.layer
                self._alter(lambda draft: draft.add(layer))
                return
            kind = BY_TAG[described.tag]
            if not fields(kind):
                self._alter(lambda draft: draft.add(_bare(kind)))
                return
            ask = forms.new_layer(self.bench.draft, kind)
            self.screen.app.push_screen(ask, self._altered(Draft.add))

        self.screen.app.push_screen(ChooseLayer(), chosen)

    def edit(self) -> None:
        draft = self.bench.draft
        if draft.part is not None:
            self.edit_part(draft.part)
            return
        layer = draft.layer
        assert layer is not None
        self.screen.app.push_screen(forms.old_layer(draft, layer), self._altered(Draft.edit))

    def edit_part(self, part: Part) -> None:
        """The form of another row than a layer's."""
        self.screen.app.push_screen(forms.part(self.bench.draft, part), self._altered(lambda draft, value: draft.put(part, value)))

    def _then(self, act: Callable[[Any], None]) -> Callable[[Any], None]:
        """Do something with an answer, if there is one."""

        def answered(answer: object) -> None:
            if answer is not None:
                self.screen.attempt(lambda: act(answer))

        return answered

    def _altered(self, edit: Callable[[Draft, Any], object]) -> Callable[[Any], None]:
        """Edit the experiment with an answer, if there is one."""
        return self._then(lambda answer: self.bench.alter(lambda draft: edit(draft, answer)))

    def _alter(self, edit: Callable[[Draft], object]) -> None:
        """Edit the experiment from a dialog's answer; what can't be is said."""
        self.screen.attempt(lambda: self.bench.alter(edit))

    def delete(self) -> None:
        self.bench.alter(Draft.delete)

    def duplicate(self) -> None:
        self.bench.alter(Draft.duplicate)

    def wrap(self) -> None:
        self.bench.alter(Draft.wrap)

    def text(self) -> None:
        from nntui.tui.screens.text import Text

        self.screen.app.push_screen(Text(self.bench.experiment.to_toml()), self._altered(Draft.change))

    def editor(self) -> None:
        from textual.app import SuspendNotSupported

        from nntui.tui.external import edited
        from nntui.tui.screens.text import Text

        before = self.bench.experiment.to_toml()
        try:
            with self.screen.app.suspend():
                after = edited(before)
        except SuspendNotSupported:  # in a browser, on Windows
            raise NntuiError(f"Here the screen can't be lent to an editor: {key('text')} edits the text in the workbench.") from None
        if after == before:
            raise NntuiError("The editor left everything as it was.")
        # What can't be read yet is not lost: it can be mended here.
        self.screen.app.push_screen(Text(before, after), self._altered(Draft.change))

    def import_playground(self) -> None:
        from nntui.tui.screens.ask import Ask

        about = f"An address that begins with https://{HOST}/#, copied from the browser."
        self.screen.app.push_screen(
            Ask("take a network over from TensorFlow Playground", "", playground, about),
            self._then(lambda experiment: self.bench.open(experiment, "playground")),
        )

    def move_down(self) -> None:
        self.bench.alter(lambda draft: draft.move(down=True))

    def move_up(self) -> None:
        self.bench.alter(lambda draft: draft.move(down=False))

    @property
    def _at_findings(self) -> bool:
        """Whether the keys that select and explain are meant for findings."""
        return self.screen.gallery.focused_name == "findings"

    def _select(self, by: int) -> None:
        (self.bench.consultation if self._at_findings else self.bench.draft).select(by)

    def select_down(self) -> None:
        self._select(1)

    def select_up(self) -> None:
        self._select(-1)

    def select_first(self) -> None:
        self._select(-ALL)

    def select_last(self) -> None:
        self._select(ALL)

    def undo(self) -> None:
        self.bench.undo()
        self._go_back()

    def redo(self) -> None:
        self.bench.redo()
        self._go_back()

    def _go_back(self) -> None:
        """To the run that what is on the bench now was trained as, if it was left for a change that was tried."""
        path = self.bench.left()
        if path is not None:
            self.screen.reattach(path)

    def presets(self) -> None:
        from nntui.tui.screens.choose import Choice, Choose

        found: dict[str, Found] = {one.name: one for one in presets()}
        if not found:
            raise NntuiError("There are no presets here.")
        choices = [Choice(name, one.experiment.title, story=_paragraphs(one.experiment.story)) for name, one in found.items()]

        def chosen(name: str | None) -> None:
            if name is not None:
                self.screen.attempt(lambda: self.bench.open(found[name].experiment, name))

        start = self.bench.name if self.bench.name in preset_names() else ""
        self.screen.app.push_screen(Choose("presets", choices, start), chosen)

    def pair(self) -> None:
        name = self.bench.experiment.pair
        if not name:
            raise NntuiError(f"This experiment has no pair to be compared with: {key('presets')} lists the presets.")
        self.bench.open(preset(name).experiment, name)

    def save(self) -> None:
        from nntui.tui.saving import save
        from nntui.tui.screens.save import Save

        def write(path: Path) -> None:
            save(self.bench.experiment, path)
            self.bench.notices.append(Notice(f"Saved: nntui {shlex.quote(str(path))} opens it."))

        self.screen.app.push_screen(Save(self.bench.name, self.screen.settings.confirm.replace), self._then(write))



def _paragraphs(story: str) -> str:
    """A story with line breaks between its paragraphs only."""
    return "\n".join(" ".join(paragraph.split()) for paragraph in story.strip().split("\n\n"))

def _bare(kind: type[Layer]) -> Layer:
    """A layer without fields."""
    return kind()
