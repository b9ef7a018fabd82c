"""The answer to one example."""

from __future__ import annotations

from textual.strip import Strip

from nntui.inspection.examples import joined
from nntui.inspection.prediction import Prediction
from nntui.tui.inspect.canvas import Canvas, Scale
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.look import Look
from nntui.tui.numbers import fixed, percent, short
from nntui.tui.panes.blocks import bar
from nntui.tui.panes.row import wrapped


def extent(value: Prediction) -> tuple[int, int]:
    """Inputs can be scrolled."""
    return max(len(value.inputs), 1), 1


def lines(value: Prediction, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    name = "what you typed" if value.example < 0 else f"example {value.example}"
    loss = f", loss {short(value.loss)}" if value.loss is not None else ""
    x = canvas.put(1, 0, name, look.title)
    canvas.put(x, 0, (f" is {value.truth}" if value.truth else "") + loss, look.muted)
    left = width // 2
    _example(canvas, value, cursor, left)
    y = 2
    if value.likeliest:
        canvas.put(left + 1, y - 1, f"the answer{' ' + value.asked_at if value.asked_at else ''}", look.muted)
        names = min(max(len(one) for one, _ in value.likeliest) + 1, 16)
        room = max(width - left - names - 10, 4)
        for row, (one, share) in enumerate(value.likeliest[: height - 2]):
            right = one == value.truth
            canvas.put(left + 1, y + row, one, look.title if row == 0 else look.text, names)
            at = canvas.put(left + 1 + names, y + row, percent(share, 6) + " ", look.title if row == 0 else look.muted)
            style = look.healthy if right else look.error if row == 0 and value.truth else look.train
            canvas.put(at, y + row, bar(share, room, look), style)
    elif value.numbers:
        canvas.put(left + 1, y - 1, f"{'answer':>12}{'right':>12}{'off by':>12}", look.muted)
        for row, (said, right_one) in enumerate(value.numbers[: height - 2]):
            other = f"{fixed(right_one, 12)}{fixed(said - right_one, 12)}" if right_one is not None else ""
            canvas.put(left + 1, y + row, f"{fixed(said, 12)}{other}", look.text)
    elif value.answers:
        for what, picture in value.answers:
            room = (height - 2) // len(value.answers) - 1
            halved = look.heat and look.unicode
            fits = min((width - left - 2) // picture.shape[1], 2 * room // picture.shape[0], 4) if halved else 1
            _, used = canvas.picture(left + 1, y, picture, Scale.between(picture), max(fits, 1))
            canvas.put(left + 1, y + used, what, look.muted)
            y += used + 1
    else:
        canvas.put(left + 1, y, "it answers at every position: maps and walk show them", look.muted)
    return canvas.strips()


def _example(canvas: Canvas, value: Prediction, cursor: Cursor, width: int) -> None:
    look, height = canvas.look, canvas.height
    y = 2
    if value.picture is not None:
        rows, columns = value.picture.shape
        fits = min((width - 2) // columns, 2 * (height - 3) // rows) if look.heat and look.unicode else 1
        _, used = canvas.picture(1, y, value.picture, Scale.between(value.picture), max(min(fits, 4), 1))
        y += used + 1
    elif value.sequence is not None:
        many = min(value.sequence.shape[1], (width - 4) // (1 if look.heat and look.unicode else 2))
        for one in value.sequence[: max(height - y - 1, 0)]:
            for step, number in enumerate(one[:many]):
                cells = 1 if look.heat and look.unicode else 2
                canvas.pixel(1 + cells * step, y, Scale.of(value.sequence).share(float(number)), cells)
            y += 1
        steps = value.sequence.shape[1]
        canvas.put(1, y, f"{f'first {many} of ' if many < steps else ''}{steps} steps, a line for each feature", look.muted, width - 2)
        y += 1
    if value.tokens:
        canvas.lines(1, y, wrapped(joined(list(value.tokens)), width - 3)[: height - y], look.text)
        return
    if value.picture is not None:
        return
    for row, (name, number) in enumerate(value.inputs[cursor.row :][: height - y]):
        canvas.put(1, y + row, name, look.muted, width - 14)
        canvas.right(width - 2, y + row, fixed(number, 9))
