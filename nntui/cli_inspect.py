"""nntui inspect: what a network has inside, as text or JSON."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from nntui.inspection.aspects import ASPECTS, BY_NAME

if TYPE_CHECKING:
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject
    from nntui.lookup import Found

HEIGHT = 40
"""Lines that a picture may take."""

STAGE = 14
"""Lines of one stop of a walk."""


@click.command()
@click.argument("target", metavar="RUN|PRESET|FILE.toml")
@click.option("--what", type=click.Choice(list(BY_NAME)), help="What to look at; without it, what there is.")
@click.option("--layer", default="", help="Path of a layer, like 2.dense; by default the first that has it.")
@click.option("--step", type=click.IntRange(0), help="Which checkpoint; 0 is the start. By default the newest.")
@click.option("--unit", type=click.IntRange(0), default=0, help="Which unit, head or input channel.")
@click.option("--tensor", type=click.IntRange(0), default=0, help="Which of a layer's arrays.")
@click.option("--example", type=click.IntRange(0), default=0, help="Which example of its part of the data.")
@click.option("--part", type=click.Choice(["train", "validation"]), default="validation", show_default=True, help="Of the data.")
@click.option("--input", "typed", default="", help='An example in your words: "x = 1, y = 0", or a text.')
@click.option("--json", "as_json", is_flag=True, help="Print nothing but what was found, as one JSON object.")
def inspect(
    target: str,
    what: str | None,
    layer: str,
    step: int | None,
    unit: int,
    tensor: int,
    example: int,
    part: Literal["train", "validation"],
    typed: str,
    as_json: bool,
) -> None:
    """Look into a network: weights, units, kernels, attention, the chain rule, mistakes."""
    from nntui.inspection.aspects import look
    from nntui.inspection.plain import plain
    from nntui.inspection.request import Request
    from nntui.inspection.subject import Subject
    from nntui.lookup import find

    found = find(target)
    folder = found.path if found.origin == "run" else None
    if what is None:
        _tell_what_there_is(found, folder, as_json)
        return
    subject = Subject(found.experiment, folder)
    layer = layer or _first_layer(subject, what)
    asked = subject.steps()[-1] if step is None and subject.steps() else step or 0
    request = Request(what, asked, layer, tensor, unit, example, part, typed)
    value = look(subject, request)
    if as_json:
        click.echo(json.dumps({"aspect": what, "layer": layer or None, "step": asked, "value": plain(value)}, allow_nan=False))
        return
    where = f", {layer}" if BY_NAME[what].fits is not None else ""
    click.echo(f"{found.name}, {'start' if asked == 0 else f'step {asked}'}{where}: {BY_NAME[what].about}\n")
    click.echo("\n".join(_drawn(value, request)))


def _tell_what_there_is(found: Found, folder: Path | None, as_json: bool) -> None:
    from nntui.inspection.checkpoints import steps

    plan = found.experiment.check()
    target = found.experiment.program.facts(found.experiment.data.facts()).target
    sites = tuple(plan.walk())
    there = {
        aspect.name: [site.path for site in sites if aspect.fits is not None and aspect.fits(site)]
        for aspect in ASPECTS
        if aspect.of_experiment(found.experiment, sites, target)
    }
    kept = steps(found.experiment, folder)
    if as_json:
        click.echo(json.dumps({"steps": kept, "aspects": there}))
        return
    click.echo(f"{found.name}: checkpoints {', '.join('0 (the start)' if n == 0 else str(n) for n in kept) or 'none yet'}\n")
    for name, layers in there.items():
        click.echo(f"  --what {name:<12} {BY_NAME[name].about}")
        if layers:
            click.echo(f"{'':<22}of {', '.join(layers)}")


def _first_layer(subject: Subject, what: str) -> str:
    """The first layer that has an aspect, if it is about one. Raises NntuiError if none has."""
    from nntui.errors import NntuiError

    fits = BY_NAME[what].fits
    if fits is None:
        return ""
    for path, site in subject.sites.items():
        if fits(site):
            return path
    raise NntuiError(f"no layer of this network has {what}: {BY_NAME[what].about}")


def _drawn(value: object, request: Request) -> list[str]:
    """The lines of the inspect screen, without colour."""
    from nntui.inspection.walk import Walk
    from nntui.tui.inspect.catalogue import MANNERS
    from nntui.tui.inspect.cursor import Cursor
    from nntui.tui.look import Look, glyphs

    draw = MANNERS[request.aspect].lines
    width = shutil.get_terminal_size((100, HEIGHT)).columns
    look = Look.plain(*glyphs(os.environ))
    cursors = [Cursor(item=n) for n in range(len(value.stages))] if isinstance(value, Walk) else [Cursor(0, _column(value, request))]
    lines: list[str] = []
    for cursor in cursors:
        made = [strip.text.rstrip() for strip in draw(value, cursor, width, STAGE if isinstance(value, Walk) else HEIGHT, look)]
        while made and not made[-1]:
            made.pop()
        lines += [*made, ""]
    return lines[:-1]


def _column(value: Any, request: Request) -> int:
    """The head that is asked for; other aspects have looked at the unit already."""
    return request.unit % value.maps.shape[0] if request.aspect == "attention" else 0
