"""All checks, by name, each with what it asks; a new one is one module and one row here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from nntui.checks.subject import Result, Subject, Watch

Check = Callable[[Subject, Watch], Result]

CHECKS: dict[str, str] = {
    "gradients": "are the gradients right? Against differences, in double precision",
    "initial_loss": "does it begin where a network that knows nothing is?",
    "one_batch": "can it learn one batch by heart?",
    "zeroed_inputs": "do its answers depend on the inputs?",
    "shuffled_labels": "does it learn from the answers, and from them only?",
    "leak": "are validation examples in the training part, too?",
    "parity": "do NumPy and CuPy compute the same?",
}
"""In the order in which they are made: what is quick, and says most, first."""


def check(name: str) -> Check:
    """The check of this name; nothing of it is loaded before."""
    found: Check = getattr(import_module(f"nntui.checks.{name}"), name)
    return found


def made(subject: Subject, names: Iterable[str] = CHECKS, told: Callable[[str, float], None] | None = None) -> Iterator[Result]:
    """Make these checks, one after the other. told: called with a check's name and how far it is. May raise NntuiError."""
    for name in names:
        yield check(name)(subject, watching(name, told))


def watching(name: str, told: Callable[[str, float], None] | None) -> Watch:
    """How one check says where it is."""
    return Watch() if told is None else Watch(lambda share: told(name, share))
