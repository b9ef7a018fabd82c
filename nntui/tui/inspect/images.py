"""Kernels, feature maps and attention as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from nntui.inspection.attention import AttentionMaps
from nntui.inspection.pictures import Kernels, Maps
from nntui.tui.inspect.canvas import Canvas, Scale
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.look import Look
from nntui.tui.numbers import percent, short
from nntui.tui.panes.row import window

if TYPE_CHECKING:
    from nntui.backends.operations import Array


def kernels_extent(value: Kernels) -> tuple[int, int]:
    """Rows of filters can be scrolled."""
    return len(value.pictures), 1


def kernels(value: Kernels, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    count, rows, columns = value.pictures.shape
    x = canvas.put(1, 0, f"{value.layer}: {count} filters", look.title)
    of = f", input channel {value.channel} of {value.channels} (h l)" if value.channels > 1 else ""
    canvas.put(x, 0, f"{of}, strongest colour {short(value.largest)}", look.muted)
    zoom = 2 if look.heat and look.unicode and max(rows, columns) <= 8 else 1
    if zoom == 2 and max(rows, columns) <= 4 and count * (4 * columns + 2) * (2 * rows + 2) <= width * (height - 2):
        zoom = 4
    _tiles(canvas, list(value.pictures), Scale.around_zero(value.largest), zoom, cursor.row, 2, [f"{n}" for n in range(count)])
    return canvas.strips()


def maps_extent(value: Maps) -> tuple[int, int]:
    """Maps can be scrolled."""
    return len(value.maps), 1


def maps(value: Maps, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    said = f", is {value.truth}, taken for {value.said}" if value.said else ""
    x = canvas.put(1, 0, f"{value.layer} of example {value.example}", look.title)
    canvas.put(x, 0, f"{said}: {len(value.maps)} map{'s' * (len(value.maps) != 1)}", look.muted)
    top = 2
    if value.input is not None and value.input.size <= width * 2 * height // 2:
        zoom = 2 if look.heat and max(value.input.shape) * 2 <= min(width, height) else 1
        _, used = canvas.picture(1, top, value.input, Scale.between(value.input), zoom)
        canvas.put(1, top + used, "the input", look.muted)
        top += used + 2
    zoom = 2 if look.heat and max(value.maps.shape[1:]) <= 8 else 1
    _tiles(canvas, list(value.maps), Scale.of(value.maps), zoom, cursor.row, top, [f"{n}" for n in range(len(value.maps))])
    return canvas.strips()


def _tiles(canvas: Canvas, pictures: list[Array], scale: Scale, zoom: int, first: int, top: int, names: list[str]) -> None:
    """Pictures in rows, from the row of tiles that holds the first one on, each with its name below."""
    if not pictures:
        return
    halved = canvas.look.heat and canvas.look.unicode
    rows, columns = pictures[0].shape
    wide = columns * zoom if halved else 2 * columns
    high = (rows * zoom + 1) // 2 if halved else rows
    across = max((canvas.width - 1) // (max(wide, 3) + 1), 1)
    start = first // across * across
    last = max(len(pictures) - across * max((canvas.height - top) // (high + 1), 1), 0)
    start = min(start, -(-last // across) * across)
    for place, index in enumerate(range(start, len(pictures))):
        x, y = 1 + place % across * (max(wide, 3) + 1), top + place // across * (high + 1)
        if y >= canvas.height:
            break
        canvas.picture(x, y, pictures[index], scale, zoom)
        canvas.put(x, y + high, names[index], canvas.look.muted, wide)


def attention_extent(value: AttentionMaps) -> tuple[int, int]:
    """Places of the sequence, and heads."""
    return value.maps.shape[1], value.maps.shape[0]


def attention(value: AttentionMaps, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    heads, T, _ = value.maps.shape
    head = cursor.column
    A = value.maps[head]
    x = canvas.put(1, 0, f"{value.layer} head {head} of {heads}", look.title)
    canvas.put(x, 0, f", example {value.example}: row looks at column; {value.entropy(head):.2f} bits a row", look.muted)
    row = cursor.row
    token = value.tokens[row] if value.tokens else str(row)
    best = A[row].argsort()[::-1][:5]
    seen = ", ".join(f"{_at(value, int(i))} {percent(float(A[row, i])).strip()}" for i in best if A[row, i] > 0.005)
    canvas.put(1, 1, f"place {row} ({token}) looks at {seen}", look.text)
    label = min(max(map(len, value.tokens), default=3), 8) + 6
    halved = look.heat and look.unicode
    room = height - 4
    down = window(T, room, row)
    wide = 2 if label + 2 * T <= width or not halved else 1
    across = window(T, max((width - label - 1) // wide, 1), row)
    scale = Scale(-1.0, 1.0)
    for x, i in enumerate(across):
        mark = _letter(value.tokens[i], look)[:wide] if value.tokens else str(i % 10)
        canvas.put(label + x * wide, 3, mark, look.title if i == row else look.muted)
    for y, i in enumerate(down):
        chosen = i == row
        name = f"{i:>3} {value.tokens[i] if value.tokens else ''}"
        canvas.put(0, 4 + y, (look.pointer if chosen else " ") + name, look.title if chosen else look.muted, label - 1)
        for x, j in enumerate(across):
            canvas.pixel(label + x * wide, 4 + y, scale.share(float(A[i, j]) ** 0.5), wide)
    return canvas.strips()


def _letter(token: str, look: Look) -> str:
    """A token where there is a cell or two for it."""
    return token if token != "space" else "␣" if look.unicode else "_"


def _at(value: AttentionMaps, i: int) -> str:
    return f"{i} ({value.tokens[i]})" if value.tokens else str(i)
