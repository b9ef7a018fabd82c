"""The chain rule on screen: one stage at a time, one number of it at a time, down to single products."""

from __future__ import annotations

from textual.strip import Strip

from nntui.inspection.products import PADDING, Affine, Sum, indexed
from nntui.inspection.walk import Stage, Walk, passing
from nntui.tui.inspect.canvas import Canvas
from nntui.tui.inspect.cursor import Cursor
from nntui.tui.look import Look
from nntui.tui.numbers import fixed, short
from nntui.tui.panes.row import window, wrapped

WAYS = {"forward": "forward", "loss": "the loss", "backward": "backward"}


def stage_of(value: Walk, cursor: Cursor) -> Stage:
    """The stage that is shown."""
    return value.stages[cursor.item % len(value.stages)]


def extent(value: Walk, item: int = 0) -> tuple[int, int]:
    """Of a stage: the terms of a sum, and the numbers that have one."""
    stage = value.stages[item % len(value.stages)]
    match stage.way:
        case "forward":
            return (len(stage.affine.W) if stage.affine is not None else 1), len(stage.y)
        case "loss":
            return 1, len(stage.x)
    if stage.affine is not None:
        return len(stage.affine.W) + 1 + (len(stage.x) if stage.dx is not None else 0), stage.affine.units
    return 1, len(stage.x)


def lines(value: Walk, cursor: Cursor, width: int, height: int, look: Look) -> list[Strip]:
    canvas = Canvas(width, height, look)
    stage = stage_of(value, cursor)
    position = cursor.item % len(value.stages)
    x = canvas.put(1, 0, f"{WAYS[stage.way]} {position + 1}/{len(value.stages)}  ", look.muted)
    x = canvas.put(x, 0, stage.path, look.title)
    shapes = f"  {_shape(stage.x_shape, look)} to {_shape(stage.y_shape, look)}" if stage.way != "loss" else ""
    canvas.put(x, 0, f"{shapes}   example {value.example}, loss {short(value.loss)}", look.muted)
    told = wrapped(stage.formula, width - 2)[:2]
    canvas.lines(1, 1, told, look.muted)
    top = 2 + len(told)
    match stage.way:
        case "forward":
            _forward(canvas, stage, cursor, top)
        case "loss":
            _loss(canvas, value, stage, cursor, top)
        case "backward":
            _backward(canvas, stage, cursor, top, value.rate)
    return canvas.strips()


def _shape(shape: tuple[int, ...], look: Look) -> str:
    return look.times.join(map(str, shape)) or "1"


def _forward(canvas: Canvas, stage: Stage, cursor: Cursor, top: int) -> None:
    if stage.affine is None:
        _pairs(canvas, stage, cursor, top, "x", "y", stage.x, stage.y)
        return
    _sum(canvas, stage.affine.output(cursor.column), cursor.row, top)


