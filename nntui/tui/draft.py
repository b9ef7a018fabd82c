"""The experiment on the bench: a value, the values before and after it, which row is selected, and whether it can work.

Every edit makes a new experiment, so undo and redo are two stacks of values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from nntui.data.source import Facts
from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.nn.layer import Layer
from nntui.nn.plan import Plan, plan
from nntui.tui import edits
from nntui.tui.edits import Address
from nntui.tui.parts import BY_NAME, DATA, LOSS, Part, below

if TYPE_CHECKING:
    from nntui.tui.mending import Mend

Selected: TypeAlias = Address | str
"""A layer's address, or the name of another row."""

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
    selected: Selected


class Draft:
    """An experiment being edited."""

    def __init__(self, experiment: Experiment, name: str) -> None:
        self.past: list[Moment] = []
        self.future: list[Moment] = []
        self._set(Moment(experiment, name, self._there(experiment, (0,))))

    def _set(self, moment: Moment) -> None:
        self.experiment, self.name, self.selected = moment
        self.verdict = judge(self.experiment)
        self._mends: tuple[Mend, ...] | None = None

    @property
    def _now(self) -> Moment:
        return Moment(self.experiment, self.name, self.selected)

    def change(self, experiment: Experiment, selected: Selected | None = None, name: str | None = None) -> None:
        """Go on with another experiment; the present one can be had back. Does nothing if they are equal.

        Raises ExperimentError for an edit of what a lesson keeps as it is.
        """
        name = self.name if name is None else name
        if (experiment, name) == (self.experiment, self.name):
            return
        if self.experiment.lesson is not None and name == self.name:
            self.experiment.lesson.refuse(self.experiment, experiment)
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
    def mends(self) -> tuple[Mend, ...]:
        """What would make it possible, if it is impossible."""
        if self._mends is None:
            from nntui.tui.mending import mends

            self._mends = mends(self.experiment) if self.verdict.problem is not None else ()
        return self._mends

    @property
    def address(self) -> Address | None:
        """The selected layer's address, if a layer is selected."""
        return self.selected if isinstance(self.selected, tuple) else None

    @property
    def layer(self) -> Layer | None:
        """The selected layer."""
        return edits.at(self.experiment.network, self.address) if self.address is not None else None

    @property
    def part(self) -> Part | None:
        """The selected part, if it isn't a layer."""
        return BY_NAME[self.selected] if isinstance(self.selected, str) else None

    @property
    def path(self) -> str:
        """The selected layer's path, or the other row's name."""
        return edits.path(self.experiment.network, self.selected) if isinstance(self.selected, tuple) else self.selected

    @staticmethod
    def rows(experiment: Experiment) -> list[Selected]:
        """Everything that can be selected, from the top down."""
        layers = [address for address, _ in edits.walk(experiment.network)]
        return [DATA.name, *layers, *(part.name for part in below(experiment))]

    def select(self, by: int) -> None:
        """Select the row so many lines further down (up, if negative), as far as there are any."""
        rows = self.rows(self.experiment)
        self.selected = rows[min(max(rows.index(self.selected) + by, 0), len(rows) - 1)]

    def select_path(self, path: str) -> None:
        """Select the layer with this path, or the row with this name, if there is one."""
        wanted = path if path in BY_NAME else edits.address_of(self.experiment.network, path)
        if wanted in self.rows(self.experiment):
            self.selected = wanted or self.selected

    def with_added(self, layer: Layer) -> Moment:
        """What `add` would make."""
        here, selected = self.address, self.layer
        if here is None or selected is None:
            address: Address = (0,) if self.selected == DATA.name else (len(self.experiment.network),)
        elif edits.is_container(selected) and not edits.body(selected):
            address = (*here, 0)
        else:
            address = (*here[:-1], here[-1] + 1)
        return self._rebuilt(edits.inserted(self.experiment.network, address, layer), address)

    def with_edited(self, layer: Layer) -> Moment:
        """What `edit` would make."""
        address = self._layer_address()
        return self._rebuilt(edits.replaced(self.experiment.network, address, layer), address)

    def with_part(self, part: Part, value: msgspec.Struct) -> Moment:
        """What `put` would make."""
        return Moment(part.put(self.experiment, value), self.name, part.name)

    def add(self, layer: Layer) -> None:
        """Insert a layer after the selected row, or into it if that is an empty container; select it."""
        self._go(self.with_added(layer))

    def edit(self, layer: Layer) -> None:
        """Put another layer in the selected one's place."""
        self._go(self.with_edited(layer))

    def put(self, part: Part, value: msgspec.Struct) -> None:
        """Exchange a part for another: another optimizer, other data."""
        self._go(self.with_part(part, value))

    def mend(self) -> str:
        """Make an impossible experiment possible by the smallest edit that does it; what that was. Raises the problem if none is known."""
        known = self.mends
        if not known and self.verdict.problem is not None:
            raise self.verdict.problem
        self.change(known[0].experiment)
        return known[0].words

    def delete(self) -> None:
        """Remove the selected layer, and what is in it. Raises NntuiError if that isn't a layer."""
        address = self._layer_address()
        self._go(self._rebuilt(edits.removed(self.experiment.network, address), address))

    def duplicate(self) -> None:
        """Put a copy of the selected layer after it, and select that. Raises NntuiError if that isn't a layer."""
        address = self._layer_address()
        copy = (*address[:-1], address[-1] + 1)
        self._go(self._rebuilt(edits.inserted(self.experiment.network, copy, edits.at(self.experiment.network, address)), copy))

    def wrap(self) -> None:
        """Put the selected layer into a skip, or dissolve the selected skip. Raises NntuiError if that isn't a layer."""
        address = self._layer_address()
        selected = edits.at(self.experiment.network, address)
        change = edits.unwrapped if edits.is_container(selected) else edits.wrapped
        self._go(self._rebuilt(change(self.experiment.network, address), address))

    def move(self, down: bool) -> None:
        """Move the selected layer one line down or up. Raises NntuiError if that isn't a layer."""
        self._go(self._rebuilt(*edits.moved(self.experiment.network, self._layer_address(), down)))

    def _layer_address(self) -> Address:
        if self.address is None:
            raise NntuiError(f"The {self.selected} row is no layer, it stays where it is: e edits it.")
        return self.address

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

    @classmethod
    def _there(cls, experiment: Experiment, wanted: Selected) -> Selected:
        """The wanted row, or the nearest layer before it that exists."""
        rows = cls.rows(experiment)
        if wanted in rows:
            return wanted
        layers = [row for row in rows if isinstance(row, tuple)]
        if isinstance(wanted, str) or not layers:
            return LOSS.name if isinstance(wanted, str) else DATA.name
        return max((address for address in layers if address <= wanted), default=layers[0])
