"""What a teacher asks of whoever opens an experiment: tasks that are seen to be done, and parts that stay as they are."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from nntui.errors import ExperimentError

Part: TypeAlias = Literal[
    "network", "data", "loss", "optimizer", "penalty", "schedule", "program", "training", "seed", "backend", "pace", "start"
]  # fmt: skip

Pane: TypeAlias = Literal["loss", "flow", "activations", "boundary", "run", "findings", "metrics", "rates", "course"]


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to do."""

    text: Annotated[str, Meta(min_length=1, description="what to do, in a sentence or two")]
    check: Annotated[str, Meta(min_length=1, description="when it is done: val_accuracy > 0.9 and layers < 5")]


class Lesson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Tasks in their order, and what can't be changed meanwhile."""

    tasks: tuple[Task, ...] = ()
    lock: tuple[Part, ...] = ()
    """Parts that stay as they are."""
    hide: tuple[Pane, ...] = ()
    """Panes that aren't shown: a lesson that asks for a prediction may hide the boundary."""

    def refuse(self, before: object, after: object) -> None:
        """Raise ExperimentError if something that is locked differs in two experiments."""
        for part in (*self.lock, "lesson"):
            if getattr(before, part) != getattr(after, part):
                raise ExperimentError(f"This lesson keeps the {part} as it is.")
