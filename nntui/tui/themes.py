"""Which themes there are."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES

from nntui.config import ConfigError
from nntui.schema import shown, suggestion


def known(theme: str) -> str:
    """The theme's name. Raises ConfigError, with the closest names, if there is none."""
    if theme not in BUILTIN_THEMES:
        raise ConfigError(f"theme: there is no theme {shown(theme)}: {suggestion(theme, sorted(BUILTIN_THEMES))}")
    return theme
