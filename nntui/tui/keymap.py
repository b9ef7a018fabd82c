"""Keys that people choose for themselves: read from the settings, checked, and handed to Textual by the bindings' ids."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from nntui.config import ConfigError
from nntui.schema import shown, suggestion
from nntui.tui.actions import ACTIONS, BY_ID, NO_KEY, readable

MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "meta", "hyper"})

TAKEN = {"ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+j": "enter", "ctrl+m": "enter", "ctrl+z": "a pause of the program"}
"""What terminals make of some keys: the program never sees them."""

ALWAYS = {"quit": "ctrl+c,ctrl+q"}
"""Keys that an action keeps, whatever else it is given."""

NAMED = frozenset(member.value for member in Keys) | {"space", "comma"}


def keymap(chosen: Mapping[str, str], strict: bool = False) -> dict[str, str]:
    """Binding ids with their keys as Textual names them, those that aren't as usual only. Raises ConfigError for what can't be.

    A chosen key is taken from the action that usually has it, so that settings outlive new actions; that one is still in
    the palette. strict: such a key is refused, so that whoever chooses it knows.
    """
    found: dict[str, str] = {}
    for id, keys in chosen.items():
        if id not in BY_ID:
            raise ConfigError(f"keys.{id}: there is no such action: {suggestion(id, sorted(BY_ID))}")
        names = [_named(id, key.strip()) for key in keys.split(",")]
        found[id] = ",".join(dict.fromkeys([*names, *filter(None, ALWAYS.get(id, "").split(","))]))
    meaning: dict[str, str] = {}
    for id, keys in found.items():
        for key in keys.split(","):
            if key in meaning:
                raise ConfigError(f"keys.{id}: {readable(key)} is the key of {meaning[key]}: give {meaning[key]} another one first")
            meaning[key] = id
    for action in ACTIONS:
        taken = {key: meaning[key] for key in action.keys.split(",") if meaning.get(key, action.id) != action.id}
        if action.id in found or not taken:
            continue
        if strict:
            key, id = next(iter(taken.items()))
            raise ConfigError(f"keys.{id}: {readable(key)} is the key of {action.id}: give {action.id} another one first")
        found[action.id] = ",".join(key for key in action.keys.split(",") if key not in taken) or NO_KEY
    return found


def _named(id: str, key: str) -> str:
    """A key as Textual names it: r, R, f5, ctrl+r, left_square_bracket."""
    *modifiers, last = [key] if len(key) == 1 else key.split("+")
    name = _character(last) if len(last) == 1 else last.lower()
    whole = "+".join([*(modifier.lower() for modifier in modifiers), name])
    known = name in NAMED or (len(last) == 1 and last.isprintable()) or _is_character(name)
    if not known or not MODIFIERS.issuperset(whole.split("+")[:-1]):
        raise ConfigError(f"keys.{id}: {shown(key)} is no key: write a letter, a sign, or a name like space, f5, ctrl+r, shift+up")
    if whole in TAKEN:
        raise ConfigError(f"keys.{id}: {key} can't be told from {TAKEN[whole]} by a terminal: choose another")
    return whole


def _character(letter: str) -> str:
    """The name of a single character."""
    if letter.isalnum() or not letter.isprintable():
        return letter
    if letter == " ":
        return "space"
    name = unicodedata.name(letter).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def _is_character(name: str) -> bool:
    return len(readable(name)) == 1
