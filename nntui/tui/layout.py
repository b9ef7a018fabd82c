"""How the panes were left, so that the next start finds them as they were."""

from __future__ import annotations

import msgspec

from nntui.config import ConfigError, data_home, write
from nntui.tui.arrangement import COLUMNS

FILE = "layout.json"

NAMES = frozenset(name for names in COLUMNS.values() for name in names)


class Layout(msgspec.Struct, frozen=True):
    """Which pane has the focus, which is shown where there is no room for all, and whether one has the whole screen."""

    focused: str = "network"
    beside: str = "boundary"
    zoomed: bool = False


def load() -> Layout:
    """As it was left; as usual where that isn't known or means nothing any more."""
    try:
        found = msgspec.json.decode((data_home() / FILE).read_bytes(), type=Layout)
    except (OSError, msgspec.DecodeError, ConfigError, UnicodeDecodeError):
        return Layout()
    return found if {found.focused, found.beside} <= NAMES else Layout()


def save(layout: Layout) -> None:
    """Keep it for the next start. Where that can't be, the next start is as usual: nothing to trouble anybody with."""
    try:
        write(data_home() / FILE, msgspec.json.encode(layout).decode())
    except ConfigError:
        return
