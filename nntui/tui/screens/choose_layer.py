"""A layer to add, chosen by typing: a name, and what it shall be like: "conv 16 k3"."""

from __future__ import annotations

from typing import NamedTuple

from nntui.nn.catalogue import BY_TAG
from nntui.nn.layer import Layer
from nntui.tui.fields import FieldError, fields
from nntui.tui.screens.choose import Choose
from nntui.tui.screens.form import listing
from nntui.tui.shorthand import divided, layer
from nntui.writing import inline, plain


class Described(NamedTuple):
    """A kind of layer, and the layer itself if it was described."""

    tag: str
    layer: Layer | None


class ChooseLayer(Choose):
    """Answers what was `Described`; words that mean nothing to the highlighted layer are said while they are typed."""

    def __init__(self) -> None:
        super().__init__("add a layer", listing(BY_TAG), about="a name, and what it shall be like: conv 16 k3")
        self._words: list[str] = []

    @property
    def tells(self) -> bool:
        return True

    def _fill(self, text: str) -> None:
        name, self._words = divided(text)
        super()._fill(name)
        self._tell()

    def more(self, id: str) -> tuple[str, bool]:
        if not id:
            return "", False
        if not self._words:
            return f"{id} takes: {', '.join(field.name for field in fields(BY_TAG[id])) or 'nothing'}", False
        try:
            return inline(plain(layer(id, self._words))), False
        except FieldError as error:
            return str(error), True

    def answer(self, id: str) -> Described | None:
        if not self._words:
            return Described(id, None)
        try:
            return Described(id, layer(id, self._words))
        except FieldError:
            return None  # what is wrong stands below the list


