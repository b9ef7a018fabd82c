"""What a result is held to: measures by name, and their limits."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from nntui.errors import ExperimentError
from nntui.schema import dotted, suggestion

MEASURES = ("loss", "accuracy", "r2", "mean_iou", "perplexity", "energy_distance", "discriminator_accuracy")
"""Everything that an evaluation may come to; val_ before it means the validation part."""

_NUMBERED = re.compile(r"(val_)?(accuracy|r2)_[1-9]\d*")
"""Where a loss answers several questions of a kind: accuracy, accuracy_2."""


class Reference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a result is held to."""

    at_least: float | None = None
    at_most: float | None = None


def check_references(references: Mapping[str, Reference], where: str) -> None:
    """Raise ExperimentError, naming file and key, for a measure that doesn't exist and for limits that nothing could keep."""
    known = [*MEASURES, *(f"val_{name}" for name in MEASURES)]
    for name, reference in references.items():
        key = ": ".join(part for part in (where, dotted(("reference", name))) if part)
        if name not in known and not _NUMBERED.fullmatch(name):
            raise ExperimentError(f"{key}: nothing is measured under this name: {suggestion(name, known)}")
        low, high = reference.at_least, reference.at_most
        if low is None and high is None:
            raise ExperimentError(f"{key}: expected at_least or at_most, like {{ at_least = 0.9 }}")
        if low is not None and high is not None and low > high:
            raise ExperimentError(f"{key}: nothing is at least {low:g} and at most {high:g}")
