"""The parts of an experiment beside its layers, as rows: data, loss, optimizer and the rest, each a form like a layer's.

What kinds a part may be is read off the experiment's own type, so a new optimizer or source needs no mention here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import msgspec

from nntui.experiment import Experiment
from nntui.program import Supervised
from nntui.schema import child, schema, variants

Kinds: TypeAlias = Mapping[str, type[msgspec.Struct]]
"""What a part may be, by name."""


@dataclass(frozen=True)
class Part:
    """One row. Its value is a field of the experiment, or some fields of the experiment itself."""

    name: str
    """Of the row, as selections have it."""
    about: str
    """What its form decides, for the palette."""
    field: str = ""
    """The experiment's field; none: `only`."""
    only: tuple[str, ...] | None = None
    """The experiment's own fields that the form has; None: all of the value's."""

    @property
    def kinds(self) -> Kinds:
        return _kinds(self.field) if self.field else {"experiment": Experiment}

    def value(self, experiment: Experiment) -> msgspec.Struct:
        """What the form starts with."""
        found = getattr(experiment, self.field) if self.field else experiment
        assert isinstance(found, msgspec.Struct)
        return found

    def put(self, experiment: Experiment, value: msgspec.Struct) -> Experiment:
        """The experiment with this part exchanged for another."""
        if not self.field:
            assert isinstance(value, Experiment)
            return value
        return experiment.replace(**{self.field: value})


DATA = Part("input", "the data: where it comes from, features, scaling, validation share", "data")
LOSS = Part("loss", "the loss", "loss")
PROGRAM = Part("program", "what a step is: supervised, an autoencoder, a GAN", "program")
SETUP = Part("setup", "seed, backend, pace and the weights to start with", only=("seed", "backend", "pace", "start", "title"))

PARTS: tuple[Part, ...] = (
    DATA,
    LOSS,
    PROGRAM,
    Part("optimizer", "the optimizer and its learning rate", "optimizer"),
    Part("schedule", "how the learning rate moves over the run", "schedule"),
    Part("penalty", "terms beside the loss that pull weights towards 0", "penalty"),
    Part("training", "epochs, batch size, clipping and early stopping", "training"),
    SETUP,
)
"""In the order of their rows: the first above the layers, the others below."""

BY_NAME: dict[str, Part] = {part.name: part for part in PARTS}


def below(experiment: Experiment) -> tuple[Part, ...]:
    """The rows below the layers; a program only where it isn't the usual one."""
    return tuple(part for part in PARTS[1:] if part is not PROGRAM or not isinstance(experiment.program, Supervised))


@cache
def _kinds(field: str) -> Kinds:
    kind = child(schema(Experiment), {}, field)
    assert kind is not None
    return {name: table.cls for name, table in variants(kind).tables.items()}
