"""What the network answers to a part of the data: confusion, the worst mistakes, calibration."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.style import Style
from textual.strip import Strip

from nntui.inspection.answers import Answers
from nntui.inspection.examples import Examples
from nntui.inspection.mistakes import Worst
from nntui.inspection.reliability import BINS, Calibration
from nntui.tui.inspect.canvas import Canvas, Scale
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.look import Look
from nntui.tui.numbers import count, fixed, percent, short
from nntui.tui.panes.blocks import bar
from nntui.tui.panes.row import window, wrapped

if TYPE_CHECKING:
    from nntui.backends.operations import Array

SIDE = 30

CHOSEN = Style(reverse=True, bold=True)


def confusion_extent(value: Answers) -> tuple[int, int]:
    """Classes."""
    return len(value.classes), len(value.classes)


def confusion(value: Answers, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    x = canvas.put(1, 0, f"{count(len(value.truth))} answers, {percent(value.accuracy).strip()} right", look.title)
    canvas.put(x, 0, "; rows: what is right, columns: what was said", look.muted)
    label = min(max(map(len, value.classes), default=1), 10) + 2
    most = len(str(int(value.matrix.max()))) if value.matrix.size else 1
    wide = max(most + 1, min(4, 1 + max(map(len, value.classes), default=1)))
    side = SIDE if width >= label + min(len(value.classes), 3) * wide + SIDE + 3 else 0
    across = window(len(value.classes), max((width - label - side - 3) // wide, 1), cursor.column)
    down = window(len(value.classes), height - 3, cursor.row)
    wrong = value.matrix.copy()
    wrong[range(len(wrong)), range(len(wrong))] = 0
    highest = float(wrong.max()) or 1.0
    diagonal = float(value.matrix.max()) or 1.0
    heads = abbreviated(value.classes, wide - 1)
    for x, k in enumerate(across):
        canvas.right(label + (x + 1) * wide, 2, heads[k], look.title if k == cursor.column else look.muted)
    for y, truth in enumerate(down):
        canvas.right(label - 1, 3 + y, value.classes[truth][: label - 2], look.title if truth == cursor.row else look.muted)
        for x, said in enumerate(across):
            many, at = int(value.matrix[truth, said]), label + x * wide
            share = 0.5 + 0.5 * many / diagonal if truth == said else 0.5 - 0.5 * many / highest
            canvas.pixel(at, 3 + y, share if look.heat else 0.5, wide)
            chosen = (truth, said) == (cursor.row, cursor.column)
            style = canvas.style_at(at, 3 + y)
            text = str(many) if many or chosen else "·" if look.unicode else "."
            canvas.put(at, 3 + y, text.rjust(wide), style + (CHOSEN if chosen else look.title if many else look.faint))
    if side:
        at = label + len(across) * wide + 3
        _behind(canvas, value, cursor, at, width - at)
    return canvas.strips()


def abbreviated(names: tuple[str, ...], cells: int) -> list[str]:
    """Names in so many cells that can be told apart: their beginnings, else their ends, else their numbers."""
    for cut in ([name[:cells] for name in names], [name[-cells:] for name in names]):
        if len(set(cut)) == len(names):
            return cut
    return [str(k)[-cells:] for k in range(len(names))]


def _behind(canvas: Canvas, value: Answers, cursor: Cursor, x: int, width: int) -> None:
    """The examples of the cell, one of them as a picture, and the most frequent mistakes."""
    look, height = canvas.look, canvas.height
    rows = value.behind(cursor.row, cursor.column)
    canvas.put(x, 1, f"{value.classes[cursor.row]} taken for {value.classes[cursor.column]}: {len(rows)}", look.title, width - 1)
    y = 2
    if len(rows):
        at = cursor.item % len(rows)
        row = int(rows[at])
        sure, loss = percent(float(value.confidence[row])).strip(), short(float(f"{value.losses[row]:.2g}"))
        canvas.put(x, y, f"{at + 1}/{len(rows)}: #{value.example[row]}, {sure}, loss {loss}", look.text, width - 1)
        y += 1
        pairs = min(len(value.confused()), 7) + 2
        y += seen(canvas, value.examples, int(value.example[row]), x, y, width - 1, height - y - pairs)
        if value.examples.pictures is None:
            y += _list(canvas, value, rows, at, x, y + 1, width, height - y - pairs - 1) + 1
    y += 1
    canvas.put(x, y, "most often confused", look.muted)
    for line, (truth, said, many) in enumerate(value.confused(max(height - y - 1, 0))):
        text = f"{value.classes[truth][:9]} as {value.classes[said][:9]}"
        canvas.put(x, y + 1 + line, f"{many:>5}  {text}", look.text, width - 1)


def _list(canvas: Canvas, value: Answers, rows: Array, at: int, x: int, y: int, width: int, room: int) -> int:
    """The examples of a cell, one a line; gives the lines it took."""
    look = canvas.look
    shown = window(len(rows), max(room, 0), at)
    for line, index in enumerate(shown):
        other = int(rows[index])
        mark = look.pointer if index == at else " "
        text = f"{mark} #{value.example[other]:<6} {percent(float(value.confidence[other]))} sure"
        canvas.put(x, y + line, text, look.muted, width - 1)
    return len(shown)


def seen(canvas: Canvas, examples: Examples, row: int, x: int, y: int, width: int, room: int) -> int:
    """One example, as far as there is room; gives the lines it took."""
    look = canvas.look
    if room < 1:
        return 0
    if examples.pictures is not None:
        picture = examples.pictures[row]
        halved = look.heat and look.unicode
        zoom = max(min(width // picture.shape[1], 2 * room // picture.shape[0], 3), 1) if halved else 1
        return canvas.picture(x, y, picture, Scale.between(picture), zoom)[1]
    if examples.texts:
        lines = wrapped(examples.texts[row], width)[: min(room, 4)]
        canvas.lines(x, y, lines, look.text)
        return len(lines)
    if examples.values is None:
        return 0
    shown = min(len(examples.names), room, 12)
    names = min(max(map(len, examples.names[:shown])), width - 11)
    for line in range(shown):
        canvas.put(x, y + line, examples.names[line], look.muted, names)
        canvas.put(x + names + 1, y + line, fixed(float(examples.values[row, line]), 9), look.text)
    return shown


def worst_extent(value: Worst) -> tuple[int, int]:
    """Examples in the list."""
    return len(value.examples), 1


def worst(value: Worst, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    x = canvas.put(1, 0, f"the {len(value.examples)} highest losses", look.title)
    canvas.put(x, 0, f": {percent(value.share).strip()} of all loss, whose mean is {short(value.mean)}", look.muted)
    side = 26 if width >= 72 else 0
    words = min(max((len(w) for w in (*value.truth, *value.said, "right")), default=5) + 1, 24)
    canvas.put(1, 1, f"{'example':>9}{'loss':>9}  {'right':<{words}}{'said':<{words}}sure", look.muted)
    largest = float(value.losses[0]) if len(value.losses) else 1.0
    for y, i in enumerate(window(len(value.examples), height - 2, cursor.row)):
        mark = look.pointer if i == cursor.row else " "
        loss = float(value.losses[i])
        sure = percent(float(value.confidence[i])) if math.isfinite(value.confidence[i]) else ""
        truth, said = value.truth[i][: words - 1], value.said[i][: words - 1]
        text = f"{mark}{f'#{value.examples[i]}':>8}{fixed(loss, 9)}  {truth:<{words}}{said:<{words}}{sure:<7}"
        same = value.truth[i] == value.said[i]
        at = canvas.put(1, 2 + y, text, look.title if i == cursor.row else look.muted if same else look.text)
        room = width - at - side - 2
        if room > 3 and largest > 0.0 and math.isfinite(loss):
            canvas.put(at, 2 + y, bar(loss / largest, room, look), look.train)
    if side and len(value.examples):
        seen(canvas, value.seen, cursor.row, width - side, 2, side - 1, height - 2)
    return canvas.strips()


def calibration_extent(value: Calibration) -> tuple[int, int]:
    """Bins."""
    return BINS, 1


def calibration(value: Calibration, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    x = canvas.put(1, 0, f"expected calibration error {percent(value.ece).strip()}", look.title)
    off = value.surplus
    way = "surer than it is right" if off > 0.01 else "less sure than it is right" if off < -0.01 else "as sure as right"
    canvas.put(x, 0, f" ({count(int(value.counts.sum()))} answers): {way}", look.muted)
    canvas.put(1, 2, f"{'confidence':<14}{'answers':>8}{'sure':>8}{'right':>8}{'gap':>8}", look.muted)
    room = max(width - 50, 8)
    mark = "│" if look.unicode else "|"
    for b in range(BINS):
        y = 3 + b
        chosen = b == cursor.row
        style = look.title if chosen else look.text
        sure, right = float(value.confidence[b]), float(value.accuracy[b])
        name = f"{look.pointer if chosen else ' '}{10 * b:>3} to {10 * b + 10} %"
        points = round(100.0 * (right - sure)) if math.isfinite(sure) else None
        gap = "-" if points is None else f"{points:+}" if points else "0"
        canvas.put(1, y, f"{name:<14}{int(value.counts[b]):>8}{percent(sure, 8)}{percent(right, 8)}{gap:>8}", style)
        if math.isfinite(sure):
            canvas.put(48, y, bar(right, room, look), look.class_style(int(right >= sure)))
            canvas.put(48 + min(round(sure * room), room - 1), y, mark, look.title)
    canvas.put(1, 4 + BINS, f"bars: how many are right; {mark} how sure it was", look.muted)
    return canvas.strips()
