"""A pane as a picture: its lines, with their colours, as SVG."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.segment import Segment, Segments
from textual.strip import Strip


def svg(strips: Sequence[Strip], width: int, title: str) -> str:
    """The lines as an SVG document, in a frame with a title."""
    nowhere = io.StringIO()
    console = Console(record=True, width=max(width, 20), file=nowhere, force_terminal=True, color_system="truecolor", legacy_windows=False)
    for strip in strips:
        console.print(Segments([*strip, Segment("\n")]), end="")
    return console.export_svg(title=title)
