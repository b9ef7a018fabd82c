"""Pane 1: the experiment, row by row: data, layers with shapes and parameters, loss, optimizer and the rest.

While it trains, every layer says how it is doing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from nntui.diagnosis.flow import Verdict, health, signal, worst
from nntui.errors import DataError, ShapeError
from nntui.nn.costs import training_bytes
from nntui.nn.layer import Layer
from nntui.nn.plan import Site
from nntui.tui.look import Look
from nntui.tui.numbers import count, si, size
from nntui.tui.panes import costs
from nntui.tui.panes.row import Row, filled, kept, window, wrapped
from nntui.tui.panes.words import layer_words, part_words, row_words, shape_words, size_words
from nntui.tui.parts import DATA, LOSS, PARTS, Part, below
from nntui.tui.view import View

LABEL = max(len(part.name) for part in PARTS) + 1
"""Cells of the names of the rows below the layers."""

WIDE = 76
"""Cells from which it is said what layers cost, and how far they see."""

NAME = "network"
KEY = 1
HELP = """\
## The network

One line per layer, in the order of the forward pass: its number and kind with what sets it apart, the shape of its
output for one example, how many numbers it learns, and how it is doing. Above them the data; below them the loss, the
optimizer and whatever else decides what a run does. Any row can be selected with `j` and `k` and edited with `e`.

With the pane on the whole screen (`z`) there are also the multiply-adds of a layer for one example, and what it sees: the
cells of the image or sequence that one of its outputs depends on, its receptive field.

**Marks**, from the newest measurement:

- `●` healthy
- `○` worth a look: up to half of it saturated or dead, or its weights move unusually fast or slowly
- `▲` it hurts: more than half of it saturated or dead, or hardly any signal comes back to it
- `×` broken: no signal at all, or numbers that aren't numbers any more

**Look for** shapes that shrink step by step, not at once; most parameters where you expect them; a mark that changes
first in one layer and then in those below it: the first one is where to look.

**Common mistakes**: two dense layers without an activation between them are one; softmax before cross_entropy, which
applies softmax itself; sigmoid in every layer of a deep network.

A layer that doesn't fit says why on its own line; nothing can be trained until it does.

*Sources of the limits: Glorot & Bengio 2010; CS231n, neural networks 1 and 3; Karpathy, makemore 3.*
"""


@dataclass(frozen=True)
class _Line:
    """A layer in the list, whether or not its shape is known."""

    path: str
    number: str
    layer: Layer
    depth: int
    site: Site | None


def title(view: View) -> str:
    return NAME


def subtitle(view: View) -> str:
    if view.problem is not None:
        return str(view.problem)
    if view.measurement is not None:
        verdict = worst([signal(view.measurement), *health(view.measurement).values()])
        return "every layer is healthy" if verdict.severity == "healthy" else verdict.sentence
    return size_words(view.plan.size)


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    return filled([strip for _, strip in _rows(view, width, height, look)], width, height)


def row_at(view: View, width: int, height: int, y: int, look: Look) -> str:
    """What is drawn on line y: a layer's path or another row's name; nothing where there is neither."""
    rows = _rows(view, width, height, look)
    return rows[y][0] if y < len(rows) else ""


def _rows(view: View, width: int, height: int, look: Look) -> list[tuple[str, Strip]]:
    """Every line with what it belongs to."""
    layers = _listed(view.experiment.network, "", 0, {site.path: site for site in view.plan.walk()})
    verdicts = {} if view.measurement is None else health(view.measurement)
    where, why = _problem(view, {line.path for line in layers})
    columns = _columns(layers, view, width, look)

    rows = [
        ("input", _input_strip(view, columns, width, look, failed=where == "input")),
        *((line.path, _layer_strip(line, view, verdicts.get(line.path), columns, width, look, line.path == where)) for line in layers),
        ("loss", _loss_strip(view, width, look, failed=where == "loss")),
    ]
    parts = [part for part in below(view.experiment) if part is not LOSS]
    rest = [(part.name, _part_strip(part, view, width, look, failed=part.name == where)) for part in parts]
    top, bottom = _Body(rows, where, why, width, look), _Body(rest, where, why, width, look)

    spare = height - 1 - len(top.rows) - len(bottom.rows)
    if spare >= 0:
        # What is left stands between, so that the lines below don't move when layers are added.
        between = [Row(width).strip()] * (spare - 1) + ([_totals(view, width, look)] if spare else [])
        return [("", _header(columns, width, look)), *top.rows, *(("", strip) for strip in between), *bottom.rows]
    whole = _Body([*rows, *rest], where, why, width, look)
    room = height - (height >= 5)
    focus = whole.at.get(view.selected, whole.reason.start)
    shown = _towards(window(len(whole.rows), room, focus), whole.reason, focus)
    cut = _hidden(shown.start, len(whole.rows) - shown.stop, look)
    above = [("", _header(columns, width, look, cut))] if height >= 5 else []
    return [*above, *whole.rows[shown.start : shown.stop]]


class _Body:
    """Rows one under the other, the one that doesn't fit followed by why."""

    def __init__(self, rows: list[tuple[str, Strip]], where: str, why: str, width: int, look: Look) -> None:
        self.rows: list[tuple[str, Strip]] = []
        self.at: dict[str, int] = {}
        self.reason = range(0)
        for path, strip in rows:
            self.at[path] = len(self.rows)
            self.rows.append((path, strip))
            if path == where:
                said = _sentence(why, width, look)
                self.reason = range(len(self.rows) - 1, len(self.rows) + len(said))
                self.rows += [(path, line) for line in said]


