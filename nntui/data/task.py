"""Whether a person's target asks for a class or for a number: one rule for tables and arrays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from nntui.errors import DataError
from nntui.nn.losses import Target
from nntui.nn.losses.base import are_probabilities

MOST_WHOLE_CLASSES = 20
"""More different whole numbers than these are taken for quantities, unless the task says otherwise."""

MOST_CLASSES = 1000

_WAY_OUT = 'choose another target or, if it holds numbers, task = "regression"'


def are_classes(values: Collection[float], examples: int) -> bool:
    """Whether numeric targets with these different values stand for classes: few whole numbers, each twice on average."""
    return len(values) <= MOST_WHOLE_CLASSES and 2 * len(values) <= examples and all(float(v).is_integer() for v in values)


def class_name(value: float) -> str:
    """A numeric class as a person writes it: 3, not 3.0."""
    value = float(value)
    return str(int(value)) if value.is_integer() else repr(value)


def check_classes(where: str, count: int, examples: int, first: str) -> None:
    """Raise DataError if nothing could be learned from `count` classes in that many examples; `where` names the target."""
    if count == 1:
        raise DataError(f"{where} is {first!r} in every example: with a single class there is nothing to tell apart")
    if count > MOST_CLASSES:
        raise DataError(f"{where} has more than {MOST_CLASSES} different values, too many for classes: {_WAY_OUT}")
    if count == examples:
        raise DataError(f"{where} is different in all {examples} examples, so no class could be learned: {_WAY_OUT}")


def check_numbers(where: str, low: float, high: float) -> None:
    """Raise DataError if the numbers of a regression target, from low to high, are all the same."""
    if low == high:
        raise DataError(f"{where} is {low:g} in every example: there is nothing to learn")


def target_of_numbers(bounds: tuple[float, float], standardize: Literal["auto"] | bool, width: int = 1) -> Target:
    """The target of a regression whose numbers go from bounds[0] to bounds[1]; standardized unless they may be probabilities."""
    return Target(None, width, bounds=bounds, standardized=not are_probabilities(bounds) if standardize == "auto" else standardize)
