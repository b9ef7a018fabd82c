"""The experiment on the bench: a value, the values before and after it, which layer is selected, and whether it can work.

Every edit makes a new experiment, so undo and redo are two stacks of values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from nntui.data.source import Facts
from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.nn.layer import Layer
from nntui.nn.plan import Plan, plan
from nntui.tui import edits
from nntui.tui.edits import Address

REMEMBERED = 500
"""Edits that can be undone."""

LEAST_RATE = 1e-6
"""The learning rate from which one of zero is made larger."""


@dataclass(frozen=True)
class Verdict:
    """What can be said of an experiment before any of it runs."""

    plan: Plan
    """As far as the shapes fit."""
    facts: Facts | None
    """What the network reads and is asked for, if the data can be read."""
    problem: NntuiError | None
    """Why it can't be trained, if it can't."""


def judge(experiment: Experiment) -> Verdict:
    """Follow the shapes from the data through the layers to the loss; the first thing that doesn't fit is the problem."""
    try:
        facts = experiment.program.facts(experiment.data.facts())
    except NntuiError as problem:
        return Verdict(Plan((), ()), None, problem)
    try:
        return Verdict(experiment.check(), facts, None)
    except NntuiError as problem:
        return Verdict(plan(experiment.network, facts.input_shape), facts, problem)


class Moment(NamedTuple):
    """What undo goes back to."""

    experiment: Experiment
    name: str
    """What its runs are called: the preset's or the file's name."""
    selected: Address | None


class Draft:
    """An experiment being edited."""

    def __init__(self, experiment: Experiment, name: str) -> None:
        self.past: list[Moment] = []
        self.future: list[Moment] = []
        self._set(Moment(experiment, name, (0,) if experiment.network else None))

    def _set(self, moment: Moment) -> None:
        self.experiment, self.name, self.selected = moment
        self.verdict = judge(self.experiment)

    @property
    def _now(self) -> Moment:
        return Moment(self.experiment, self.name, self.selected)

    def change(self, experiment: Experiment, selected: Address | None = None, name: str | None = None) -> None:
        """Go on with another experiment; the present one can be had back. Does nothing if they are equal."""
        name = self.name if name is None else name
        if (experiment, name) == (self.experiment, self.name):
            return
        self.past = [*self.past[-REMEMBERED + 1 :], self._now]
        self.future.clear()
        self._set(Moment(experiment, name, self._there(experiment, self.selected if selected is None else selected)))

    def undo(self) -> bool:
        """Take back the last edit; False if there is none."""
        return self._travel(self.past, self.future)

    def redo(self) -> bool:
        """Make the edit again that was taken back last; False if there is none."""
        return self._travel(self.future, self.past)

    def _travel(self, source: list[Moment], target: list[Moment]) -> bool:
        if not source:
            return False
        target.append(self._now)
        self._set(source.pop())
        return True

    @property
    def layer(self) -> Layer | None:
        """The selected layer."""
        return edits.at(self.experiment.network, self.selected) if self.selected is not None else None

    @property
    def path(self) -> str | None:
        """The selected layer's path."""
        return edits.path(self.experiment.network, self.selected) if self.selected is not None else None

    def select(self, by: int) -> None:
        """Select the layer so many lines further down (up, if negative), as far as there are any."""
        lines = [address for address, _ in edits.walk(self.experiment.network)]
        if lines:
            now = lines.index(self.selected) if self.selected in lines else 0
            self.selected = lines[min(max(now + by, 0), len(lines) - 1)]

    def select_path(self, path: str) -> None:
        """Select the layer with this path, if there is one."""
        self.selected = edits.address_of(self.experiment.network, path) or self.selected

    def with_added(self, layer: Layer) -> Moment:
        """What `add` would make."""
        here, selected = self.selected, self.layer
        if here is None or selected is None:
            address: Address = (0,)
        elif edits.is_container(selected) and not edits.body(selected):
            address = (*here, 0)
        else:
            address = (*here[:-1], here[-1] + 1)
        return self._rebuilt(edits.inserted(self.experiment.network, address, layer), address)

    def with_edited(self, layer: Layer) -> Moment:
        """What `edit` would make."""
        if self.selected is None:
            return self._now
        return self._rebuilt(edits.replaced(self.experiment.network, self.selected, layer), self.selected)

    def add(self, layer: Layer) -> None:
        """Insert a layer after the selected one, or into it if that is an empty container; select it."""
        self._go(self.with_added(layer))

    def edit(self, layer: Layer) -> None:
        """Put another layer in the selected one's place."""
        self._go(self.with_edited(layer))

    def delete(self) -> None:
        """Remove the selected layer, and what is in it."""
        if self.selected is not None:
            self._go(self._rebuilt(edits.removed(self.experiment.network, self.selected), self.selected))

    def move(self, down: bool) -> None:
        """Move the selected layer one line down or up."""
        if self.selected is not None:
            self._go(self._rebuilt(*edits.moved(self.experiment.network, self.selected, down)))

    def scale_rate(self, factor: float) -> None:
        """Multiply the learning rate."""
        optimizer = self.experiment.optimizer
        rate = max(optimizer.learning_rate, LEAST_RATE) * factor
        # Up and down again is where it was: rounding errors are taken off, digits aren't.
        tidy = float(f"{rate:.12g}")
        rate = tidy if math.isclose(rate, tidy, rel_tol=1e-15) else rate
        self.change(self.experiment.replace(optimizer=msgspec.structs.replace(optimizer, learning_rate=rate)))

    def _rebuilt(self, network: tuple[Layer, ...], selected: Address) -> Moment:
        return Moment(self.experiment.replace(network=network), self.name, selected)

    def _go(self, moment: Moment) -> None:
        self.change(moment.experiment, moment.selected)

    @staticmethod
    def _there(experiment: Experiment, wanted: Address | None) -> Address | None:
        """The wanted address, or the nearest one before it that exists."""
        lines = [address for address, _ in edits.walk(experiment.network)]
        if not lines or wanted is None:
            return lines[0] if lines else None
        return max((address for address in lines if address <= wanted), default=lines[0])
