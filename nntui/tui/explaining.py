"""What there is to say about the selected row and about words: cards of the glossary, with the options that a form has."""

from __future__ import annotations

import msgspec

from nntui.glossary import card, cards
from nntui.nn.catalogue import BY_TAG
from nntui.tui.draft import Draft
from nntui.tui.fields import fields
from nntui.tui.parts import BY_NAME
from nntui.tui.screens.choose import Choice


def words() -> list[Choice]:
    """Every word that has a card, with its first sentence."""
    return [Choice(word, _first(body)) for word, body in sorted(cards().items(), key=lambda item: item[0].lower())]


def about(word: str) -> str:
    """A card with its heading and, for what can be chosen in a form, its options, as Markdown."""
    body = card(word) or "There is no card for this."
    kind = _kinds().get(word)
    return f"## {word}\n\n{body}{_options(kind) if kind is not None else ''}"


def about_row(draft: Draft) -> str:
    """The selected layer, with its shapes, or the kind that another row has."""
    layer = draft.layer
    if layer is not None:
        site = next((site for site in draft.verdict.plan.walk() if site.path == draft.path), None)
        shapes = f"\n\nHere: {_shape(site.x)} → {_shape(site.y)}, {site.size:,} parameters." if site is not None else ""
        return about(layer.tag) + shapes
    part = draft.part
    assert part is not None
    tag = getattr(part.value(draft.experiment), "tag", part.name)
    return about(tag) if card(tag) is not None else f"## {part.name}\n\n{part.about}"


def _kinds() -> dict[str, type[msgspec.Struct]]:
    """Everything with a form of its own, by its name in files."""
    found: dict[str, type[msgspec.Struct]] = {**BY_TAG}
    for name in ("loss", "optimizer", "schedule"):
        found |= dict(BY_NAME[name].kinds)
    return found


def _options(kind: type[msgspec.Struct]) -> str:
    usual = {field.name: f"`{field.start}`" if field.start else "" for field in fields(kind)}
    lines = [f"| `{field.name}` | {field.description or field.wanted} | {usual[field.name]} |" for field in fields(kind)]
    return "\n\n| option | | usually |\n|:--|:--|:--|\n" + "\n".join(lines) if lines else ""


def _first(body: str) -> str:
    """The first sentence of a card, without its marks."""
    return body.partition("\n")[0].partition("**")[2].partition("**")[0].replace("`", "")


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