def _backward(canvas: Canvas, stage: Stage, cursor: Cursor, top: int, rate: float) -> None:
    look = canvas.look
    if stage.delta is None:
        canvas.put(1, top, "nothing here or below it learns: no gradient is asked for", look.muted)
        return
    if stage.affine is None:
        found = passing(stage, cursor.column)
        if found is not None:
            _sum(canvas, found, 0, top)
            _pairs(canvas, stage, cursor, top + 5, "δ", "dL/dx", stage.delta, stage.dx)
        elif stage.dx is not None:
            _pairs(canvas, stage, cursor, top, "δ", "dL/dx", stage.delta, stage.dx)
        else:
            canvas.put(1, top, "nothing below learns: no gradient goes further down", look.muted)
        return
    affine, u, k = stage.affine, cursor.column, cursor.row
    deltas = affine.delta[:, u]
    at = f"{len(deltas)} places, |δ| up to {short(float(abs(deltas).max()))}" if len(deltas) > 1 else f"δ[{u}] = {short(float(deltas[0]))}"
    canvas.put(1, top, f"unit {u} of {affine.units}: {at}", look.text)
    chosen = _gradient(affine, k, u)
    room = canvas.height - top - 2
    if chosen is None:
        canvas.put(1, top + 2, "it is frozen, or has no bias: its gradient isn't computed", look.muted)
        return
    used = _sum(canvas, chosen, 0, top + 1, min(room // 2, 4 + len(chosen.terms)))
    y = top + 1 + used
    if k <= len(affine.W):
        now = float(affine.W[k, u]) if k < len(affine.W) else float(affine.b[u]) if affine.b is not None else 0.0
        moved = f"now {short(now)}; plain gradient descent at rate {short(rate)} on this example alone: {now - rate * chosen.total:.6g}"
        canvas.put(1, y, moved, look.muted)
    else:
        canvas.put(1, y, "every unit that read it sends its δ back through the weight that it read it with", look.muted)
    y += 1
    what = "sum of δ" if len(deltas) > 1 else "δ"
    below = "; then dL/dx, which goes on down" if affine.dx is not None else ""
    canvas.put(1, y, f"all weights of unit {u}: dL/dw = {what} times the input that the weight met{below}", look.muted)
    rows = canvas.height - y - 1
    many = len(affine.W) + 1 + (len(stage.x) if affine.dx is not None else 0)
    for line, row in enumerate(window(many, rows, k)):
        found = _gradient(affine, row, u)
        if found is None:
            continue
        style = look.title if row == k else look.muted
        mark = look.pointer if row == k else " "
        text = f"{mark} {found.name:<20} "
        if len(found.terms) == 1:
            term = found.terms[0]
            text += f"{term.left_name} {fixed(term.left, 9)} {look.times} {term.right_name} {fixed(term.right, 9)} = "
        else:
            text += f"sum of {len(found.terms)} products = "
        canvas.put(1, y + 1 + line, f"{text}{fixed(found.total, 10)}", style)


def _gradient(affine: Affine, row: int, u: int) -> Sum | None:
    """The gradients of a layer in one list: of a unit's weights, of its bias, of every input."""
    if row < len(affine.W):
        return affine.weight(row, u)
    return affine.bias(u) if row == len(affine.W) else affine.input(row - len(affine.W) - 1)


def _loss(canvas: Canvas, value: Walk, stage: Stage, cursor: Cursor, top: int) -> None:
    look = canvas.look
    assert stage.dx is not None
    canvas.put(1, top, f"L = {value.loss:.6g}", look.title)
    top += 2
    if value.loss_terms:
        _sum(canvas, value.loss_terms[cursor.column], 0, top)
        top += 5
    width = stage.x_shape[-1] if stage.x_shape else 1
    many = len(stage.x)
    canvas.put(1, top, f"{'output':<12}{'z':>10}{'answer':>10}{'dL/dz':>12}", look.muted)
    for line, i in enumerate(window(many, canvas.height - top - 1, cursor.column)):
        mark = look.pointer if i == cursor.column else " "
        name = indexed("z", (i,) if many == width else divmod(i, width))
        said = fixed(float(stage.y[i]), 10) if len(stage.y) == many else ""
        text = f"{mark} {name:<10}{fixed(float(stage.x[i]), 10)}{said}{fixed(float(stage.dx[i]), 12)}"
        asked = value.targets[i // width] if len(value.targets) * width == many else None
        right = "  <- right" if asked is not None and value.targets.dtype.kind == "i" and int(asked) == i % width else ""
        canvas.put(1, top + 1 + line, text + right, look.title if i == cursor.column else look.muted)


def _sum(canvas: Canvas, found: Sum, chosen: int, top: int, rows: int | None = None) -> int:
    """A sum of products, product by product, and the engine's own number; gives the lines it took."""
    look = canvas.look
    chosen_term = found.terms[chosen] if chosen < len(found.terms) else None
    terms = [term for term in found.terms if term.left_name != PADDING] or list(found.terms)
    chosen = next((i for i, term in enumerate(terms) if term is chosen_term), 0)
    shown = window(len(terms), (canvas.height - top - 3 if rows is None else max(rows - 3, 1)), chosen)
    canvas.put(1, top, f"{found.name} =", look.title)
    left_out = len(found.terms) - len(terms)
    told = [f"{left_out} products with padding are 0"] if left_out else []
    if len(shown) < len(terms):
        told.append(f"terms {shown.start} to {shown.stop - 1} of {len(terms)}")
    canvas.put(24, top, "; ".join(told), look.muted)
    y = top + 1
    for i in shown:
        term = terms[i]
        sign = "+" if i else " "
        text = f" {sign} {term.left_name:<14}{fixed(term.left, 10)} {look.times} {term.right_name:<14}{fixed(term.right, 10)} = "
        style = look.title if i == chosen and len(terms) > 1 else look.text
        canvas.put(1, y, f"{text}{fixed(term.product, 11)}", style)
        y += 1
    for name, value in found.plus:
        canvas.put(1, y, f" + {name:<44}   {fixed(value, 11)}", look.text)
        y += 1
    same = abs(found.total - found.engine) <= 1e-6 * max(abs(found.engine), 1e-6)
    at = canvas.put(1, y, f" = {found.total:.8g}", look.title)
    canvas.put(at, y, f"   the engine has {found.engine:.8g}", look.healthy if same else look.error)
    return y + 1 - top


def _pairs(canvas: Canvas, stage: Stage, cursor: Cursor, top: int, a: str, b: str, left: object, right: object) -> None:
    """Numbers that come in beside those that come out, where both are there."""
    import numpy as np

    look = canvas.look
    first, second = np.asarray(left), np.asarray(right) if right is not None else np.empty(0)
    looked_up = stage.y_shape[:-1] == stage.x_shape  # every id becomes a vector: its first number stands beside it
    if looked_up:
        b, second = f"{b}[.,0]", second[:: stage.y_shape[-1]]
    canvas.put(1, top, f"{'place':<10}{a:>12}{b:>12}", look.muted)
    for line, i in enumerate(window(max(len(first), len(second)), canvas.height - top - 1, cursor.column)):
        mark = look.pointer if i == cursor.column else " "
        one = (f"{first[i]:12.0f}" if looked_up else fixed(float(first[i]), 12)) if i < len(first) else " " * 12
        other = fixed(float(second[i]), 12) if i < len(second) else ""
        canvas.put(1, top + 1 + line, f"{mark} {i:<8}{one}{other}", look.title if i == cursor.column else look.muted)
