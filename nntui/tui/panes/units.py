"""The units pane: what every hidden unit answers over the plane, a row of small pictures for each layer."""

from __future__ import annotations

from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from nntui.diagnosis.flow import kind, numbered
from nntui.measurements import UnitMap
from nntui.tui.look import Look, painted
from nntui.tui.numbers import count
from nntui.tui.panes.blocks import shade
from nntui.tui.panes.row import Row, filled, written
from nntui.tui.view import View

NAME = "units"
KEY = "O"
HELP = """\
## Hidden units

A row of pictures is a layer, from the input down, a picture is one of its units: what it answers over the plane that pane 5
shows, from the colour of the most negative answer over nothing (0) to that of the most positive one. At most eight units of
at most eight layers are shown. Layers have a scale each.

**Look for** straight edges in the first layer: a unit that reads x and y can only cut the plane once. The next layers bend
and join those cuts. Two pictures that are alike are a unit too many; one that is empty everywhere is dead.

**Common mistakes**: more layers where more units were needed: what the first layer can't see, no later one can.

*Source: TensorFlow Playground (Smilkov et al., 2017), Direct-manipulation visualization of deep networks.*
"""

GAP = 1


def title(view: View) -> str:
    surface = view.surface
    return NAME if surface is None or not surface.units else f"{NAME} @{count(surface.step)}"


def subtitle(view: View) -> str:
    surface = view.surface
    quiet = [layer.path for layer in surface.units if layer.scale == 0.0] if surface is not None else []
    return f"{', '.join(quiet)}: nothing but zeros" if quiet else ""


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    layers = [one for one in view.surface.units if _whole(one)] if view.surface is not None else []
    if not layers:
        text = "No pictures of units: they are taken of data in a plane, while a network with hidden activations trains."
        return filled(written(text, width, look.muted, indent=1), width, height)
    paths = [one.path for one in layers]
    margin = min(max(len(_label(path)) for path in paths) + 1, max(width // 4, 0))
    most = max(one.units for one in layers)
    abreast, tall = _arranged(most, len(layers), width - margin, height)
    across = max(min((width - margin) // abreast - GAP, 2 * tall), 1)
    first = paths.index(view.selected) if view.selected in paths else 0
    lines_each = -(-most // abreast) * (tall + GAP)
    shown = max(min(height // lines_each, len(layers)), 1)
    start = min(max(first - shown // 2, 0), len(layers) - shown)
    strips: list[Strip] = []
    for layer in layers[start : start + shown]:
        for units in (range(layer.units)[begin : begin + abreast] for begin in range(0, layer.units, abreast)):
            for row in range(tall):
                name = _label(layer.path)[: max(margin - 1, 0)] if row == 0 and units[0] == 0 else ""
                line = Row(width).add(name, look.title if layer.path == view.selected else look.text).to(margin)
                for unit in units:
                    _picture_row(line, layer, unit, row, across, tall, look)
                    line.add(" " * GAP)
                strips.append(line.strip())
            strips.append(Row(width).strip())
    return filled(strips, width, height)


def _arranged(units: int, layers: int, width: int, height: int) -> tuple[int, int]:
    """How many pictures stand beside each other, and how many lines each has, so that they are as large as can be."""

    def lines_of(abreast: int) -> int:
        return min(height // (layers * -(-units // abreast)) - GAP, (width // abreast - GAP) // 2)

    abreast = max(range(1, units + 1), key=lambda many: (lines_of(many), many))
    return abreast, max(lines_of(abreast), 1)


def _label(path: str) -> str:
    return f"{numbered(path)} {kind(path)}"


def _whole(layer: UnitMap) -> bool:
    return layer.units > 0 and layer.columns > 0 and layer.rows > 0 and len(layer.values) == layer.units * layer.columns * layer.rows


def _picture_row(line: Row, layer: UnitMap, unit: int, row: int, across: int, tall: int, look: Look) -> None:
    """One line of cells of one picture; with half blocks a cell has two answers, one above the other."""
    parts = 2 if look.unicode and look.ramp else 1
    for column in range(across):
        x = int((column + 0.5) / across * layer.columns)
        values = [_value(layer, unit, x, int((parts * row + part + 0.5) / (parts * tall) * layer.rows)) for part in range(parts)]
        if look.ramp:
            upper, lower = (_color(value, look) for value in (values[0], values[-1]))
            if upper is lower:
                line.add(" ", painted(None, upper))
            else:
                line.add("▀", painted(upper, lower))
        else:
            style: Style = look.class_style(int(values[0] > 0.0)) if look.color else look.text
            line.add(shade(abs(values[0]) if look.color else 0.5 * (values[0] + 1.0), look), style)


def _value(layer: UnitMap, unit: int, column: int, row: int) -> float:
    """From -1 to 1, relative to the greatest answer of the layer."""
    return max((layer.values[(unit * layer.rows + row) * layer.columns + column] - 128) / 127.0, -1.0)


def _color(value: float, look: Look) -> Color:
    return look.ramp[round(0.5 * (value + 1.0) * (len(look.ramp) - 1))]