def _towards(shown: range, wanted: range, focus: int) -> range:
    """The window moved until it holds what is wanted, or as far as it can while it still holds the focus."""
    start = min(max(shown.start, wanted.stop - len(shown)), wanted.start) if wanted else shown.start
    start = min(max(start, focus - len(shown) + 1), focus)
    return range(start, start + len(shown))


def _listed(network: tuple[Layer, ...], prefix: str, depth: int, sites: dict[str, Site]) -> list[_Line]:
    found = []
    for index, layer in enumerate(network):
        path = f"{prefix}{index}.{layer.tag}"
        found.append(_Line(path, str(index), layer, depth, sites.get(path)))
        for inner in layer.bodies():
            found += _listed(inner, f"{path}.", depth + 1, sites)
    return found


def _problem(view: View, paths: set[str]) -> tuple[str, str]:
    """Where it doesn't fit (the path of a layer, or another row's name), and why; nothing if all is well."""
    problem = view.problem or view.plan.problem
    if problem is None:
        return "", ""
    if isinstance(problem, ShapeError) and problem.layer in paths:
        return problem.layer, problem.message
    if isinstance(problem, DataError):
        return "input", str(problem)
    field = re.split(r"[^a-z_]", str(problem), maxsplit=1)[0]
    named = next((part.name for part in below(view.experiment) if part.field == field), "loss")
    return ("input" if field == DATA.field else named), str(problem)


def _columns(layers: list[_Line], view: View, width: int, look: Look) -> dict[str, int]:
    """Widths of what fits beside the names, most important first."""
    shapes = [shape_words(line.site.y, look) for line in layers if line.site is not None]
    out = min(max([len(text) for text in [*shapes, shape_words(view.plan.input_shape, look), "out"]]) + 1, 14)
    source = len(f"     input {view.experiment.program.reads or view.experiment.data.tag}, {look.more} ")
    names = max([source, *(len(_label(line, look)) for line in layers)])
    most = max([line.site.size for line in layers if line.site is not None], default=0)
    parameters = max(len(count(most)), len("params")) + 2 if width >= 44 and most < 10_000_000 else 8
    name = min(names, 12, max(width - 2, 0))
    costly = [("work", 11)] if width >= WIDE else []
    if costly and any(cost.field for cost in costs.of(view.plan).values()):
        costly += [("sees", 8)]
    found = kept(width - name, [("mark", 2), ("out", out), ("params", parameters), ("name", names - name), *costly])
    found["name"] = name + found.get("name", 0)
    spare = width - sum(found.values())
    if spare >= 16 and view.measurement is not None:  # room for words: what is said of the layer
        found["words"] = spare
    else:
        found["name"] += spare
    return found


def _label(line: _Line, look: Look) -> str:
    name, values = layer_words(line.layer, look)
    return f"  {'  ' * line.depth}{line.number:>2} {name} {values} "


def _layer_strip(
    line: _Line, view: View, verdict: Verdict | None, columns: dict[str, int], width: int, look: Look, failed: bool
) -> Strip:
    name, values = layer_words(line.layer, look)
    selected = line.path == view.selected
    row = Row(columns["name"]).add(f"{look.pointer} " if selected else "  ", look.title)
    row.add(f"{'  ' * line.depth}{line.number:>2} ", look.muted)
    _worded(row.add(name, look.error if failed else look.text), values, look, look.title)
    whole = Row(width).take(row).to(columns["name"])
    if cells := columns.get("out"):
        whole.add((shape_words(line.site.y, look) if line.site else "?").rjust(cells), look.text if line.site else look.muted)
    if cells := columns.get("params"):
        learned = line.site.size if line.site else 0
        whole.add(_parameters(learned, cells).rjust(cells) if learned else " " * cells, look.muted)
    if "work" in columns and line.site is not None:
        cost = costs.of(view.plan)[line.path]
        whole.add((si(cost.multiply_adds).strip() if cost.multiply_adds else "").rjust(columns["work"]), look.muted)
        whole.add(costs.sees(cost, look.times).rjust(columns.get("sees", 0)) if "sees" in columns else "", look.muted)
    if "mark" in columns:
        if failed:
            whole.add(f" {look.mark('error')}", look.error)
        elif verdict is not None:
            whole.add(f" {look.mark(verdict.severity)}", look.severity(verdict.severity))
        else:
            whole.add("  ")
    if "words" in columns and verdict is not None and verdict.severity != "healthy":
        whole.add("  ").short(verdict.sentence, look.more, look.severity(verdict.severity))
    return whole.strip(look.selected if selected else None)


