"""One unit: its weights, what it answers to, and the examples it answers to most."""

from __future__ import annotations

from textual.strip import Strip

from nntui.inspection.neuron import Neuron
from nntui.tui.inspect.canvas import Canvas, Scale
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.look import Look
from nntui.tui.numbers import fixed, percent, short
from nntui.tui.panes.blocks import bar

LEFT = 34
"""Columns of the weights."""


def extent(value: Neuron) -> tuple[int, int]:
    """Weights that can be scrolled; units that can be gone through."""
    return (len(value.incoming) if value.incoming is not None and value.incoming.ndim == 1 else 1), 1


def lines(value: Neuron, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    x = canvas.put(1, 0, f"{value.layer} unit {value.unit} of {value.units}", look.title)
    best = ", its largest response anywhere" if value.positions else ""
    silent = f", silent for {percent(value.silent).strip()}" if value.silent else ""
    canvas.put(x + 2, 0, f"mean {short(value.mean)}, std {short(value.std)}{silent}{best}", look.muted)
    left = min(LEFT, width // 2)
    _incoming(canvas, value, cursor, left, height)
    if value.plane is not None:
        room = height - 3 - (len(value.top) and 4)
        _plane(canvas, value, left + 2, 2, room)
        _top(canvas, value, left + 2, height - 3, 3)
    else:
        used = _by_class(canvas, value, left + 2, 2, height // 2 - 2)
        _top(canvas, value, left + 2, 3 + used, height - 3 - used)
    return canvas.strips()


def _incoming(canvas: Canvas, value: Neuron, cursor: Cursor, width: int, height: int) -> None:
    look = canvas.look
    if value.incoming is None:
        canvas.put(1, 2, "no weights of its own lead here", look.muted, width)
        return
    bias = f", bias {short(value.bias)}" if value.bias is not None else ""
    canvas.put(1, 2, f"from {value.weights_of}{bias}", look.muted, width)
    y = 3
    scale = Scale.of(value.incoming)
    if value.incoming.ndim == 3:
        for channel in range(value.incoming.shape[2]):
            x = 1 + (channel * (4 * value.incoming.shape[1] + 2)) % max(width - 4 * value.incoming.shape[1], 1)
            canvas.picture(x, y, value.incoming[:, :, channel], scale, zoom=4 if look.heat else 1)
            if (channel + 1) * (4 * value.incoming.shape[1] + 2) >= width:
                seen = f"input channels 0 to {channel} of {value.incoming.shape[2]}"
                canvas.put(1, y + 2 * value.incoming.shape[0] + 1, seen, look.muted)
                return
        return
    weights = value.incoming.ravel()
    if value.incoming_picture is not None:
        _, used = canvas.picture(1, y, value.incoming_picture, scale, zoom=2 if value.incoming_picture.shape[1] <= 16 else 1)
        y += used + 1
    name = min(max((len(one) for one in value.inputs), default=4), 12)
    room = max(width - name - 10, 4)
    start = min(cursor.row, max(len(weights) - (height - y), 0))
    for row, i in enumerate(range(start, min(len(weights), start + height - y))):
        weight = float(weights[i])
        named = value.inputs[i] if i < len(value.inputs) else str(i)
        canvas.put(1, y + row, named, look.muted, name)
        at = canvas.put(name + 2, y + row, fixed(weight, 7))
        largest = scale.high or 1.0
        canvas.put(at + 1, y + row, bar(abs(weight) / largest, room, look), look.class_style(int(weight >= 0.0)))


def _plane(canvas: Canvas, value: Neuron, x: int, y: int, rows: int) -> None:
    look = canvas.look
    assert value.plane is not None
    size = len(value.plane)
    high = max(rows, 4) * (2 if look.heat and look.unicode else 1)
    across = min((canvas.width - x - 1) if look.heat and look.unicode else (canvas.width - x - 1) // 2, 2 * high)
    picked_rows = [int((i + 0.5) / high * size) for i in range(high)]
    picked_columns = [int((i + 0.5) / across * size) for i in range(across)]
    canvas.picture(x, y, value.plane[picked_rows][:, picked_columns], Scale.of(value.plane))
    low, top = (f"{short(value.low[n])} to {short(value.high[n])}" for n in (0, 1))
    canvas.put(x, y - 1, f"response over x {low}, y {top}", look.muted)


def _by_class(canvas: Canvas, value: Neuron, x: int, y: int, rows: int) -> int:
    look = canvas.look
    if not value.by_class or rows < 2:
        return 0
    canvas.put(x, y - 1, "mean response by class", look.muted)
    largest = max(abs(mean) for _, mean, _, _ in value.by_class) or 1.0
    shown = sorted(value.by_class, key=lambda one: -one[1])[:rows] if len(value.by_class) > rows else value.by_class
    for row, (name, mean, std, many) in enumerate(shown):
        canvas.put(x, y + row, name, look.text, 10)
        at = canvas.put(x + 11, y + row, f"{fixed(mean, 7)} ±{fixed(std, 6)} ", look.muted)
        canvas.put(at, y + row, bar(abs(mean) / largest, max(canvas.width - at - 8, 4), look), look.class_style(int(mean >= 0.0)))
        canvas.right(canvas.width - 1, y + row, str(many), look.faint)
    return len(shown)


def _top(canvas: Canvas, value: Neuron, x: int, y: int, rows: int) -> None:
    look = canvas.look
    if rows < 1 or not value.top:
        return
    canvas.put(x, y - 1, "examples with the largest response", look.muted)
    if value.top[0].picture is not None and rows >= value.top[0].picture.shape[0] // 2 + 1:
        _top_pictures(canvas, value, x, y, rows)
        return
    at = x
    for index, top in enumerate(value.top):
        name = f" {value.classes[top.label]}" if 0 <= top.label < len(value.classes) else ""
        text = f"#{top.example}{name} {short(float(f'{top.response:.3g}'))}"
        if at + len(text) > canvas.width and index:
            at, y, rows = x, y + 1, rows - 1
        if rows < 1:
            return
        at = canvas.put(at, y, text + "   ")


def _top_pictures(canvas: Canvas, value: Neuron, x: int, y: int, rows: int) -> None:
    """The top examples as pictures, as large as two rows of them can be."""
    look, at = canvas.look, x
    assert value.top[0].picture is not None
    high, wide = value.top[0].picture.shape
    zoom = max(min(2 * (rows // 2 - 2) // high, (canvas.width - x) // (4 * (wide + 1)), 3), 1) if look.heat and look.unicode else 1
    for top in value.top:
        assert top.picture is not None
        across, down = canvas.picture(at, y, top.picture, Scale.between(top.picture), zoom)
        name = value.classes[top.label] if 0 <= top.label < len(value.classes) else ""
        canvas.put(at, y + down, f"{name} {short(float(f'{top.response:.2g}'))}", look.muted, across)
        at += across + 1
        if at + across > canvas.width:
            at, y = x, y + down + 2
