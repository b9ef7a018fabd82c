"""Writes the table of presets into the README.

    python docs/gallery.py
"""

from __future__ import annotations

import re
from pathlib import Path

from nntui.experiment import Reference
from nntui.lookup import Found, presets

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- presets: this table is checked against the files -->", "<!-- end of presets -->"


def table() -> str:
    """The gallery in Markdown."""
    rows = ["| preset | what it shows | held to |", "|---|---|---|"]
    rows += [f"| `{found.name}` | {found.experiment.title} | {_held(found)} |" for found in presets()]
    return "\n".join(rows)


def _held(found: Found) -> str:
    return ", ".join(f"{metric} {_bound(bound)}" for metric, bound in found.experiment.reference.items())


def _bound(bound: Reference) -> str:
    parts = [f"≥ {bound.at_least:g}"] if bound.at_least is not None else []
    parts += [f"≤ {bound.at_most:g}"] if bound.at_most is not None else []
    return " and ".join(parts)


def written(text: str) -> str:
    """The README's text with the present gallery in it."""
    return re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{table()}\n{END}", text, flags=re.DOTALL)


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
