"""From typed values to TOML that people read and edit: one layer a line, stories as text with line breaks."""

from __future__ import annotations

from typing import Any

import msgspec
import tomli_w

WIDTH = 110
"""Longest line of a nested network; a container that doesn't fit puts its layers on lines of their own."""


def plain(value: Any) -> Any:
    """A typed value as tables (dict), lists, numbers and text; defaults are left out."""
    return _listed(msgspec.to_builtins(value))


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


def render(tables: dict[str, Any]) -> str:
    """TOML of a file's tables: what lies directly in the file first, then each table; tables inside those are inline."""
    lines = [f"{_key(name)} = {_top(value)}" for name, value in tables.items() if not isinstance(value, dict)]
    for name, table in tables.items():
        if isinstance(table, dict):
            lines += ["", f"[{_key(name)}]", *(f"{_key(key)} = {_top(value)}" for key, value in table.items())]
    return "\n".join(lines).lstrip("\n") + "\n"


def inline(value: Any) -> str:
    """A value on one line: { layer = "dense", units = 8 }."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {inline(item)}' for key, item in value.items())} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(inline, value))}]"
    return tomli_w.dumps({"value": value}).removeprefix("value = ").rstrip("\n")


def _top(value: Any) -> str:
    """What a key of a file or a table holds; it may take several lines."""
    if isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value):
        return _layers(value, "")
    # A carriage return would be lost in a text with line breaks.
    if isinstance(value, str) and "\n" in value and "\r" not in value:
        return tomli_w.dumps({"value": value}, multiline_strings=True).removeprefix("value = ").removesuffix("\n")
    return inline(value)


def _layers(items: list[Any] | tuple[Any, ...], indent: str) -> str:
    """A list with one table a line. Lists may break lines in TOML 1.0, tables may not: only the lists inside them do."""
    inner = indent + "  "
    return "".join(["[\n", *(f"{inner}{_layer(item, inner)},\n" for item in items), f"{indent}]"])


def _layer(item: Any, indent: str) -> str:
    text = inline(item)
    if not isinstance(item, dict) or len(indent) + len(text) < WIDTH:
        return text
    parts = []
    for key, value in item.items():
        nested = isinstance(value, list | tuple) and any(isinstance(layer, dict) for layer in value)
        parts.append(f"{_key(key)} = {_layers(value, indent) if nested else inline(value)}")
    return f"{{ {', '.join(parts)} }}"


def _key(name: str) -> str:
    return tomli_w.dumps({name: 0}).removesuffix(" = 0\n")
