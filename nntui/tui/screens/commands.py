"""Screens that have something of their own for the palette."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from textual.app import SystemCommand


@runtime_checkable
class OffersCommands(Protocol):
    """A screen with actions."""

    def system_commands(self) -> Iterable[SystemCommand]:
        """What the palette offers while it is on top."""
