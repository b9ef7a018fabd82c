"""Pane 1: the network, layer by layer, with shapes, parameters and, while it trains, how every layer is doing."""

from __future__ import annotations

from dataclasses import dataclass

from textual.strip import Strip

from nntui.diagnosis.flow import Verdict, health, signal, worst
from nntui.errors import ShapeError
from nntui.nn.layer import Layer
from nntui.nn.plan import Site
from nntui.tui.look import Look
from nntui.tui.numbers import count, si, size
from nntui.tui.panes.row import Row, filled, kept, window, wrapped, written
from nntui.tui.panes.words import layer_words, settings, shape_words, size_words
from nntui.tui.view import View

NAME = "network"
KEY = 1
HELP = """\
## The network

One line per layer, in the order of the forward pass: its number and kind with what sets it apart, the shape of its
output for one example, how many numbers it learns, and how it is doing.

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
        verdict = worst([*health(view.measurement).values(), signal(view.measurement)])
        if verdict.severity != "healthy":
            return verdict.sentence
    return size_words(view.plan.size)


def lines(view: View, width: int, height: int, look: Look) -> list[Strip]:
    layers = _listed(view.experiment.network, "", 0, {site.path: site for site in view.plan.walk()})
    verdicts = {} if view.measurement is None else health(view.measurement)
    where, why = _problem(view)
    columns = _columns(layers, view, width, look)

    body: list[Strip] = []
    starts: dict[str, int] = {}
    for line in layers:
        starts[line.path] = len(body)
        body.append(_layer_strip(line, view, verdicts.get(line.path), columns, width, look, failed=line.path == where))
        if line.path == where:
            body += _sentence(why, width, look)
    loss = [_loss_strip(view, width, look, failed=bool(why) and where is None)]
    if why and where is None:
        loss += _sentence(why, width, look)

    above, below = _around(view, columns, len(body) + len(loss), width, height, look)
    room = height - len(above) - len(below)
    focus = starts.get(view.selected, starts.get(where or "", 0))
    shown = window(len(body) + len(loss), room, focus)
    if view.selected not in starts and why and where is None:
        shown = window(len(body) + len(loss), room, len(body) + len(loss) - 1)
    return filled([*above, *(body + loss)[shown.start : shown.stop], *below], width, height)


def _listed(network: tuple[Layer, ...], prefix: str, depth: int, sites: dict[str, Site]) -> list[_Line]:
    found = []
    for index, layer in enumerate(network):
        path = f"{prefix}{index}.{layer.tag}"
        found.append(_Line(path, str(index), layer, depth, sites.get(path)))
        for inner in layer.bodies():
            found += _listed(inner, f"{path}.", depth + 1, sites)
    return found


def _problem(view: View) -> tuple[str | None, str]:
    """The path of the layer that doesn't fit (None: it is the whole experiment), and why."""
    problem = view.problem or view.plan.problem
    if problem is None:
        return None, ""
    if isinstance(problem, ShapeError) and problem.layer:
        return problem.layer, problem.message
    return None, str(problem)


def _columns(layers: list[_Line], view: View, width: int, look: Look) -> dict[str, int]:
    """Widths of what fits beside the names, most important first."""
    shapes = [shape_words(line.site.y, look) for line in layers if line.site is not None]
    out = min(max([len(text) for text in [*shapes, shape_words(view.plan.input_shape, look), "out"]]) + 1, 14)
    names = max([len(_label(line, look)) for line in layers], default=0)
    most = max([line.site.size for line in layers if line.site is not None], default=0)
    parameters = max(len(count(most)), len("params")) + 2 if width >= 44 and most < 10_000_000 else 8
    name = min(names, 12, max(width - 2, 0))
    found = kept(width - name, [("mark", 2), ("out", out), ("params", parameters), ("name", names - name)])
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
    row.add(name, look.error if failed else look.text).add(f" {values}", look.title)
    whole = Row(width).take(row).to(columns["name"])
    if cells := columns.get("out"):
        whole.add((shape_words(line.site.y, look) if line.site else "?").rjust(cells), look.text if line.site else look.muted)
    if cells := columns.get("params"):
        learned = line.site.size if line.site else 0
        whole.add(_parameters(learned, cells).rjust(cells) if learned else " " * cells, look.muted)
    if "mark" in columns:
        if failed:
            whole.add(f" {look.mark('error')}", look.error)
        elif verdict is not None:
            whole.add(f" {look.mark(verdict.severity)}", look.severity(verdict.severity))
        else:
            whole.add("  ")
    if "words" in columns and verdict is not None and verdict.severity != "healthy":
        whole.add(f"  {verdict.sentence}", look.severity(verdict.severity))
    return whole.strip(look.selected if selected else None)


def _parameters(learned: int, cells: int) -> str:
    exact = count(learned)
    return exact if len(exact) < cells else si(learned).strip()


def _loss_strip(view: View, width: int, look: Look, failed: bool) -> Strip:
    row = Row(width).to(5).add(view.experiment.loss.tag, look.error if failed else look.muted)
    if view.target is not None:
        row.add(f" on {view.target}", look.muted)
    return row.strip()


def _sentence(why: str, width: int, look: Look) -> list[Strip]:
    indent = 5 if width >= 30 else 1
    return [Row(width).to(indent).add(line, look.error).strip() for line in wrapped(why, width - indent)]


def _around(
    view: View, columns: dict[str, int], listed: int, width: int, height: int, look: Look
) -> tuple[list[Strip], list[Strip]]:
    """What stands above and below the list, as far as there is room: the list comes first."""
    totals = Row(width).to(2).add(size_words(view.plan.size), look.muted).add(f", {size(view.plan.size)}", look.muted).strip()
    ways = written("  ".join(settings(view.experiment, look)), width, look.muted, indent=2)
    header = Row(width).to(5).add("layer", look.muted).to(columns["name"])
    header.add("out".rjust(columns["out"]) if "out" in columns else "", look.muted)
    header.add("params".rjust(columns["params"]) if "params" in columns else "", look.muted)
    start = Row(width).to(5).add("input", look.muted).to(columns["name"])
    start.add(shape_words(view.plan.input_shape, look).rjust(columns["out"]) if "out" in columns else "", look.muted)

    spare = height - min(listed, max(height - 4, 3)) if height > 3 else 0
    above: list[Strip] = []
    below: list[Strip] = []
    for kind in ("input", "header", "ways", "totals", "blank"):
        if kind == "input" and spare >= 1:
            above, spare = [start.strip()], spare - 1
        elif kind == "header" and spare >= 1:
            above, spare = [header.strip(), *above], spare - 1
        elif kind == "ways" and spare >= len(ways):
            below, spare = ways, spare - len(ways)
        elif kind == "totals" and spare >= 1:
            below, spare = [totals, *below], spare - 1
        elif kind == "blank" and spare >= 1 and below:
            # Settings stand at the bottom of the pane, where they don't move when layers are added.
            below = [Row(width).strip()] * spare + below
    return above, below