def _parameters(learned: int, cells: int) -> str:
    exact = count(learned)
    return exact if len(exact) < cells else si(learned).strip()


def _worded(row: Row, words: str, look: Look, style: Style) -> Row:
    """As many of the words as there is room for."""
    found = words.split(" ") if words else []
    room, kept = row.width - 1 - row.used, 0
    while kept < len(found) and (room := room - 1 - cell_len(found[kept])) >= 0:
        kept += 1
    cut = kept < len(found)
    for index, word in enumerate(found[:kept]):
        row.add(f" {word.rstrip(',') if cut and index == kept - 1 else word}", style)
    return row.add(f" {look.more}", look.muted) if cut else row


def _begun(name: str, view: View, width: int, look: Look) -> Row:
    """The row of a part, up to where it is said which."""
    return Row(width).add(f"{look.pointer} " if view.selected == name else "  ", look.title)


def _ended(name: str, row: Row, view: View, look: Look) -> Strip:
    return row.strip(look.selected if view.selected == name else None)


def _loss_strip(view: View, width: int, look: Look, failed: bool) -> Strip:
    row = _begun("loss", view, width, look).to(5).add(view.experiment.loss.tag, look.error if failed else look.text)
    words = part_words(view.experiment.loss, look)
    target = f"on {view.target}" if view.target is not None else ""
    return _ended("loss", _worded(row, " ".join(filter(None, (words, target))), look, look.muted), view, look)


def _part_strip(part: Part, view: View, width: int, look: Look, failed: bool) -> Strip:
    row = _begun(part.name, view, width, look).add(f"{part.name:<{LABEL}}", look.error if failed else look.muted)
    words = row_words(part, view.experiment, look)
    return _ended(part.name, _worded(row, words, look, look.muted if words == "none" else look.text), view, look)


def _sentence(why: str, width: int, look: Look) -> list[Strip]:
    indent = 5 if width >= 30 else 1
    return [Row(width).to(indent).add(line, look.error).strip() for line in wrapped(look.shown(why), width - indent)]


def _input_strip(view: View, columns: dict[str, int], width: int, look: Look, failed: bool) -> Strip:
    row = _begun("input", view, columns["name"], look).to(5).add("input", look.error if failed else look.muted)
    row = Row(width).take(_worded(row, row_words(DATA, view.experiment, look), look, look.text)).to(columns["name"])
    row.add(shape_words(view.plan.input_shape, look).rjust(columns["out"]) if "out" in columns else "", look.muted)
    return _ended("input", row, view, look)


def _header(columns: dict[str, int], width: int, look: Look, shown: str = "") -> Strip:
    row = Row(columns["name"]).to(5).add("layer", look.muted).fit(shown, look.muted)
    row = Row(width).take(row).to(columns["name"])
    for name, words in (("out", "out"), ("params", "params"), ("work", "mult-adds"), ("sees", "sees")):
        row.add(words.rjust(columns[name]) if name in columns else "", look.muted)
    return row.strip()


def _hidden(above: int, below: int, look: Look) -> str:
    """How many lines lie above and below what is shown."""
    up, down = "↑↓" if look.unicode else "^v"
    return (f" {up}{above}" if above else "") + (f" {down}{below}" if below else "")


def _totals(view: View, width: int, look: Look) -> Strip:
    numbers = view.plan.size
    row = Row(width).to(2).add(size_words(numbers), look.muted).fit(f", {size(numbers)}", look.muted)
    if width >= WIDE:
        work, batch = sum(cost.multiply_adds for cost in costs.of(view.plan).values()), view.experiment.training.batch_size
        needed = training_bytes(view.plan, batch, len(view.experiment.optimizer.slots))
        row.fit(f", {si(work).strip()} multiply-adds per example", look.muted)
        row.fit(f", about {size(needed, 1)} to train with batches of {batch}", look.muted)
    return row.strip()
