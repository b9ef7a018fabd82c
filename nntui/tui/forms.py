"""The forms of a draft: one for each row, and what each says while it is filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from nntui.experiment import Experiment
from nntui.nn.catalogue import BY_TAG
from nntui.nn.layer import Layer
from nntui.optim.schedules import Schedule
from nntui.tui import edits
from nntui.tui.draft import Draft, Moment, judge
from nntui.tui.numbers import count, short
from nntui.tui.parts import Part

if TYPE_CHECKING:
    from nntui.tui.screens.form import Form

BARS = "▁▂▃▄▅▆▇█"
COURSE = 48
"""Bars in which a schedule is drawn."""


def new_layer(draft: Draft, kind: type[Layer]) -> Form:
    """Asks for a layer of this kind."""
    from nntui.tui.screens.form import Form

    return Form(str(kind.__struct_config__.tag), kind, None, _layer_outlook(draft.with_added))


def old_layer(draft: Draft, layer: Layer) -> Form:
    """Asks what the selected layer shall be."""
    from nntui.tui.screens.form import Form

    return Form(draft.path, type(layer), layer, _layer_outlook(draft.with_edited), kinds=BY_TAG)


def part(draft: Draft, part: Part) -> Form:
    """Asks what a part of the experiment shall be."""
    from nntui.tui.screens.form import Form

    now = part.value(draft.experiment)
    return Form(part.name, type(now), now, lambda value: _part_outlook(draft.with_part(part, value)), part.kinds, part.only)


def _layer_outlook(then: Callable[[Layer], Moment]) -> Callable[[msgspec.Struct], tuple[str, bool]]:
    """What the network becomes with a layer, and whether it can be trained."""

    def foresee(layer: msgspec.Struct) -> tuple[str, bool]:
        assert isinstance(layer, Layer)
        moment = then(layer)
        verdict = judge(moment.experiment)
        if verdict.problem is not None:
            return str(verdict.problem), False
        assert isinstance(moment.selected, tuple)
        path = edits.path(moment.experiment.network, moment.selected)
        site = next((site for site in verdict.plan.walk() if site.path == path), None)
        shape = "x".join(map(str, site.y)) if site is not None else ""
        own = f"output {shape}, {count(sum(inner.size for inner in site.walk()))} parameters, " if site is not None else ""
        return f"{own}{count(verdict.plan.size)} in the network", True

    return foresee


def _part_outlook(moment: Moment) -> tuple[str, bool]:
    """What the experiment becomes with another part, and whether it can be trained."""
    experiment = moment.experiment
    verdict = judge(experiment)
    if verdict.problem is not None or verdict.facts is None:
        return str(verdict.problem), False
    facts = verdict.facts
    match moment.selected:
        case "schedule" | "optimizer":
            return _course(experiment), True
        case "training":
            return _steps(experiment, facts.examples), True
    inputs = "x".join(map(str, facts.input_shape))
    reads = experiment.program.reads or "inputs"
    return f"{facts.examples:,} examples, {inputs} {reads}, {facts.target}; {count(verdict.plan.size)} parameters in the network", True


def _course(experiment: Experiment) -> str:
    """The learning rate over the run."""
    rate, schedule = experiment.optimizer.learning_rate, experiment.schedule
    factors = _factors(schedule)
    most = max(factors)
    if most <= 0.0 or min(factors) == most:
        return f"learning rate {short(rate * most)} all the time"
    drawn = "".join(BARS[min(int(factor / most * len(BARS)), len(BARS) - 1)] for factor in factors)
    return f"{drawn}\nlearning rate {short(rate * factors[0])} at first, at most {short(rate * most)}, {short(rate * factors[-1])} at last"


def _factors(schedule: Schedule) -> list[float]:
    return [schedule.scale(index / (COURSE - 1)) for index in range(COURSE)]


def _steps(experiment: Experiment, examples: int) -> str:
    """How long a run is."""
    training = experiment.training
    learned = max(round(examples * (1.0 - experiment.data.validation)), 1)
    each = -(-learned // training.batch_size)
    return f"{count(each)} steps an epoch, {count(each * training.epochs)} in all"
