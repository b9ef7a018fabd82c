"""What stands around the thing that is looked at: where it is from, what else there is, what is at work, which keys help."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from nntui.inspection.prediction import Prediction
from nntui.tui.inspect.keys import BY_ID
from nntui.tui.inspect.looking import Looking
from nntui.tui.line import Part, fitted, strip
from nntui.tui.look import Look
from nntui.tui.numbers import count
from nntui.tui.panes.row import window
from nntui.tui.panes.words import shape_words


def header(looking: Looking, width: int, look: Look) -> Strip:
    """Which run, checkpoint and layer."""
    left = [Part(" inspect ", look.title, 3), Part(f" {looking.name}", look.title, 1)]
    steps, step = looking.steps, looking.request.step
    if steps:
        at = sum(one <= step for one in steps)
        arrows = ("◂", "▸") if look.unicode else ("<", ">")
        words = "start" if step == 0 else f"step {count(step)}"
        newest = "newest" if step == steps[-1] and len(steps) > 1 else ""
        before, after = arrows[0] if at > 1 else " ", arrows[1] if at < len(steps) else " "
        left.append(Part(f"   {before} {words} {at}/{len(steps)} {after}", look.train))
        left.append(Part(f" {newest}", look.muted, 4))
    right: list[Part] = []
    site = looking.site
    if site is not None:
        right.append(Part(f"{site.path}  ", look.title))
        right.append(Part(f"{shape_words(site.x, look)} {'→' if look.unicode else '->'} {shape_words(site.y, look)}  ", look.muted, 2))
    if looking.manner.parts:
        right.append(Part(f"{looking.request.split} ", look.muted, 1))
    return fitted(left, right, width)


def tabs(looking: Looking, width: int, look: Look) -> Strip:
    """The aspects there are, as many of them as fit around the present one."""
    names = [one.name for one in looking.aspects]
    at = names.index(looking.request.aspect)
    most = len(names)
    while most > 1 and sum(len(names[i]) + 2 for i in window(len(names), most, at)) + 4 > width:
        most -= 1
    shown = window(len(names), most, at)
    parts = [Part(f" {look.more} " if shown.start else " ", look.muted)]
    for i in shown:
        click = Style(meta={"@click": f"screen.aspect({names[i]!r})"})
        parts.append(Part(f" {names[i]} ", (look.selected if i == at else look.muted) + click))
    if shown.stop < len(names):
        parts.append(Part(f" {look.more}", look.muted))
    return strip(parts)


def remark(looking: Looking, width: int, look: Look) -> Strip:
    """What is at work, or wrong."""
    if looking.problem:
        return strip([Part(f" {look.mark('warning')} ", look.warning), Part(look.shown(looking.problem), look.warning)])
    if looking.progress is not None:
        done = f" {100.0 * looking.progress:.0f} %" if looking.progress > 0.0 else ""
        return strip([Part(f"   looking{done}; esc stops", look.muted)])
    return strip([Part(f"   {looking.aspect.about}", look.muted)])


def footer(looking: Looking, width: int, look: Look) -> Strip:
    """The keys that matter for what is shown."""
    manner, name = looking.manner, looking.request.aspect
    found: list[tuple[tuple[str, ...], str, int]] = [(("older", "newer"), "checkpoint", 1), (("next_aspect",), "next look", 0)]
    if manner.layers:
        found.append((("previous_layer", "next_layer"), "layer", 2))
    if manner.down:
        found.append((("down",), manner.down, 4))
    if manner.across:
        found.append((("left", "right"), manner.across, 3))
    if manner.examples:
        found.append((("next_example",), "example", 3))
    if name == "weights":
        found += [(("tensor",), "array", 3), (("edit",), "change", 2)]
    if name == "walk":
        found += [(("next_stage",), "next step", 1), (("previous_stage",), "back", 2)]
    if name == "landscape":
        found.append((("directions",), "directions", 2))
    if isinstance(looking.value, Prediction) and looking.value.typing:
        found.append((("edit",), "type", 2))
    if manner.parts and looking.experiment.data.validation > 0.0:
        found.append((("part",), "part", 4))
    found += [(("help",), "help", 1), (("leave",), "back", 0)]
    parts: list[Part] = []
    for ids, label, importance in found:
        for id in ids:
            key = look.shown(BY_ID[id].key) if look.unicode else {"older": "left", "newer": "right", "down": "j"}.get(id, BY_ID[id].key)
            click = Style(meta={"@click": f"screen.do({id!r})"})
            parts.append(Part(f" {key}", look.title + click, importance))
        parts.append(Part(f" {label} ", look.muted, importance))
    return fitted(parts, [], width)
