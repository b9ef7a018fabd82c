"""What is wrong, in words and numbers: the value that rules make, people read, and fixes answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from nntui.diagnosis.thresholds import SEVERITIES, Severity

if TYPE_CHECKING:
    from nntui.diagnosis.case import Case


class Finding(msgspec.Struct, frozen=True):
    """One thing that a rule has found."""

    rule: str
    severity: Severity
    layer: str | None
    """Path of the layer, "2.tanh"; None: it is about the whole."""
    step: int
    """Since when."""
    evidence: dict[str, float]
    """What was measured, and what it was held to."""
    sentence: str
    """One plain sentence."""
    fixes: tuple[str, ...] = ()
    """Names of the edits that may help, the likeliest first."""
    follows: str = ""
    """The rule whose finding this is an effect of; it is then a note."""

    def answered_by(self, *fixes: str) -> Finding:
        """The same with fixes of its own, instead of those of its rule."""
        return msgspec.structs.replace(self, fixes=fixes)

    @property
    def key(self) -> tuple[str, str | None]:
        """What stays the same while it is open."""
        return self.rule, self.layer

    @property
    def badness(self) -> int:
        """1 for a note, 2 for a warning, 3 for an error."""
        return SEVERITIES.index(self.severity)

    @property
    def card(self) -> str:
        """Markdown: the theory, what to look for, and where it is from."""
        from nntui.diagnosis.cards import card

        return card(self.rule)

    def as_json(self) -> dict[str, Any]:
        """The object that `nntui doctor --json` prints: valid JSON, null for numbers that are none."""
        known = {name: value if abs(value) < float("inf") else None for name, value in self.evidence.items()}
        return {
            "rule": self.rule, "severity": self.severity, "layer": self.layer, "step": self.step,
            "evidence": known, "sentence": self.sentence, "fixes": list(self.fixes),
        }  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A member of a family of rules: how it looks, and what its findings are called."""

    find: Callable[[Case], Iterable[Finding]]
    fixes: dict[str, tuple[str, ...]]
    """By the name of a finding, the edits that answer it, the likeliest first."""
    static: bool = False
    """Whether it needs nothing but the experiment and a look at the data."""
